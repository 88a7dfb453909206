"""Outcomes for staff: a raffle is opened, shown, cancelled, redrawn, or its proof is asked for."""

from dataclasses import dataclass
from datetime import datetime

from bot.rules.for_whom import Aimed
from bot.rules.outcome import Outcome
from bot.rules.raffles.results import Winner
from bot.rules.segments import BadSegment


@dataclass(frozen=True, slots=True)
class RaffleMade(Outcome, name="raffles.RaffleMade"):
    """The raffle is open and its card is on the way to the groups."""

    number: int
    prize: str
    winners: int
    closes: datetime
    ticket: int
    groups: int
    audit_id: int
    sealed_alone: bool = False
    """Whether the shop alone seals the draw: no beacon was wanted, or none could be reached."""
    untold: tuple[str, ...] = ()
    """Names of rooms that refuse messages now, so their members can't see the raffle yet."""
    aimed: Aimed | None = None
    """The fans who may enter; None: all."""


@dataclass(frozen=True, slots=True)
class BeaconUnreachable(Outcome, name="raffles.BeaconUnreachable"):
    """Refused: staff asked for `beacon=yes`, and the beacon doesn't answer."""


@dataclass(frozen=True, slots=True)
class ClosesWrong(Outcome, name="raffles.ClosesWrong"):
    """Refused: the raffle would close too soon or too late."""

    closes: datetime
    minutes: int
    """The shortest time that a raffle may be open."""
    days: int
    """The longest time."""


@dataclass(frozen=True, slots=True)
class NoStreamForIt(Outcome, name="raffles.NoStreamForIt"):
    """Refused: the raffle needs a stream, and no stream is on or planned before it closes."""

    closes: datetime


MakeRaffleOutcome = RaffleMade | ClosesWrong | NoStreamForIt | BeaconUnreachable | BadSegment


@dataclass(frozen=True, slots=True)
class RaffleCancelled(Outcome, name="raffles.RaffleCancelled"):
    """The raffle is cancelled and tickets are refunded."""

    number: int
    prize: str
    entries: int
    refunded: int
    """Coins that were given back, in all."""
    audit_id: int
    undoable: bool


@dataclass(frozen=True, slots=True)
class RaffleUnknown(Outcome, name="raffles.RaffleUnknown"):
    """Staff named a raffle that this shop doesn't have."""

    number: int


@dataclass(frozen=True, slots=True)
class RaffleNotNow(Outcome, name="raffles.RaffleNotNow"):
    """Refused in this state: cancelling comes too late, or a redraw or a proof too early."""

    number: int
    prize: str
    act: str
    """`cancel`, `redraw` or `proof`."""
    state: str


@dataclass(frozen=True, slots=True)
class ProofComes(Outcome, name="raffles.ProofComes"):
    """Staff asked for a raffle's proof and get the file in private."""

    number: int
    prize: str
    can_write: bool
    """Whether the bot may write to them. If not, they are told to start it first."""


@dataclass(frozen=True, slots=True)
class RaffleShown(Outcome, name="raffles.RaffleShown"):
    """A raffle's figures, for staff."""

    number: int
    prize: str
    state: str
    winners: int
    closes: datetime
    entries: int
    tickets: int
    """The number of entries with a ticket."""
    coins: int
    """Coins paid for these tickets."""
    won: tuple[Winner, ...]
    """The winners. `/raffle 12 redraw 47` takes the number of a winner's entry."""
    more: int
    untold: tuple[str, ...] = ()
    """Names of rooms that refuse messages now, so their members can't see the raffle yet."""
    segment: str = ""
    """The fans who may enter; empty: all."""


@dataclass(frozen=True, slots=True)
class Redrawn(Outcome, name="raffles.Redrawn"):
    """Places were drawn anew."""

    number: int
    prize: str
    lost: tuple[Winner, ...]
    moved_up: tuple[Winner, ...]
    empty: int
    """The number of places for which no entry is left."""


@dataclass(frozen=True, slots=True)
class NotAWinner(Outcome, name="raffles.NotAWinner"):
    """Refused: this entry has no place that could be drawn anew."""

    number: int
    prize: str
    entry: int
