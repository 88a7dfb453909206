"""Quiet hours of a shop that set none, and the earliest hour at which its day can begin. Times are `HH:MM`."""

QUIET_AT_FIRST = ("21:00", "09:00")
"""From when until when rooms are told nothing unasked."""
EARLIEST_MORNING = "05:00"
"""Quiet hours end with the morning card, unless it comes earlier than this: then it belongs to the night."""
