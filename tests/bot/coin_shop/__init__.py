"""The coin shop: tests of the bot as people meet it."""
