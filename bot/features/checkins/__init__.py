"""Check-ins, streaks, freezes and make-ups: the use cases."""
