"""Posts: tests of use cases."""
