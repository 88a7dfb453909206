"""Raffles: commands, words and buttons."""
