"""Staff and their panel: what is decided."""
