"""Staff and their panel: the use cases."""
