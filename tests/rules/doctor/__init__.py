"""doctor: tests of decisions."""
