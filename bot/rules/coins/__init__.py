"""Coins that lapse: what is decided."""
