"""The stand-in refuses what Telegram refuses: over real HTTP, with a client of its own."""
