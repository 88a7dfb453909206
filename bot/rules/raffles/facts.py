"""A raffle: how far it is, what it asks of entrants, its limits, and what staff may ask for."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

TIERS = ("new", "fan", "loyal", "core")
"""The tiers, lowest first. Weights are written in this order."""
EQUAL_WEIGHTS = (1, 1, 1, 1)


class RaffleState(StrEnum):
    """How far a raffle is. Only `open` takes entries."""

    OPEN = "open"
    CLOSED = "closed"
    """Entering is over. Each entry's conditions are checked."""
    LISTED = "listed"
    """The list is frozen and its hash is shown; the draw waits for its moment, and for the beacon's round if any."""
    SEALED = "sealed"
    """The key is fixed; ranks are being written down."""
    DRAWN = "drawn"
    CANCELLED = "cancelled"


class Sealing(StrEnum):
    """What goes into the key beside the seed and the list. The opening decides it, and the card says it."""

    NONE = "none"
    """Nothing: the shop alone seals the draw."""
    OPENING = "opening"
    """A beacon's round that was named at the opening. Only old raffles have it."""
    FREEZE = "freeze"
    """A beacon's round that is named in the group after the list is fixed and before the round exists."""


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
    """Not on the list: at the close a condition wasn't met any more."""
    WON = "won"
    STRUCK = "struck"
    """Drawn, but the place was lost. The groups are told the reason."""


class Reason(StrEnum):
    """Why an entry isn't on the list, or lost its place."""

    LEFT = "left"
    TIER = "tier"
    WON = "won"
    """The fan won something lately, and this raffle is for those who didn't."""
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
    """Most days of `fresh=` and of `cap=`."""
    shortest: timedelta = timedelta(minutes=1)
    longest: timedelta = timedelta(days=90)
    card_every: timedelta = timedelta(seconds=5)
    pause: timedelta = timedelta(seconds=10)
    """How long a draw that the shop seals alone waits after the list is fixed: the group sees the list's hash first."""
    naming_ahead: timedelta = timedelta(seconds=150)
    """How far ahead a round is named: 60 s are required (`NAMED_AHEAD`), 90 s are for the message to arrive."""
    naming_farthest: timedelta = timedelta(hours=1)
    """The largest `naming_ahead`. Each naming that came too late doubles it, as the bot's clock may be behind."""
    naming_every: timedelta = timedelta(seconds=5)
    """How often the bot checks what became of a naming that is under way."""
    naming_pause: timedelta = timedelta(seconds=15)
    """The pause after a naming that couldn't be posted. Each further one doubles it, up to `longest_pause`."""
    beacon_waits: timedelta = timedelta(minutes=10)
    """After so long without a naming or without the beacon's round the owner is told. A raffle whose round was named at
    the opening is then drawn with the shop's seal alone, and its card says so."""
    beacon_every: timedelta = timedelta(seconds=15)
    """How often a due round is asked for. The longer it is overdue the longer the pause, up to `longest_pause`."""
    longest_pause: timedelta = timedelta(minutes=10)
    beacon_probe: timedelta = timedelta(minutes=10)
    """An opening asks the beacon for a round this old: every mirror has it, even if the bot's clock is wrong."""
    max_reason: int = 100
    """Most characters of the reason for a redraw."""
    chunk: int = 500
    """Entries in one write."""
    refunds: int = 100
    """Tickets that one write gives back. Each is a transfer of its own."""
    names: int = 40
    """Winners whom the card names. The proof has the numbers of all."""
    reserves_shown: int = 20
    shown: int = 5
    """How many raffles that are over `/raffles` still lists."""


@dataclass(frozen=True, slots=True)
class RaffleFacts:
    """What an entry needs to know of a raffle. Instants are aware, UTC."""

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
    """A fan who wants to enter, or whose entry is checked at the close."""

    tier: str
    checked_in: bool = True
    was_there: bool = True
    won_in_fresh: bool = False
    """Whether they won within the days of `fresh=`. It is assumed of those who came back after a deletion."""
    won_in_cap: bool = False
    """The same within the days of `cap=`."""


@dataclass(frozen=True, slots=True)
class NewRaffle:
    """What staff ask for with `/newraffle`."""

    prize: str
    closes: datetime
    winners: int = 1
    reserves: int | None = None
    """How many stand in reserve. So many places may be drawn anew. None means as many as winners."""
    value: str | None = None
    tier: str = "new"
    needs: tuple[Need, ...] = ()
    ticket: int = 0
    fresh_days: int = 0
    """Fans who won within so many days come after all others. 0 makes no difference."""
    cap_days: int = 0
    """Nobody wins twice within so many days; packets that count as a win are included. 0 means no cap."""
    weights: tuple[int, ...] = EQUAL_WEIGHTS
    beacon: bool | None = None
    """Whether the beacon seals it too. None: if it can be reached."""


OVER = frozenset({"drawn", "cancelled"})
"""Public states of a raffle that has ended."""


def public_state(state: RaffleState, closes: datetime, now: datetime) -> str:
    """The state that fans are told: `open`, `closed`, `listed`, `drawn` or `cancelled`."""
    if state is RaffleState.OPEN:
        return "open" if now < closes else "closed"
    return "listed" if state is RaffleState.SEALED else state.value
