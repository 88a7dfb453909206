"""Raffles: tests of use cases."""
