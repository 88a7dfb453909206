"""Red packets: tests of decisions."""
