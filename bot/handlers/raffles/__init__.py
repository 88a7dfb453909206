"""Raffles: what is said and pressed."""
