"""Held rewards as staff see them, and the outcomes of staff's decisions."""

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
    """`/held`: rewards that wait for the shop's look, the oldest first."""

    lines: tuple[HeldLine, ...]
    more: int
    days: int
    """Days after which the clock releases a reward that looks normal by then."""


@dataclass(frozen=True, slots=True)
class HeldReleased(Outcome, name="farming.HeldReleased"):
    """Staff released a reward: it is paid."""

    fan: str
    coins: int
    """Coins paid now. 0 if the reward isn't in coins, or nothing was left to pay."""


@dataclass(frozen=True, slots=True)
class HeldRefused(Outcome, name="farming.HeldRefused"):
    """Staff refused a reward: it isn't paid."""

    fan: str
    audit_id: int
    undoable: bool


@dataclass(frozen=True, slots=True)
class HeldSettled(Outcome, name="farming.HeldSettled"):
    """The reward was decided before."""

    fan: str
    state: HeldState


@dataclass(frozen=True, slots=True)
class HeldGone(Outcome, name="farming.HeldGone"):
    """The shop holds no such reward: the press is old, forged, or from another shop."""


@dataclass(frozen=True, slots=True)
class HeldNotice(Outcome, name="farming.HeldNotice"):
    """To the owner, once a day: rewards wait for a decision."""

    count: int


SettleOutcome = HeldReleased | HeldRefused | HeldSettled | HeldGone | GiveawayTooMuch
