"""Shops, their rooms and settings: what is said and pressed."""
