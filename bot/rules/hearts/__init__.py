"""Heart goals: what is decided."""
