"""The report of earlier versions. Promised messages of an old database may still hold it, so it keeps its words."""

from dataclasses import dataclass
from datetime import date

from bot.rules.outcome import Outcome


@dataclass(frozen=True, slots=True)
class CameBy:
    """How many fans came by one source in the period, and the source's cost for each fan who is here."""

    name: str | None
    """The source; None for fans whose source is unknown."""
    came: int
    stayed: int
    """Fans who came in the period and are here now."""
    cost_each: int | None
    """The source's whole cost for each fan whom it ever brought and who is here now, in hundredths; None if unknown."""


@dataclass(frozen=True, slots=True)
class Report(Outcome, name="reporting.Report"):
    """The figures since a day."""

    since: date
    days: int
    came_in_all: int
    """All newcomers, whatever their source."""
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
