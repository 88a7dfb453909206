"""People and what they choose: what is said and pressed."""
