"""Shops, their rooms and settings: the use cases."""
