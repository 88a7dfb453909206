"""Posts: tests of the bot as people meet it."""
