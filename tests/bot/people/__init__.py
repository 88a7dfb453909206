"""People and what they choose: tests of the bot as people meet it."""
