"""Staff and their panel: tests of the bot as people meet it."""
