"""Members by file and exports: tests of the bot as people meet it."""
