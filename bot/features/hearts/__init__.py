"""Heart goals: the use cases."""
