"""Rules of check-ins, streaks, freezes and make-ups."""
