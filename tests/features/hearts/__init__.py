"""Heart goals: tests of use cases."""
