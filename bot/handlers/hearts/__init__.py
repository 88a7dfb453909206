"""Heart goals: what is said and pressed."""
