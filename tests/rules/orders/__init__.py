"""Orders: tests of decisions."""
