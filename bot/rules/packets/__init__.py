"""Red packets: what is decided."""
