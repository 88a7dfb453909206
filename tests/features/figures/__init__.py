"""Use cases of figures."""
