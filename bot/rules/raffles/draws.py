"""Rules between the close and the proof: naming a round, redraws, calling off, and the outcomes of each."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.rules.beacons import Chain
from bot.rules.outcome import Outcome
from bot.rules.raffles.facts import RafflePolicy
from bot.rules.raffles.opening import NotAWinner, RaffleCancelled, RaffleNotNow, RaffleUnknown, Redrawn
from bot.rules.raffles.results import Winner

UNREACHABLE = "unreachable"
"""The reason of a redraw if the owner gives none: the winner could not be reached."""


class NamingState(StrEnum):
    """What became of a message that names a round."""

    PROMISED = "promised"
    POSTED = "posted"
    """The message is in the group. Telegram's date of the message decides whether the naming counts."""
    LOST = "lost"
    """The message could not be posted, or the process ended before Telegram's answer came."""


class Waits(StrEnum):
    """What a draw waits for."""

    BEACON = "beacon"
    NAMING = "naming"


def next_round(chain: Chain, now: datetime, late: int, policy: RafflePolicy) -> int:
    """The round to name at `now`.

    `late` is how many namings came too late; each of them doubles how far ahead it is.
    """
    doubled: int = 2 ** min(late, 10)
    return chain.first_round_after(now + min(policy.naming_ahead * doubled, policy.naming_farthest))


def pause_before_naming(lost: int, policy: RafflePolicy) -> timedelta:
    """The pause before the next naming. `lost` is how many namings could not be posted, at least one."""
    doubled: int = 2 ** min(lost - 1, 10)
    return min(policy.naming_pause * doubled, policy.longest_pause)


def pause_before_asking(overdue: timedelta, policy: RafflePolicy) -> timedelta:
    """The pause before the beacon is asked again for a round that is overdue by this much."""
    return min(max(policy.beacon_every, overdue / 4), policy.longest_pause)


@dataclass(frozen=True, slots=True)
class RoundNamed(Outcome, name="draws.RoundNamed"):
    """The group is told the hash of the fixed list, and which round will draw from it."""

    prize: str
    entries: int
    list_hash: str
    round: int
    round_at: datetime
    before: int | None
    """The round that was named before and doesn't count, or None."""
    why: str | None
    """Why `before` doesn't count: `late`, or `lost` if nobody knows whether its message was posted."""


@dataclass(frozen=True, slots=True)
class DrawWaits(Outcome, name="draws.DrawWaits"):
    """The owner is told once that a draw can't go on."""

    number: int
    prize: str
    waits: Waits


@dataclass(frozen=True, slots=True)
class RedrawAnnounced(Outcome, name="draws.RedrawTold"):
    """The caption of the new proof in the group: which places the owner had drawn anew, and why."""

    raffle_id: int
    prize: str
    reason: str
    """The owner's words, or `UNREACHABLE`."""
    lost: tuple[int, ...]
    """The numbers of entries that lost their place in this redraw."""
    more: int
    """How many more entries lost their place."""
    won: tuple[Winner, ...]
    """The winners now."""
    more_won: int
    """Winners who aren't in `won`."""
    with_file: bool = True
    """Whether the proof is attached. False if the room takes no files."""
    page: str | None = None
    """The path of the page that checks the proof. None in messages of older versions."""


@dataclass(frozen=True, slots=True)
class CallOffAnnounced(Outcome, name="draws.CallOffTold"):
    """The caption of the proof in the group: the raffle was called off after its round had been named."""

    raffle_id: int
    prize: str
    entries: int
    ticket: int
    order_known: bool
    """Whether the round had come. Then the proof shows who would have won."""
    with_file: bool = True
    """Whether the proof is attached. False if the room takes no files."""
    page: str | None = None
    """The path of the page that checks the proof. None in messages of older versions."""


@dataclass(frozen=True, slots=True)
class CalledOff(Outcome, name="draws.CalledOff"):
    """The owner is told that the raffle is called off, and that the group gets the seed and the list."""

    number: int
    prize: str
    entries: int
    refunded: int
    """Coins that were given back, in all."""


@dataclass(frozen=True, slots=True)
class OwnerMayCallOff:
    """A round has been named, so only the owner may call the raffle off. The group then gets the seed and the list."""

    number: int


@dataclass(frozen=True, slots=True)
class ReservesSpent(Outcome, name="draws.ReservesSpent"):
    """Refused: there are fewer reserves left than places to draw anew."""

    number: int
    prize: str
    reserves: int
    left: int


CancelRaffleOutcome = RaffleCancelled | RaffleUnknown | RaffleNotNow | OwnerMayCallOff
CallOffOutcome = CalledOff | RaffleUnknown | RaffleNotNow
RedrawOutcome = Redrawn | RaffleUnknown | RaffleNotNow | NotAWinner | ReservesSpent


def may_redraw(places: int, redrawn: int, reserves: int) -> bool:
    """Whether `places` more places may be drawn anew after `redrawn` others.

    All redraws together use up the reserves.
    """
    return places + redrawn <= reserves
