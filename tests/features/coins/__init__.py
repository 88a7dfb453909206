"""Coins that lapse: tests of use cases."""
