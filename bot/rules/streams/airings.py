"""Running an airing: what staff ask for, what they are told, and what the clock has to do."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.rules.airings import (
    AiringFacts,
    AiringState,
)
from bot.rules.outcome import Outcome
from bot.rules.streams.streams import StreamPolicy


def due_times(airing: AiringFacts, policy: StreamPolicy) -> tuple[datetime, ...]:
    """Instants at which the clock has something to do with an open airing."""
    due = [airing.ends_at]
    if airing.state is AiringState.PLANNED:
        due.append(airing.starts_at)
    if airing.on_air_at is None and airing.asked_at is None:
        due.append(airing.starts_at + policy.ask_after)
    return tuple(due)


def must_ask(airing: AiringFacts, now: datetime, policy: StreamPolicy) -> bool:
    """Whether to ask the owner now whether it is on: staff said nothing, and an answer can still help."""
    silent = airing.on_air_at is None and airing.asked_at is None
    ask_at = airing.starts_at + policy.ask_after
    return silent and ask_at <= now < min(airing.starts_at + policy.late, airing.ends_at)


@dataclass(frozen=True, slots=True)
class OnAir:
    """What staff tell with `/golive`."""

    url: str | None = None
    word: str | None = None
    number: int | None = None
    """The stream that is meant; None: the nearest."""
    airing_id: int | None = None
    """The airing that is meant, where a button names it."""


@dataclass(frozen=True, slots=True)
class Move:
    """What staff ask for with `/delay`: by how long, or to when."""

    by: timedelta | None = None
    to: datetime | None = None
    number: int | None = None
    """The stream that is meant; None: the nearest."""
    airing_id: int | None = None
    """The airing that is meant, where a button names it."""


@dataclass(frozen=True, slots=True)
class CallOff:
    """What staff ask for with `/cancelstream`."""

    number: int | None = None
    """The stream that is meant; None: the nearest."""
    series: bool = False
    """Whether all that were to come are meant."""
    airing_id: int | None = None
    """The airing that is meant, where a button names it."""


@dataclass(frozen=True, slots=True)
class WentLive(Outcome, name="streams.WentLive"):
    """It is on. Groups are told now, or their card is edited."""

    number: int
    title: str
    told: int
    """Rooms to which it is being announced now."""
    word: str | None
    planned: bool
    """Whether it had been planned."""
    was: datetime | None
    """The planned start, if that is still to come."""
    hung: int = 0
    """Rooms in which its card hangs already and is edited now."""
    untold: tuple[str, ...] = ()
    """Rooms that refuse messages now, so that they don't hear of it yet."""


@dataclass(frozen=True, slots=True)
class WordTaken(Outcome, name="streams.WordTaken"):
    """The word already means something else to the bot, such as *check in*."""

    word: str


@dataclass(frozen=True, slots=True)
class Delayed(Outcome, name="streams.Delayed"):
    """It starts later (or earlier) than planned."""

    number: int
    title: str
    old: datetime
    new: datetime
    told: int
    """Fans who asked to be reminded of it."""
    audit_id: int
    untold: tuple[str, ...] = ()
    """Rooms that refuse messages now, so that they don't hear of it yet."""


@dataclass(frozen=True, slots=True)
class DelayPast(Outcome, name="streams.DelayPast"):
    """The new start is past."""

    at: datetime


@dataclass(frozen=True, slots=True)
class StreamCancelled(Outcome, name="streams.StreamCancelled"):
    """One airing, or all that were to come, are cancelled."""

    number: int
    title: str
    at: datetime
    series: bool
    next_at: datetime | None
    """When a weekly stream that goes on is on next."""
    told: int
    audit_id: int
    undoable: bool
    untold: tuple[str, ...] = ()
    """Rooms that refuse messages now, so that they don't hear of it yet."""


@dataclass(frozen=True, slots=True)
class StreamEnded(Outcome, name="streams.StreamEnded"):
    """It is over."""

    number: int
    title: str
    came: int
    replay_url: str | None
    next_at: datetime | None


@dataclass(frozen=True, slots=True)
class NoStreamThere(Outcome, name="streams.NoStreamThere"):
    """No airing that is on or planned fits what was asked."""

    number: int | None


@dataclass(frozen=True, slots=True)
class NotOnAir(Outcome, name="streams.NotOnAir"):
    """Only what has begun can be ended."""

    number: int
    title: str
    at: datetime


@dataclass(frozen=True, slots=True)
class AskOwner(Outcome, name="streams.AskOwner"):
    """The owner is asked whether it is on: its time has come, and staff said nothing."""

    airing_id: int
    number: int
    title: str
    at: datetime


GoLiveOutcome = WentLive | NoStreamThere
DelayOutcome = Delayed | DelayPast | NoStreamThere
CancelStreamOutcome = StreamCancelled | NoStreamThere
EndOutcome = StreamEnded | NotOnAir | NoStreamThere
