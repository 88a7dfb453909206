"""The owner's figures, in words."""

from dataclasses import dataclass
from datetime import date

from bot.rules.outcome import Outcome

PERIODS = {"7d": 7, "30d": 30}
"""How far back a report looks, in days."""


@dataclass(frozen=True, slots=True)
class CameBy:
    """How many came by one source in the period, and what those who are here have cost."""

    name: str | None
    """None for those of whom no source is known."""
    came: int
    stayed: int
    """Of those who came in the period, how many are here now."""
    cost_each: int | None
    """The source's whole cost by all whom it ever brought and who are here now, in hundredths; None if unknown."""


@dataclass(frozen=True, slots=True)
class Report(Outcome, name="reporting.Report"):
    """What happened since a day."""

    since: date
    days: int
    came_in_all: int
    """Newcomers by any way."""
    came: tuple[CameBy, ...]
    more: int
    """Sources that the list leaves out."""
    left: int
    checked_in: int
    """Fans who checked in at least once."""
    check_ins: int
    claimed: int
    redeemed: int
    reminded: int | None
    """Fans who asked to be reminded of a stream; None if no stream was ever planned."""
    attended: int | None


def cost_each(cost: int | None, stayed: int) -> int | None:
    """A source's cost for each fan who stayed, in hundredths, rounded half up; None while nobody has."""
    if cost is None or stayed == 0:
        return None
    return (cost * 200 + stayed) // (2 * stayed)
