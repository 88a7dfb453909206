"""Slots of a week: at which times by the shop's clock they come, and what a week may hold."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bot.rules.calendar import walls
from bot.rules.slots import SlotKind

WEEK = timedelta(weeks=1)
SAMPLE = date(2026, 1, 5)
"""A Monday. What slots of a week are to one another is looked at from here."""
LAST = SAMPLE + timedelta(days=6)
MOST_TIMES = 60
"""Times of one slot in a week that are looked at. More are too many anyway."""


@dataclass(frozen=True, slots=True)
class CalendarPolicy:
    """How a week is planned and filled."""

    ahead: timedelta = timedelta(days=7)
    """How far ahead postings are planned."""
    late: timedelta = timedelta(minutes=60)
    """For how long after its time a slot is still filled."""
    apart: timedelta = timedelta(minutes=30)
    """Slots are at least so far from one another."""
    most: int = 30
    """Times of all slots in a week."""
    rest: timedelta = timedelta(days=28)
    """How long a post rests after it was sent, and over how long shares are counted."""
    countdown: timedelta = timedelta(days=3)
    """How near a stream is when posts count down to it."""
    asleep: timedelta = timedelta(hours=24)
    """After how long without anybody a room gets no morning card."""
    warned_every: timedelta = timedelta(days=7)
    """How often the owner is warned that the shelf runs out."""
    alternatives: int = 6
    """Posts that *swap* offers."""
    max_command: int = 400
    """Characters of an activity's line."""
    max_days_off: int = 60


@dataclass(frozen=True, slots=True)
class SlotFacts:
    """A slot of a shop."""

    id: int
    kind: SlotKind
    cron: str
    pillar: str | None = None
    command: str | None = None
    since: datetime | None = None


def as_wall(text: str) -> datetime:
    """A time by the shop's clock as rows keep it."""
    return datetime.fromisoformat(text)


def wall_text(wall: datetime) -> str:
    """The same as rows keep it: `2026-11-30T20:00`."""
    return wall.isoformat(timespec="minutes")


@dataclass(frozen=True, slots=True)
class TooNear:
    """Two slots are too near one another."""

    at: datetime
    other: datetime


@dataclass(frozen=True, slots=True)
class TooMany:
    """A week would hold too many."""

    times: int


def check_week(crons: Sequence[str], added: str, policy: CalendarPolicy) -> TooNear | TooMany | None:
    """Whether one more slot fits into a week of these. Times are of a sample week by the shop's clock."""
    new = walls(added, SAMPLE, LAST)[:MOST_TIMES]
    old = sorted(wall for cron in crons for wall in walls(cron, SAMPLE, LAST)[:MOST_TIMES])
    if len(new) + len(old) > policy.most:
        return TooMany(len(new) + len(old))
    for wall in new:
        for other in (*old, *(one for one in new if one != wall)):
            distance = abs(wall - other) % WEEK
            if min(distance, WEEK - distance) < policy.apart:
                return TooNear(wall, other)
    return None


def times_in(crons: Sequence[str]) -> int:
    """How many times a week these slots come."""
    return sum(len(walls(cron, SAMPLE, LAST)[:MOST_TIMES]) for cron in crons)
