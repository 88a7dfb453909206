"""What the attention budget held or didn't send, for the shop's staff."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bot.rules.attention.why import About
from bot.rules.outcome import Outcome
from bot.rules.verdicts import Reason, Ruling

MOST_HELD = 5
"""Held messages that are listed with their buttons; more are only counted."""
ON_A_PAGE = 8
"""Lines on one page of a day."""


@dataclass(frozen=True, slots=True)
class UnsentPolicy:
    """How far back the log reaches."""

    days: int = 7
    """Local days, the present one among them."""

    @property
    def reach(self) -> timedelta:
        """A time in which so many local days of any zone lie."""
        return timedelta(days=self.days + 1)


@dataclass(frozen=True, slots=True)
class UnsentLine:
    """A thing of which messages were held or not sent, for one reason."""

    about: About
    ruling: Ruling
    reason: Reason
    rooms: int
    fans: int
    until: datetime | None
    """Until when it is held."""
    verdict_id: int
    """The newest of these messages, for buttons."""


@dataclass(frozen=True, slots=True)
class ReasonCount:
    """How many messages weren't sent for a reason."""

    reason: Reason
    number: int


@dataclass(frozen=True, slots=True)
class UnsentCount:
    """How many messages weren't sent on a day, and why."""

    day: date
    number: int
    reasons: tuple[ReasonCount, ...]
    """The most frequent first."""


@dataclass(frozen=True, slots=True)
class UnsentWeek(Outcome, name="attention.UnsentWeek"):
    """What is held now, and what wasn't sent on the last days."""

    community_id: int
    held: tuple[UnsentLine, ...]
    more_held: int
    """Things that are held and not listed."""
    days: tuple[UnsentCount, ...]
    """The newest first; days on which everything was sent are left out."""


@dataclass(frozen=True, slots=True)
class UnsentDay(Outcome, name="attention.UnsentDay"):
    """What wasn't sent on one day, in words."""

    community_id: int
    day: date
    page: int
    """From 1."""
    pages: int
    lines: tuple[UnsentLine, ...]


@dataclass(frozen=True, slots=True)
class HeldSentNow(Outcome, name="attention.HeldSentNow"):
    """What was held goes out now."""

    community_id: int
    about: About
    rooms: int


@dataclass(frozen=True, slots=True)
class HeldStopped(Outcome, name="attention.HeldStopped"):
    """What was held isn't sent."""

    community_id: int
    about: About
    rooms: int
    audit_id: int


@dataclass(frozen=True, slots=True)
class HeldNoMore(Outcome, name="attention.HeldNoMore"):
    """It isn't held any more: it was sent, or it won't be."""

    community_id: int
