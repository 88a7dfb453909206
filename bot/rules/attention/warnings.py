"""What staff hear when what they typed breaks a bound: it goes all the same, and they may let it wait."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.rules.attention.bounds import Span, shown_span
from bot.rules.attention.budget import Bounds
from bot.rules.outcome import Outcome
from bot.rules.verdicts import Reason


@dataclass(frozen=True, slots=True)
class WarningPolicy:
    """How staff's messages that break a bound go out."""

    grace: timedelta = timedelta(seconds=10)
    """How long such a message waits, so that staff can still hold it. None at all: staff aren't warned."""


@dataclass(frozen=True, slots=True)
class Broken:
    """A bound that a message breaks, and its number."""

    reason: Reason
    number: int = 0
    """Messages a day, or minutes."""
    quiet: Span | None = None


@dataclass(frozen=True, slots=True)
class StaffWarned(Outcome, name="attention.StaffWarned"):
    """What was typed breaks a bound. It goes out in a moment unless it is held."""

    community_id: int
    verdict_id: int
    broken: Broken
    rooms: int
    """In how many rooms it breaks one."""
    seconds: int
    """After how many seconds it goes out."""
    until: datetime | None
    """Until when it can wait; None: it would be over by then."""


@dataclass(frozen=True, slots=True)
class WaitsNow(Outcome, name="attention.WaitsNow"):
    """What was typed waits until an instant."""

    until: datetime
    rooms: int
    audit_id: int


@dataclass(frozen=True, slots=True)
class LeftAlready(Outcome, name="attention.LeftAlready"):
    """It went out before it could be held."""


def broken_bound(reason: Reason, bounds: Bounds) -> Broken:
    """The bound that a reason names, with its number."""
    match reason:
        case Reason.MOST:
            return Broken(reason, bounds.most)
        case Reason.MOST_PROMOTIONAL:
            return Broken(reason, bounds.most_promotional)
        case Reason.GAP:
            return Broken(reason, bounds.gap // timedelta(minutes=1))
        case _:
            return Broken(reason, quiet=shown_span(bounds.quiet))
