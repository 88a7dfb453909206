"""What staff hear when they open, look at, cancel or redraw a raffle."""

from dataclasses import dataclass
from datetime import datetime

from bot.rules.outcome import Outcome
from bot.rules.raffles.results import Winner


@dataclass(frozen=True, slots=True)
class RaffleMade(Outcome, name="raffles.RaffleMade"):
    """A raffle stands; its card hangs in the groups."""

    number: int
    prize: str
    winners: int
    closes: datetime
    ticket: int
    groups: int
    audit_id: int
    sealed_alone: bool = False
    """Whether the shop alone seals it: no beacon was wanted, or none could be reached."""
    untold: tuple[str, ...] = ()
    """Rooms that refuse messages now, so that they don't hear of it yet."""


@dataclass(frozen=True, slots=True)
class BeaconUnreachable(Outcome, name="raffles.BeaconUnreachable"):
    """`beacon=yes` was asked for, and the beacon doesn't answer."""


@dataclass(frozen=True, slots=True)
class ClosesWrong(Outcome, name="raffles.ClosesWrong"):
    """It would close too soon or too late."""

    closes: datetime
    minutes: int
    days: int


@dataclass(frozen=True, slots=True)
class NoStreamForIt(Outcome, name="raffles.NoStreamForIt"):
    """It needs a stream, and none is on or planned before it closes."""

    closes: datetime


MakeRaffleOutcome = RaffleMade | ClosesWrong | NoStreamForIt | BeaconUnreachable


@dataclass(frozen=True, slots=True)
class RaffleCancelled(Outcome, name="raffles.RaffleCancelled"):
    """A raffle was taken back; tickets are refunded."""

    number: int
    prize: str
    entries: int
    refunded: int
    """Coins given back, in all."""
    audit_id: int
    undoable: bool


@dataclass(frozen=True, slots=True)
class RaffleUnknown(Outcome, name="raffles.RaffleUnknown"):
    """Staff named a number that this shop doesn't have."""

    number: int


@dataclass(frozen=True, slots=True)
class RaffleNotNow(Outcome, name="raffles.RaffleNotNow"):
    """It can't be cancelled any more, or nothing can be drawn anew, or proved, yet."""

    number: int
    prize: str
    act: str
    """`cancel`, `redraw` or `proof`."""
    state: str


@dataclass(frozen=True, slots=True)
class ProofComes(Outcome, name="raffles.ProofComes"):
    """Staff asked for a raffle's proof: the file comes to them in private."""

    number: int
    prize: str
    can_write: bool
    """Whether the bot may write to them; else they are told to start it first."""


@dataclass(frozen=True, slots=True)
class RaffleShown(Outcome, name="raffles.RaffleShown"):
    """How a raffle stands, for staff."""

    number: int
    prize: str
    state: str
    winners: int
    closes: datetime
    entries: int
    tickets: int
    """Entries with a ticket."""
    coins: int
    """What the tickets brought."""
    won: tuple[Winner, ...]
    """Their entries' numbers are what `/raffle 12 redraw 47` takes."""
    more: int
    untold: tuple[str, ...] = ()
    """Rooms that refuse messages now, so that they don't hear of it yet."""


@dataclass(frozen=True, slots=True)
class Redrawn(Outcome, name="raffles.Redrawn"):
    """Places were drawn anew."""

    number: int
    prize: str
    lost: tuple[Winner, ...]
    moved_up: tuple[Winner, ...]
    empty: int
    """Places for which nobody is left."""


@dataclass(frozen=True, slots=True)
class NotAWinner(Outcome, name="raffles.NotAWinner"):
    """The named entry has no place to lose."""

    number: int
    prize: str
    entry: int
