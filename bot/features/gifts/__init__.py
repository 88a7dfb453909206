"""Gifts that fans send on: the use cases."""
