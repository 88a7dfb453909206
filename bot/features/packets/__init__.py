"""Red packets: the use cases."""
