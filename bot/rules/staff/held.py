"""What staff see of rewards that wait for the shop's look, and what comes of their decision."""

from dataclasses import dataclass
from datetime import datetime

from bot.rules.farming import HeldState, Reason
from bot.rules.giveaways import GiveawayTooMuch
from bot.rules.outcome import Outcome


@dataclass(frozen=True, slots=True)
class HeldLine:
    """One held reward, for staff."""

    held_id: int
    number: int
    """Its place in the list."""
    fan: str
    kind: str
    """`gift`, `packet` or `raffle`."""
    reasons: tuple[Reason, ...]
    at: datetime


@dataclass(frozen=True, slots=True)
class HeldList(Outcome, name="farming.HeldList"):
    """`/held`: what waits for the shop's look, the oldest first."""

    lines: tuple[HeldLine, ...]
    more: int
    days: int
    """After how many days what looks normal by then goes by itself."""


@dataclass(frozen=True, slots=True)
class HeldReleased(Outcome, name="farming.HeldReleased"):
    """Staff let a reward go: it is paid."""

    fan: str
    coins: int
    """Paid now, in all; 0 if it was none in coins, or nothing was left to pay."""


@dataclass(frozen=True, slots=True)
class HeldRefused(Outcome, name="farming.HeldRefused"):
    """Staff kept a reward back."""

    fan: str
    audit_id: int
    undoable: bool


@dataclass(frozen=True, slots=True)
class HeldSettled(Outcome, name="farming.HeldSettled"):
    """It was decided before."""

    fan: str
    state: HeldState


@dataclass(frozen=True, slots=True)
class HeldGone(Outcome, name="farming.HeldGone"):
    """Nothing like it waits here: a stale or forged press, or another shop's."""


@dataclass(frozen=True, slots=True)
class HeldNotice(Outcome, name="farming.HeldNotice"):
    """To the owner, once a day: something waits."""

    count: int


SettleOutcome = HeldReleased | HeldRefused | HeldSettled | HeldGone | GiveawayTooMuch
