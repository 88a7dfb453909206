"""Streams: planned evenings and their airings, as staff run them and as everyone sees them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.rules.goal_board import GoalBoard
from bot.rules.outcome import Outcome


class Repeat(StrEnum):
    """How often a stream comes."""

    ONCE = "once"
    WEEKLY = "weekly"


class StreamState(StrEnum):
    """Whether a plan still makes airings."""

    OPEN = "open"
    CANCELLED = "cancelled"


class AiringState(StrEnum):
    """How far an evening got, as written down; `phase_of` says what that means at an instant."""

    PLANNED = "planned"
    LIVE = "live"
    ENDED = "ended"
    CANCELLED = "cancelled"


class How(StrEnum):
    """How a fan showed that they were there."""

    TAP = "tap"
    WORD = "word"


class Phase(StrEnum):
    """What an airing is at an instant."""

    COMING = "coming"
    DELAYED = "delayed"
    """Coming, at another time than the plan had."""
    STARTING = "starting"
    """On by the clock; nobody has said so yet."""
    ON_AIR = "on_air"
    ENDED = "ended"
    CANCELLED = "cancelled"


STARTING_FOR = timedelta(minutes=5)
"""How long a stream that nobody has said to be on is "starting now"."""

LIVE_PHASES = frozenset({Phase.STARTING, Phase.ON_AIR})
OVER_PHASES = frozenset({Phase.ENDED, Phase.CANCELLED})


@dataclass(frozen=True, slots=True)
class StreamPolicy:
    """Times and limits of streams."""

    length: timedelta = timedelta(hours=3)
    """How long a stream lasts if nobody ends it."""
    remind: tuple[timedelta, ...] = (timedelta(hours=24), timedelta(hours=1), timedelta(minutes=10))
    late: timedelta = timedelta(minutes=60)
    """How long after its start, its end, a delay or a cancellation it is still told."""
    ask_after: timedelta = timedelta(minutes=10)
    """How long after a start without a sign of life the owner is asked."""
    reach: timedelta = timedelta(hours=24)
    """How far ahead a planned airing may lie for `/golive` to mean it."""
    reopen: timedelta = timedelta(minutes=60)
    """How long after its end `/golive` opens an airing again."""
    apart: timedelta = timedelta(days=5)
    """A weekly stream's evenings are planned at least so far apart, where the community's clock was changed too."""
    card_every: timedelta = timedelta(seconds=5)
    """The live card is edited at most this often."""
    gap: timedelta = timedelta(minutes=5)
    """A round of reminders that is due so soon after a delay was told is left out."""
    private_per_second: int = 25
    """How many reminders leave in a second: a large round begins that much earlier."""
    chunk: int = 500
    """Reminders promised in one transaction."""
    max_title: int = 80
    max_url: int = 512
    max_word: int = 24
    max_length: timedelta = timedelta(hours=24)
    max_delay: timedelta = timedelta(days=7)
    max_reminders: int = 5
    shown: int = 5
    """Airings that `/streams` lists."""


@dataclass(frozen=True, slots=True)
class AiringFacts:
    """An airing with what its stream says. Instants are aware, UTC."""

    id: int
    stream_id: int
    number: int
    title: str
    repeat: Repeat
    planned_at: datetime
    starts_at: datetime
    ends_at: datetime
    state: AiringState
    url: str | None = None
    word: str | None = None
    replay_url: str | None = None
    on_air_at: datetime | None = None
    asked_at: datetime | None = None
    closed_at: datetime | None = None
    posted: bool = False


def phase_of(airing: AiringFacts, now: datetime) -> Phase:
    """What the airing is at `now`, whether or not the clock's work was done yet."""
    if airing.state is AiringState.CANCELLED:
        return Phase.CANCELLED
    if airing.state is AiringState.ENDED or now >= airing.ends_at:
        return Phase.ENDED
    if airing.on_air_at is not None:
        return Phase.ON_AIR
    if now >= airing.starts_at:
        return Phase.STARTING
    return Phase.COMING if airing.starts_at == airing.planned_at else Phase.DELAYED


def due_times(airing: AiringFacts, policy: StreamPolicy) -> tuple[datetime, ...]:
    """Instants at which the clock has something to do with an open airing."""
    due = [airing.ends_at]
    if airing.state is AiringState.PLANNED:
        due.append(airing.starts_at)
    if airing.on_air_at is None and airing.asked_at is None:
        due.append(airing.starts_at + policy.ask_after)
    return tuple(due)


def must_ask(airing: AiringFacts, now: datetime, policy: StreamPolicy) -> bool:
    """Whether the owner is asked now what became of it: no sign of life, and an answer can still help."""
    silent = airing.on_air_at is None and airing.asked_at is None
    ask_at = airing.starts_at + policy.ask_after
    return silent and ask_at <= now < min(airing.starts_at + policy.late, airing.ends_at)


