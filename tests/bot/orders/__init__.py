"""Orders of the shop: tests of the bot as people meet it."""
