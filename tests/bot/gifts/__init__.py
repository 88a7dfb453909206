"""Gifts that fans send on: tests of the bot as people meet it."""
