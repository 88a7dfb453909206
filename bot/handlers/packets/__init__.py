"""Red packets: what is said and pressed."""
