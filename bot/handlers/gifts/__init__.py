"""Gifts that fans send on: what is said and pressed."""
