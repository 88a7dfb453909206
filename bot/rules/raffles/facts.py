"""Facts of a raffle: its states, its conditions, its limits, and what staff fill in."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

TIERS = ("new", "fan", "loyal", "core")
"""The tiers, lowest first. Weights are given in this order."""
EQUAL_WEIGHTS = (1, 1, 1, 1)
"""The weights if staff give none: each tier has the same chance."""


class RaffleState(StrEnum):
    """How far a raffle is. Only `open` takes entries."""

    OPEN = "open"
    CLOSED = "closed"
    """No more entries. The conditions of each entry are being checked."""
    LISTED = "listed"
    """The list is frozen and its hash is shown. The draw waits for its instant, and for the beacon's round if there is
    one."""
    SEALED = "sealed"
    """The key is fixed. Ranks are being stored."""
    DRAWN = "drawn"
    CANCELLED = "cancelled"


class Sealing(StrEnum):
    """What goes into the key besides the seed and the list. It is decided at the opening, and the card says it."""

    NONE = "none"
    """Nothing. The shop alone seals the draw."""
    OPENING = "opening"
    """A beacon's round that was named at the opening. Only old raffles have it."""
    FREEZE = "freeze"
    """A beacon's round that is named in the group after the list is fixed and before the round exists."""


class Need(StrEnum):
    """What a fan must have done to enter."""

    CHECK_IN = "checkin"
    """Checked in today."""
    STREAM = "stream"
    """Was at the airing that was on or came next when the raffle was opened."""


class EntryState(StrEnum):
    """What became of an entry."""

    IN = "in"
    OUT = "out"
    """Not on the list: at the close a condition was not met any more."""
    WON = "won"
    STRUCK = "struck"
    """Had a place and lost it. The groups are told the reason."""


class Reason(StrEnum):
    """Why an entry isn't on the list, or lost its place."""

    LEFT = "left"
    TIER = "tier"
    NOT_MEANT = "not_meant"
    """The fan isn't of those any more whom the raffle is for."""
    WON = "won"
    """The fan won something within the days of `cap=`."""
    DELETED = "deleted"
    REDRAWN = "redrawn"
    """The owner had the place drawn anew."""


@dataclass(frozen=True, slots=True)
class RafflePolicy:
    """Limits of raffles, and the pauses of the draw."""

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
    """How long a draw without a beacon waits after the list is fixed, so that the group sees the list's hash first."""
    naming_ahead: timedelta = timedelta(seconds=150)
    """How far ahead a round is named: 60 s are required (`NAMED_AHEAD`), 90 s are left for the message to arrive."""
    naming_farthest: timedelta = timedelta(hours=1)
    """The most that a round is named ahead. Each naming that came too late doubles `naming_ahead`: the bot's clock may
    be slow."""
    naming_every: timedelta = timedelta(seconds=5)
    """How often the bot checks what became of a naming that is under way."""
    naming_pause: timedelta = timedelta(seconds=15)
    """The pause after a naming that could not be posted. Each further one doubles it, up to `longest_pause`."""
    beacon_waits: timedelta = timedelta(minutes=10)
    """How long a naming or the beacon's round may be missing before the owner is told. An old raffle, whose round was
    named at the opening, is then drawn without the beacon, and its card says so."""
    beacon_every: timedelta = timedelta(seconds=15)
    """How often the bot asks for a round that is due. The pause grows with the delay, up to `longest_pause`."""
    longest_pause: timedelta = timedelta(minutes=10)
    beacon_probe: timedelta = timedelta(minutes=10)
    """The age of the round by which an opening tries the beacon: every mirror has it, even if the bot's clock is
    fast."""
    max_reason: int = 100
    """The most characters that the reason for a redraw may have."""
    chunk: int = 500
    """How many entries one transaction writes."""
    refunds: int = 100
    """How many tickets one transaction gives back. Each is a transfer of its own."""
    names: int = 40
    """How many winners the card names. The proof has the numbers of all."""
    reserves_shown: int = 20
    shown: int = 5
    """How many ended raffles `/raffles` still lists."""


@dataclass(frozen=True, slots=True)
class RaffleFacts:
    """What a decision about an entry needs of the raffle. Instants are aware, in UTC."""

    id: int
    number: int
    """The number by which staff name it: `/raffle 12`."""
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
    segment: str = ""
    """The fans who may enter, as `rules/segments.py` writes them; empty: all."""


@dataclass(frozen=True, slots=True)
class EntrantFacts:
    """A fan who wants to enter, or whose entry is checked at the close."""

    tier: str
    checked_in: bool = True
    was_there: bool = True
    won_in_fresh: bool = False
    """Whether the fan won within the days of `fresh=`. A fan whose data was deleted within them counts as having
    won."""
    won_in_cap: bool = False
    """The same for the days of `cap=`."""
    is_meant: bool = True
    """Whether they are of the fans whom the raffle is for."""


@dataclass(frozen=True, slots=True)
class NewRaffle:
    """What staff ask for with `/newraffle`."""

    prize: str
    closes: datetime
    winners: int = 1
    reserves: int | None = None
    """How many places may be drawn anew. None means as many as there are winners."""
    value: str | None = None
    tier: str = "new"
    needs: tuple[Need, ...] = ()
    ticket: int = 0
    fresh_days: int = 0
    """Fans who won within so many days come after all others. 0 turns the rule off."""
    cap_days: int = 0
    """Nobody wins twice within so many days. Packets that count as a win are included. 0 turns the rule off."""
    weights: tuple[int, ...] = EQUAL_WEIGHTS
    beacon: bool | None = None
    """Whether the beacon seals the draw too. None means: if it can be reached."""
    segment: str = ""
    """The fans who may enter; empty: all."""


OVER = frozenset({"drawn", "cancelled"})
"""Public states of a raffle that has ended."""


def public_state(state: RaffleState, closes: datetime, now: datetime) -> str:
    """The state as fans are told it: `open`, `closed`, `listed`, `drawn` or `cancelled`."""
    if state is RaffleState.OPEN:
        return "open" if now < closes else "closed"
    return "listed" if state is RaffleState.SEALED else state.value
