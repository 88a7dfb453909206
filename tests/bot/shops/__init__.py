"""Shops, their rooms and settings: tests of the bot as people meet it."""
