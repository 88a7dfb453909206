"""Coins that lapse: tests of decisions."""
