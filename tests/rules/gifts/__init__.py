"""Gifts that fans send on: tests of decisions."""
