"""How long data about people is kept, where several parts of the bot need the number."""

from datetime import timedelta

FINGERPRINT_MONTHS = 12
FINGERPRINT_KEPT = timedelta(days=365)
"""How long a fingerprint remembers that a person had their data deleted: twelve months."""
CAUSES_KEPT = timedelta(days=3)
"""How long an update's number is kept with its effect, so that a repeated update does nothing."""
ASIDE_KEPT = timedelta(days=30)
"""How long set-aside updates and rows wait for a repair."""
MEMORY_KEPT = timedelta(days=90)
"""How long single acts, days of activity and what was shown are remembered."""
MOVED_MONTHS = 12
"""Months for which what a file of members brings waits for somebody who isn't here yet."""
