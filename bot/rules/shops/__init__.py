"""Shops, their rooms and settings: what is decided."""