@dataclass(frozen=True, slots=True)
class LiveCard(Outcome, name="streams.LiveCard"):
    """The card of an airing in a group: the start announcement, which lives on until the end."""

    airing_id: int
    title: str
    phase: str
    """A `Phase`."""
    starts_at: datetime
    url: str | None
    replay_url: str | None
    came: int
    """Fans who were there so far."""
    word: bool
    """Whether writing the word that the host says counts too."""
    benefit: str | None
    """Title of a drop that can be claimed now."""
    late: bool = False
    """Whether its time was a while ago and nobody has said that it is on: "starting now" wouldn't be true."""
    board: GoalBoard | None = None
    """What hearts add up to, if the evening has a goal."""

    @property
    def over(self) -> bool:
        """Whether hanging it now would tell a lie: it isn't on."""
        return self.phase not in LIVE_PHASES


_USUAL = StreamPolicy()


@dataclass(frozen=True, slots=True)
class NewStream:
    """What staff ask for with `/newstream`."""

    title: str
    at: datetime
    url: str | None = None
    repeat: Repeat = Repeat.ONCE
    remind: tuple[timedelta, ...] = _USUAL.remind
    length: timedelta = _USUAL.length


@dataclass(frozen=True, slots=True)
class OnAir:
    """What staff tell with `/golive`."""

    url: str | None = None
    word: str | None = None
    number: int | None = None
    """The stream that is meant; None: the nearest."""
    airing_id: int | None = None
    """The very evening that is meant, where a button says it."""


@dataclass(frozen=True, slots=True)
class Move:
    """What staff ask for with `/delay`: by how long, or to when."""

    by: timedelta | None = None
    to: datetime | None = None
    number: int | None = None
    """The stream that is meant; None: the nearest."""
    airing_id: int | None = None
    """The very evening that is meant, where a button says it."""


@dataclass(frozen=True, slots=True)
class CallOff:
    """What staff ask for with `/cancelstream`."""

    number: int | None = None
    """The stream that is meant; None: the nearest."""
    series: bool = False
    """Whether all that were to come are meant."""
    airing_id: int | None = None
    """The very evening that is meant, where a button says it."""


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
    """Groups and channels that are told of its start."""
    audit_id: int
    untold: tuple[str, ...] = ()
    """Rooms that refuse messages now, so that they don't hear of it yet."""


@dataclass(frozen=True, slots=True)
class StreamInPast(Outcome, name="streams.StreamInPast"):
    """It would have begun already."""

    at: datetime


@dataclass(frozen=True, slots=True)
class WentLive(Outcome, name="streams.WentLive"):
    """It is on: told in the groups now, or shown on the card that hangs there."""

    number: int
    title: str
    told: int
    """Rooms to which it is being announced now."""
    word: str | None
    planned: bool
    """Whether it had been planned."""
    was: datetime | None
    """When it had been planned for, if that is still to come."""
    hung: int = 0
    """Rooms in which its card hangs already, and is being changed."""
    untold: tuple[str, ...] = ()
    """Rooms that refuse messages now, so that they don't hear of it yet."""


@dataclass(frozen=True, slots=True)
class WordTaken(Outcome, name="streams.WordTaken"):
    """The word to listen for has a meaning of its own: whoever writes it asks for something else."""

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
    """The new time would be over already."""

    at: datetime


@dataclass(frozen=True, slots=True)
class StreamCancelled(Outcome, name="streams.StreamCancelled"):
    """An evening, or all that were to come, won't be."""

    number: int
    title: str
    at: datetime
    series: bool
    next_at: datetime | None
    """The next evening of a weekly one that goes on."""
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
    """Nothing is on or planned that this could mean."""

    number: int | None


@dataclass(frozen=True, slots=True)
class NotOnAir(Outcome, name="streams.NotOnAir"):
    """Only what has begun can be ended."""

    number: int
    title: str
    at: datetime


@dataclass(frozen=True, slots=True)
class DelayNotice(Outcome, name="streams.DelayNotice"):
    """Told once in the groups, and to those who asked: it starts at another time."""

    title: str
    at: datetime


@dataclass(frozen=True, slots=True)
class CancelNotice(Outcome, name="streams.CancelNotice"):
    """Told once: it won't be."""

    title: str
    at: datetime
    next_at: datetime | None


@dataclass(frozen=True, slots=True)
class BackOnNotice(Outcome, name="streams.BackOnNotice"):
    """Told once where a cancellation was told that staff took back."""

    title: str
    at: datetime


@dataclass(frozen=True, slots=True)
class EndNotice(Outcome, name="streams.EndNotice"):
    """Told once in the groups: it is over."""

    title: str
    came: int
    replay_url: str | None
    next_at: datetime | None


@dataclass(frozen=True, slots=True)
class AskOwner(Outcome, name="streams.AskOwner"):
    """Nobody has said that it is on: what now?"""

    airing_id: int
    number: int
    title: str
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


NoticeOutcome = DelayNotice | CancelNotice | BackOnNotice | EndNotice
MakeStreamOutcome = StreamMade | StreamInPast
GoLiveOutcome = WentLive | NoStreamThere
DelayOutcome = Delayed | DelayPast | NoStreamThere
CancelStreamOutcome = StreamCancelled | NoStreamThere
EndOutcome = StreamEnded | NotOnAir | NoStreamThere
