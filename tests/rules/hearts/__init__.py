"""Heart goals: tests of decisions."""
