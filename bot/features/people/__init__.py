"""People and what they choose: the use cases."""
