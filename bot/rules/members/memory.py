"""How long it is remembered what members did and what they were shown. Their sums by day stay for good."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class MemoryPolicy:
    """How long rows of memory are kept."""

    notes_kept: timedelta = timedelta(days=90)
    """Acts, each with its time, its thing and its message."""
    days_kept: timedelta = timedelta(days=90)
    """Days on which a member was active in a room."""
    shown_kept: timedelta = timedelta(days=90)
    """What was shown. Whether a kind wears out is judged by 56 days."""
