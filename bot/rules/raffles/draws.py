"""From the close to the proof: how a beacon's round is named, how places are drawn anew, and what is told of both."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.rules.beacons import Chain
from bot.rules.outcome import Outcome
from bot.rules.raffles.facts import RafflePolicy
from bot.rules.raffles.opening import NotAWinner, RaffleCancelled, RaffleNotNow, RaffleUnknown, Redrawn
from bot.rules.raffles.results import Winner

UNREACHABLE = "unreachable"
"""Why a place is drawn anew where the owner gives no reason: the winner couldn't be reached."""


class NamingState(StrEnum):
    """What became of a message that names a round."""

    PROMISED = "promised"
    POSTED = "posted"
    """It stands in the group. Whether it counts goes by Telegram's date of it."""
    LOST = "lost"
    """It couldn't be posted, or the process ended before Telegram's answer came."""


class Waits(StrEnum):
    """What a draw waits for."""

    BEACON = "beacon"
    NAMING = "naming"


def next_round(chain: Chain, now: datetime, late: int, policy: RafflePolicy) -> int:
    """The round to name at `now`, after so many namings that came too late: each doubles how far ahead it is."""
    doubled: int = 2 ** min(late, 10)
    return chain.first_round_after(now + min(policy.naming_ahead * doubled, policy.naming_farthest))


def pause_before_naming(lost: int, policy: RafflePolicy) -> timedelta:
    """How long to wait before another naming, after so many (at least one) that couldn't be posted."""
    doubled: int = 2 ** min(lost - 1, 10)
    return min(policy.naming_pause * doubled, policy.longest_pause)


def pause_before_asking(overdue: timedelta, policy: RafflePolicy) -> timedelta:
    """How long to wait before the beacon is asked again for a round that is overdue by so much."""
    return min(max(policy.beacon_every, overdue / 4), policy.longest_pause)


@dataclass(frozen=True, slots=True)
class RoundNamed(Outcome, name="draws.RoundNamed"):
    """A message of its own in the group: the fixed list, and the round that will draw from it."""

    prize: str
    entries: int
    list_hash: str
    round: int
    round_at: datetime
    before: int | None
    """The round that was named before this one and doesn't count, or None."""
    why: str | None
    """Why it doesn't: `late`, or `lost` where nobody knows whether its message was posted."""


@dataclass(frozen=True, slots=True)
class DrawWaits(Outcome, name="draws.DrawWaits"):
    """To the owner, once: a draw can't go on."""

    number: int
    prize: str
    waits: Waits


@dataclass(frozen=True, slots=True)
class RedrawAnnounced(Outcome, name="draws.RedrawTold"):
    """Under the new proof in the group: which places the owner had drawn anew, and why."""

    raffle_id: int
    prize: str
    reason: str
    """As the owner wrote it, or `UNREACHABLE`."""
    lost: tuple[int, ...]
    """Entries that lost their place by this redraw."""
    more: int
    """How many more did."""
    won: tuple[Winner, ...]
    """Who has won now."""
    more_won: int
    with_file: bool = True
    """Whether the proof could be sent; False where the room takes no files."""


@dataclass(frozen=True, slots=True)
class CallOffAnnounced(Outcome, name="draws.CallOffTold"):
    """Under the proof in the group: the raffle was called off after its round had been named."""

    raffle_id: int
    prize: str
    entries: int
    ticket: int
    order_known: bool
    """Whether the round had come, so that the proof shows who would have won."""
    with_file: bool = True
    """Whether the proof could be sent; False where the room takes no files."""


@dataclass(frozen=True, slots=True)
class CalledOff(Outcome, name="draws.CalledOff"):
    """To the owner: it is called off, and the group sees the seed and the list."""

    number: int
    prize: str
    entries: int
    refunded: int
    """Coins given back, in all."""


@dataclass(frozen=True, slots=True)
class OwnerMayCallOff:
    """A round has been named: only the owner calls it off, and everybody sees the seed and the list then."""

    number: int


@dataclass(frozen=True, slots=True)
class ReservesSpent(Outcome, name="draws.ReservesSpent"):
    """More places would be drawn anew than stand in reserve."""

    number: int
    prize: str
    reserves: int
    left: int


CancelRaffleOutcome = RaffleCancelled | RaffleUnknown | RaffleNotNow | OwnerMayCallOff
CallOffOutcome = CalledOff | RaffleUnknown | RaffleNotNow
RedrawOutcome = Redrawn | RaffleUnknown | RaffleNotNow | NotAWinner | ReservesSpent


def may_redraw(places: int, redrawn: int, reserves: int) -> bool:
    """Whether so many places may be drawn anew after `redrawn` others: in all at most as many as stand in reserve."""
    return places + redrawn <= reserves
