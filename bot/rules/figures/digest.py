"""The morning digest: yesterday in three lines, for the owner alone."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bot.rules.calendar import day_of, next_time, start_of
from bot.rules.figures.reports import Figures
from bot.rules.figures.windows import FiguresPolicy
from bot.rules.outcome import Outcome

SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Digest(Outcome, name="figures.Digest"):
    """Yesterday in three lines: what came in, who came, what they did."""

    community_id: int
    day: date
    figures: Figures
    rests: tuple[str, ...] = ()
    """Kinds that rest since yesterday's digest, because fewer fans answered than usual (`rules/wears.py`)."""
    wakes: tuple[str, ...] = ()
    """Kinds whose rest has ended since then."""
    unsent: int = 0
    """Messages that the attention budget didn't send on that day."""


@dataclass(frozen=True, slots=True)
class DigestOff(Outcome, name="figures.DigestOff"):
    """No digest comes any more."""

    community_id: int


@dataclass(frozen=True, slots=True)
class DigestOn(Outcome, name="figures.DigestOn"):
    """The digest comes each morning again."""

    community_id: int


@dataclass(frozen=True, slots=True)
class DigestFacts:
    """What decides whether a shop's digest is due."""

    timezone: str
    at: str
    """When it comes, as `HH:MM` in the shop's zone."""
    since: datetime
    """When the shop was made."""
    told: date | None
    """The last day on which the digest was told, or left out as there was nothing to tell."""
    off: bool


def digest_due(facts: DigestFacts, day: date) -> datetime:
    """When the digest of the day before comes on a day."""
    hour, minute = facts.at.split(":")
    return next_time(f"{int(minute)} {int(hour)} * * *", facts.timezone, start_of(day, facts.timezone) - SECOND)


def day_to_tell(facts: DigestFacts, now: datetime, policy: FiguresPolicy) -> date | None:
    """The day on which a digest is due now, or None. A shop's first day has no yesterday to tell of."""
    today = day_of(now, facts.timezone)
    due = digest_due(facts, today)
    told_before = facts.told is not None and facts.told >= today
    if facts.off or told_before or facts.since >= start_of(today, facts.timezone):
        return None
    return today if due <= now < due + policy.digest_late else None


def next_digest(facts: DigestFacts, now: datetime) -> datetime | None:
    """When the shop's next digest comes; None if it is switched off."""
    if facts.off:
        return None
    hour, minute = facts.at.split(":")
    return next_time(f"{int(minute)} {int(hour)} * * *", facts.timezone, now)
