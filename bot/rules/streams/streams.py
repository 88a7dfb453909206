"""Streams as staff plan them, and the list that fans see."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.rules.airings import (
    Repeat,
)
from bot.rules.outcome import Outcome


@dataclass(frozen=True, slots=True)
class StreamPolicy:
    """Times and limits of streams."""

    length: timedelta = timedelta(hours=3)
    """How long a stream lasts if nobody ends it."""
    remind: tuple[timedelta, ...] = (timedelta(hours=24), timedelta(hours=1), timedelta(minutes=10))
    late: timedelta = timedelta(minutes=60)
    """For how long a start, an end, a delay or a cancellation is still announced."""
    ask_after: timedelta = timedelta(minutes=10)
    """How long after a start the owner is asked whether the stream is on, if staff said nothing."""
    reach: timedelta = timedelta(hours=24)
    """How far ahead a planned airing may lie for `/golive` to mean it."""
    reopen: timedelta = timedelta(minutes=60)
    """For how long after its end `/golive` opens an airing again."""
    apart: timedelta = timedelta(days=5)
    """The least time between two planned airings of a weekly stream, even if the community's zone was changed."""
    gap: timedelta = timedelta(minutes=5)
    """A round of reminders is left out if it is due so soon after a delay was announced."""
    private_per_second: int = 25
    """Reminders that leave in a second: a large round begins earlier, so that it ends in time."""
    chunk: int = 500
    """Reminders that one transaction promises."""
    max_title: int = 80
    max_word: int = 24
    max_length: timedelta = timedelta(hours=24)
    max_delay: timedelta = timedelta(days=7)
    max_reminders: int = 5
    shown: int = 5
    """Airings that `/streams` lists."""


@dataclass(frozen=True, slots=True)
class NewStream:
    """What staff ask for with `/newstream`."""

    title: str
    at: datetime
    url: str | None = None
    repeat: Repeat = Repeat.ONCE
    remind: tuple[timedelta, ...] | None = None
    """How long before the start fans are reminded; None: as the policy says."""
    length: timedelta | None = None
    """None: as the policy says."""

    def remind_by(self, policy: StreamPolicy) -> tuple[timedelta, ...]:
        """How long before the start fans are reminded."""
        return policy.remind if self.remind is None else self.remind

    def length_by(self, policy: StreamPolicy) -> timedelta:
        """How long the stream lasts if nobody ends it."""
        return policy.length if self.length is None else self.length


@dataclass(frozen=True, slots=True)
class StreamMade(Outcome, name="streams.StreamMade"):
    """A stream is planned."""

    number: int
    title: str
    at: datetime
    repeat: str
    url: str | None
    remind: tuple[int, ...]
    """Minutes before the start."""
    length: int
    """Minutes."""
    groups: int
    """Groups and channels that will hear of its start."""
    audit_id: int
    untold: tuple[str, ...] = ()
    """Rooms that refuse messages now, so that they don't hear of it yet."""


@dataclass(frozen=True, slots=True)
class StreamInPast(Outcome, name="streams.StreamInPast"):
    """The start that staff gave is past."""

    at: datetime


@dataclass(frozen=True, slots=True)
class StreamLine:
    """One airing in the list."""

    airing_id: int
    stream_id: int
    title: str
    at: datetime
    phase: str
    url: str | None
    weekly: bool
    reminded: bool
    """Whether the reader asked to be reminded of it."""


@dataclass(frozen=True, slots=True)
class StreamList(Outcome, name="streams.StreamList"):
    """What is on and what is coming, as a fan sees it."""

    lines: tuple[StreamLine, ...]
    untold: tuple[str, ...] = ()
    """Rooms that refuse messages now, so that they don't hear of it yet."""


MakeStreamOutcome = StreamMade | StreamInPast
