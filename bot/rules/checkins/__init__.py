"""Check-ins, streaks, freezes and make-ups: what is decided."""
