"""Check-ins, streaks, freezes and make-ups: tests of use cases."""
