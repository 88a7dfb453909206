"""The whole bot of figures."""
