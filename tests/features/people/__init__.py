"""People and what they choose: tests of use cases."""
