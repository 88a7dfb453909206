"""Posts: tests of decisions."""
