"""Staff and their panel: tests of use cases."""
