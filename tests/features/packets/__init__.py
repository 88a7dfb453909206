"""Red packets: tests of use cases."""
