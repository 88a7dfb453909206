"""Raffles: tests of decisions."""
