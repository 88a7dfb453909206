"""Gifts that fans send on: what is decided."""
