"""Shops, their rooms and settings: tests of decisions."""
