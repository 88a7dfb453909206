"""Rules of coins that lapse."""
