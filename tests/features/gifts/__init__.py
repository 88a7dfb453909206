"""Gifts that fans send on: tests of use cases."""
