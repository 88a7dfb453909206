"""Check-ins, streaks, freezes and make-ups: tests of the bot as people meet it."""
