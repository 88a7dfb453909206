"""Raffles: who may enter, who is on the list when it closes, and what is told of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

TIERS = ("new", "fan", "loyal", "core")
"""Lowest first: the order in which weights are written."""
EVEN = (1, 1, 1, 1)


class RaffleState(StrEnum):
    """How far a raffle is. Only `open` takes entries."""

    OPEN = "open"
    CLOSED = "closed"
    """Entering is over; conditions are being checked."""
    LISTED = "listed"
    """The list is frozen and its hash is shown; the draw waits for its moment, and for the beacon's round if any."""
    SEALED = "sealed"
    """The key is fixed; ranks are being written down."""
    DRAWN = "drawn"
    CANCELLED = "cancelled"


class Sealing(StrEnum):
    """What goes into the key beside the seed and the list. It is decided at the opening, and the card says it."""

    NONE = "none"
    """Nothing: the shop alone seals the draw."""
    OPENING = "opening"
    """A beacon's round that was named at the opening. Only raffles of before `FREEZE` was known have it."""
    FREEZE = "freeze"
    """A beacon's round that is named in the group once the list is fixed, before the round exists."""


class Need(StrEnum):
    """What a fan must have done to enter."""

    CHECK_IN = "checkin"
    """Checked in today."""
    STREAM = "stream"
    """Was at the stream that this raffle belongs to."""


class EntryState(StrEnum):
    """What became of an entry."""

    IN = "in"
    OUT = "out"
    """Not on the list: a condition wasn't met any more when it closed."""
    WON = "won"
    STRUCK = "struck"
    """Drawn, and lost the place for a reason that is told."""


class Reason(StrEnum):
    """Why an entry isn't on the list, or lost its place."""

    LEFT = "left"
    TIER = "tier"
    WON = "won"
    """Won something lately, and this raffle is for who didn't."""
    DELETED = "deleted"
    REDRAWN = "redrawn"
    """The owner had the place drawn anew."""


@dataclass(frozen=True, slots=True)
class RafflePolicy:
    """Limits of raffles, and their rhythm."""

    max_winners: int = 200
    max_reserves: int = 200
    max_prize: int = 120
    max_value: int = 40
    max_ticket: int = 1_000_000
    max_weight: int = 100
    max_days: int = 365
    """Of `fresh=` and `cap=`."""
    shortest: timedelta = timedelta(minutes=1)
    longest: timedelta = timedelta(days=90)
    card_every: timedelta = timedelta(seconds=5)
    pause: timedelta = timedelta(seconds=10)
    """Between freezing the list and a draw that the shop seals alone: the list's hash is seen before who wins."""
    naming_ahead: timedelta = timedelta(seconds=150)
    """How far ahead a round is named: the 60 s that it needs (`NAMED_AHEAD`), and 90 s for the message to arrive."""
    naming_farthest: timedelta = timedelta(hours=1)
    """Each naming that came too late doubles `naming_ahead`, up to this: the bot's clock may be behind."""
    naming_every: timedelta = timedelta(seconds=5)
    """How often it is looked at what became of a naming that is under way."""
    naming_rests: timedelta = timedelta(seconds=15)
    """Before another naming after one that couldn't be posted; doubled by each, up to `seldom`."""
    beacon_waits: timedelta = timedelta(minutes=10)
    """Without a naming, or the beacon's round, for so long the owner hears of it. A raffle whose round was named at the
    opening is drawn then, sealed by the shop alone, and says so."""
    beacon_every: timedelta = timedelta(seconds=15)
    """How often a round that is due is asked for; the longer it is overdue the less often, down to once in `seldom`."""
    seldom: timedelta = timedelta(minutes=10)
    beacon_probe: timedelta = timedelta(minutes=10)
    """At an opening the beacon is asked for a round this old: each mirror has it, even if the bot's clock is off."""
    max_reason: int = 100
    """Characters of why a place is drawn anew."""
    chunk: int = 500
    """Entries that one write touches."""
    refunds: int = 100
    """Tickets that one write gives back: each is a transfer of its own."""
    names: int = 40
    """Winners whom the card names; the others' numbers stand in the proof."""
    reserves_shown: int = 20
    shown: int = 5
    """Raffles that are over and that `/raffles` still lists."""


@dataclass(frozen=True, slots=True)
class RaffleFacts:
    """A raffle as an entry meets it. Instants are aware, UTC."""

    id: int
    number: int
    """What staff call it: `/raffle 12`."""
    prize: str
    state: RaffleState
    made_at: datetime
    closes: datetime
    ticket: int
    tier: str
    needs: tuple[Need, ...]
    weights: tuple[int, ...]
    fresh_days: int
    cap_days: int


@dataclass(frozen=True, slots=True)
class EntrantFacts:
    """Who wants to enter, or is looked at when it closes."""

    tier: str
    checked_in: bool = True
    was_there: bool = True
    won_in_fresh: bool = False
    """Whether they won within the days of `fresh=`; who came back after a deletion may have."""
    won_in_cap: bool = False
    """The same, within the days of `cap=`."""


@dataclass(frozen=True, slots=True)
class NewRaffle:
    """What staff ask for with `/newraffle`."""

    prize: str
    closes: datetime
    winners: int = 1
    reserves: int | None = None
    """Who stands in reserve, and how many places may be drawn anew at most; None: as many as winners."""
    value: str | None = None
    tier: str = "new"
    needs: tuple[Need, ...] = ()
    ticket: int = 0
    fresh_days: int = 0
    """Days within which who has won comes after all others; 0: no difference."""
    cap_days: int = 0
    """Days within which nobody may win twice, packets counted in; 0: no cap."""
    weights: tuple[int, ...] = EVEN
    beacon: bool | None = None
    """Whether the beacon seals it too; None: if it can be reached."""


OVER = frozenset({"drawn", "cancelled"})
"""Public states in which there is nothing to wait for any more."""


def public_state(state: RaffleState, closes: datetime, now: datetime) -> str:
    """What fans are told of how far it is: `open`, `closed`, `listed`, `drawn` or `cancelled`."""
    if state is RaffleState.OPEN:
        return "open" if now < closes else "closed"
    return "listed" if state is RaffleState.SEALED else state.value


def weights_fit(weights: Sequence[int], policy: RafflePolicy) -> bool:
    """Whether these are one weight a tier, each of at least 1."""
    return len(weights) == len(TIERS) and all(1 <= weight <= policy.max_weight for weight in weights)
