"""An airing of a stream, as several domains read it: its facts, and what it is at an instant."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Repeat(StrEnum):
    """How often a stream comes."""

    ONCE = "once"
    WEEKLY = "weekly"


class StreamState(StrEnum):
    """Whether a plan still makes airings."""

    OPEN = "open"
    CANCELLED = "cancelled"


class AiringState(StrEnum):
    """How far an airing got, as its row says; `phase_of` says what that means at an instant."""

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
    """Coming, at another time than it was planned for."""
    STARTING = "starting"
    """Its time has come; staff haven't said yet that it is on."""
    ON_AIR = "on_air"
    ENDED = "ended"
    CANCELLED = "cancelled"


LIVE_PHASES = frozenset({Phase.STARTING, Phase.ON_AIR})
OVER_PHASES = frozenset({Phase.ENDED, Phase.CANCELLED})


@dataclass(frozen=True, slots=True)
class AiringFacts:
    """An airing, with its stream's title and number. Instants are aware, UTC."""

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
    """What the airing is at `now`, even where the clock hasn't written it down yet."""
    if airing.state is AiringState.CANCELLED:
        return Phase.CANCELLED
    if airing.state is AiringState.ENDED or now >= airing.ends_at:
        return Phase.ENDED
    if airing.on_air_at is not None:
        return Phase.ON_AIR
    if now >= airing.starts_at:
        return Phase.STARTING
    return Phase.COMING if airing.starts_at == airing.planned_at else Phase.DELAYED
