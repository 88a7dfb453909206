"""People and what they choose: what is decided."""
