"""How long it is remembered what members did and what they were shown. Their sums by day stay for good."""

from dataclasses import dataclass
from datetime import timedelta

from bot.rules.retention import MEMORY_KEPT


@dataclass(frozen=True, slots=True)
class MemoryPolicy:
    """How long rows of memory are kept."""

    kept: timedelta = MEMORY_KEPT
    """Acts, days on which a member was active in a room, and what was shown. `/privacy` names this number."""
