"""People and what they choose: tests of decisions."""
