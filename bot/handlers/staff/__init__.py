"""Staff and their panel: what is said and pressed."""
