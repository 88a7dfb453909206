"""Raffles: the use cases."""
