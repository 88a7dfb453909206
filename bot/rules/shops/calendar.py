"""The weekly calendar: which slot is due on which day, and until when it is filled."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from bot.rules.calendar import day_of, next_time, start_of
from bot.rules.folded import FoldedLine
from bot.rules.outcome import Outcome


class SlotKind(StrEnum):
    """What fills a slot."""

    MORNING = "morning"
    """The morning card: a check-in button and how many came today."""


class PostingState(StrEnum):
    """Whether a slot was filled on a day."""

    POSTED = "posted"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class CalendarPolicy:
    """How slots are filled."""

    late: timedelta = timedelta(hours=4)
    """For how long after its time a slot is still filled, after an outage."""


@dataclass(frozen=True, slots=True)
class SlotFacts:
    """A slot, with its community's zone."""

    id: int
    community_id: int
    kind: SlotKind
    at: str
    weekdays: str
    timezone: str
    since: datetime
    """When the community was made."""


@dataclass(frozen=True, slots=True)
class SlotDecision:
    """What to do with a slot that is due."""

    day: date
    due_at: datetime
    reason: str | None
    """Why it is skipped, for the log; None: it is filled."""


@dataclass(frozen=True, slots=True)
class MorningCard(Outcome, name="cadence.MorningCard"):
    """The day's card in the group."""

    day: date
    came: int
    """Fans who checked in on this day so far."""
    stream: str | None
    """Title of the day's stream."""
    stream_at: datetime | None
    past: bool
    """Whether its day is over."""
    folded: tuple[FoldedLine, ...] = ()
    """What couldn't be told in time."""

    @property
    def over(self) -> bool:
        """Whether it is too late to post the card: its day is over."""
        return self.past


def due_on(slot: SlotFacts, day: date) -> datetime | None:
    """When the slot is due on a day of its community, or None if it isn't filled on that weekday."""
    if str(day.isoweekday()) not in slot.weekdays:
        return None
    hour, minute = slot.at.split(":")
    return next_time(
        f"{int(minute)} {int(hour)} * * *", slot.timezone, start_of(day, slot.timezone) - timedelta(seconds=1)
    )


def next_due(slot: SlotFacts, now: datetime) -> datetime | None:
    """The first instant after `now` at which the slot is due."""
    if not slot.weekdays:
        return None
    hour, minute = slot.at.split(":")
    weekdays = ",".join(str(int(one) % 7) for one in slot.weekdays)
    return next_time(f"{int(minute)} {int(hour)} * * {weekdays}", slot.timezone, now)


def decide_today(slot: SlotFacts, now: datetime, policy: CalendarPolicy) -> SlotDecision | None:
    """What to do with the slot today, or None if it isn't due (yet)."""
    today = day_of(now, slot.timezone)
    due = due_on(slot, today)
    if due is None or due > now:
        return None
    if due < slot.since:
        return SlotDecision(today, due, "the shop wasn't here yet")
    if now - due > policy.late:
        return SlotDecision(today, due, "too late in the day")
    return SlotDecision(today, due, None)
