"""Staff and their panel: tests of decisions."""
