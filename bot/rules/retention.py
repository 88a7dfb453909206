"""How long what is kept of people stands, where more than one part of the bot goes by it."""

from datetime import timedelta

FINGERPRINT_MONTHS = 12
FINGERPRINT_KEPT = timedelta(days=365)
"""How long it is remembered, by a fingerprint, that someone had their data deleted: twelve months."""
CAUSES_KEPT = timedelta(days=3)
"""How long an update's number stands beside what it did, so that it isn't done twice."""
ASIDE_KEPT = timedelta(days=30)
"""How long what couldn't be read or stored waits for a repair."""
