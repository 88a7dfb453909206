"""Raffles: what is decided."""
