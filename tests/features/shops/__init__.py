"""Shops, their rooms and settings: tests of use cases."""
