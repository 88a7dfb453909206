"""Coins that lapse: the clock's work; nobody says or presses anything."""
