"""Covered days and streaks, as several domains use them."""

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
    """The streak's length today if every missed day were made up."""
    missed: tuple[date, ...]
    """The days to make up, the oldest first."""
    price: int
    """Coins for the next make-up; 0 if it is free."""


@dataclass(frozen=True, slots=True)
class StreakNow:
    """A member's streak as they see it on a day."""

    length: int
    checked_in: bool
    tomorrow: int
    """Coins of the next check-in, its bonus included: tomorrow's if today is checked in, else today's."""
    restorable: Restorable | None = None
    tomorrow_bonus: int = 0
    """How many coins of `tomorrow` are a bonus."""
