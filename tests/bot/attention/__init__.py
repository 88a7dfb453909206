"""Attention, as fans and staff meet it."""
