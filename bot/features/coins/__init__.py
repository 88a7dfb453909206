"""Coins that lapse: the use cases."""
