"""Covered days and streaks, as other domains know them."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Cover(StrEnum):
    """How a day was covered."""

    CHECKED = "checked"
    MADE_UP = "made_up"
    FROZEN = "frozen"


@dataclass(frozen=True, slots=True)
class Restorable:
    """An older streak that make-ups can bring back."""

    length: int
    """What the streak would be today, with every missed day made up."""
    missed: tuple[date, ...]
    """Days still to make up, oldest first."""
    price: int
    """Coins for the next one of them; 0 when an attended stream pays for it."""
