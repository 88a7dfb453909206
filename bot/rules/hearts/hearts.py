"""Heart goals: fans' hearts during a stream add up, and steps of the goal unlock what the owner chose."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import ClassVar

from bot.rules.giveaways import GiveawayTooMuch
from bot.rules.numbers import read_number
from bot.rules.outcome import Outcome
from bot.rules.packets.packets import PacketPolicy
from bot.rules.raffles.raffles import RafflePolicy

HEART = "❤"
"""The reaction that counts; Telegram's list of reactions has it without the sign for colour."""


class Unlocks(StrEnum):
    """What a step can open."""

    COUPON = "coupon"
    PACKET = "packet"
    RAFFLE = "raffle"


class GoalState(StrEnum):
    """Where a goal stands by the owner's will; that its stream is over is a matter of time."""

    RUNNING = "running"
    CANCELLED = "cancelled"


class StepState(StrEnum):
    """What became of a step."""

    WAITING = "waiting"
    UNLOCKED = "unlocked"
    FAILED = "failed"
    """It was reached, and what it was to open couldn't be opened any more."""


@dataclass(frozen=True, slots=True)
class HeartPolicy:
    """Limits of goals, and the rhythm of hearts."""

    apart: timedelta = timedelta(minutes=1)
    """Each fan counts once in so long, by press or reaction."""
    card_every: timedelta = timedelta(seconds=5)
    """The live card counts by an edit at most this often."""
    most_steps: int = 5
    most_hearts: int = 1_000_000
    raffle_minutes: int = 10
    """How long a raffle is open that names no other time."""
    longest_raffle: int = 7 * 24 * 60
    """Minutes."""


POLICY = HeartPolicy()
_PACKETS = PacketPolicy()
_RAFFLES = RafflePolicy()
_GIVES = re.compile(r"\s*,\s*(?=(?:coupon|packet|raffle)\s*:)", re.IGNORECASE)
"""A prize may have commas: what follows one must be another thing to give."""


@dataclass(frozen=True, slots=True)
class Give:
    """What a step opens: a campaign's number, a packet's coins and shares, or a raffle."""

    kind: Unlocks
    number: int = 0
    coins: int = 0
    shares: int = 0
    rush: bool = False
    title: str = ""
    """The campaign's, or the prize."""
    winners: int = 0
    minutes: int = 0
    beacon: bool = False
    """Of a raffle: whether the public beacon seals it too, found out when the goal was set."""


@dataclass(frozen=True, slots=True)
class HeartStep:
    """A step of a goal with what it opens, as cards and lists show it."""

    hearts: int
    kind: str
    title: str
    coins: int
    state: str


@dataclass(frozen=True, slots=True)
class HeartBoard:
    """A goal as the live card shows it."""

    goal_id: int
    hearts: int
    steps: tuple[HeartStep, ...]
    lagging: bool
    """Whether hearts of people whom Telegram doesn't name count too: their number comes late."""

    @property
    def next(self) -> HeartStep | None:
        """The step that comes next."""
        return next((step for step in self.steps if step.state == StepState.WAITING), None)

    @property
    def bar(self) -> str:
        """Ten signs from the last step to the next."""
        return bar(self.hearts, [step.hearts for step in self.steps])


def bar(hearts: int, goals: Sequence[int], signs: int = 10) -> str:
    """How far it is from the goal that was reached last to the next; full when all are reached."""
    ahead = next((goal for goal in goals if goal > hearts), None)
    if ahead is None:
        return "▰" * signs
    behind = max((goal for goal in goals if goal <= hearts), default=0)
    full = (hearts - behind) * signs // (ahead - behind)
    return "▰" * full + "▱" * (signs - full)


@dataclass(frozen=True, slots=True)
class GoalsNotRising(Outcome, name="hearts.GoalsNotRising"):
    """The numbers of hearts aren't rising whole numbers."""

    value: str
    most: int


@dataclass(frozen=True, slots=True)
class GiveUnread(Outcome, name="hearts.GiveUnread"):
    """Nothing that a step can open."""

    value: str


@dataclass(frozen=True, slots=True)
class StepsDontMatch(Outcome, name="hearts.StepsDontMatch"):
    """Not as many things to give as numbers of hearts, or too many."""

    goals: int
    gives: int
    most: int


GoalWrong = GoalsNotRising | GiveUnread | StepsDontMatch


def read_goal(goals: str, gives: str, policy: HeartPolicy = POLICY) -> tuple[tuple[int, Give], ...] | GoalWrong:
    """`100,500` and `coupon:12,packet:500/20` as steps, or what is wrong with them."""
    numbers = [part.strip() for part in goals.split(",") if part.strip()]
    hearts = [number for part in numbers if (number := read_number(part)) is not None]
    rising = all(here < there for here, there in pairwise(hearts))
    fit = len(hearts) == len(numbers) > 0 and hearts[0] > 0 and hearts[-1] <= policy.most_hearts
    if not rising or not fit:
        return GoalsNotRising(goals, policy.most_hearts)
    things = [part.strip() for part in _GIVES.split(gives) if part.strip()]
    if len(things) != len(hearts) or len(hearts) > policy.most_steps:
        return StepsDontMatch(len(hearts), len(things), policy.most_steps)
    read: list[tuple[int, Give]] = []
    for number, thing in zip(hearts, things, strict=True):
        give = read_give(thing, policy)
        if give is None:
            return GiveUnread(thing)
        read.append((number, give))
    return tuple(read)


def read_give(text: str, policy: HeartPolicy = POLICY) -> Give | None:
    """`coupon:12`, `packet:500/20` (`/rush`), `raffle:silk scarf/3` (`/30` minutes), or None."""
    kind, _, rest = text.partition(":")
    parts = [part.strip() for part in rest.split("/")]
    match kind.strip().lower():
        case Unlocks.COUPON if len(parts) == 1:
            number = _whole(parts[0].removeprefix("#"), 2**31 - 1)
            return Give(Unlocks.COUPON, number=number) if number else None
        case Unlocks.PACKET:
            return _packet(parts)
        case Unlocks.RAFFLE:
            return _raffle(parts, policy)
        case _:
            return None


def _packet(parts: list[str]) -> Give | None:
    rush = len(parts) == 3 and parts[2].lower() == "rush"  # noqa: PLR2004  # coins, shares, rush
    if not (len(parts) == 2 or rush):  # noqa: PLR2004
        return None
    coins, shares = _whole(parts[0], _PACKETS.most_coins), _whole(parts[1], _PACKETS.most_shares)
    if not coins or not shares or shares > coins:
        return None
    return Give(Unlocks.PACKET, coins=coins, shares=shares, rush=rush)


def _raffle(parts: list[str], policy: HeartPolicy) -> Give | None:
    prize, winners, minutes = (*parts, "", "")[:3]
    if len(parts) > 3 or not prize or len(prize) > _RAFFLES.max_prize:  # noqa: PLR2004  # prize, winners, minutes
        return None
    how_many = _whole(winners or "1", _RAFFLES.max_winners)
    how_long = _whole((minutes or str(policy.raffle_minutes)).lower().removesuffix("m"), policy.longest_raffle)
    if not how_many or not how_long:
        return None
    return Give(Unlocks.RAFFLE, title=prize, winners=how_many, minutes=how_long)


def _whole(text: str, most: int) -> int | None:
    """A whole number from 1 to `most`, or None."""
    return read_number(text, most) or None


def packets_in(gives: Iterable[Give]) -> int:
    """Coins of all packets among what steps open."""
    return sum(give.coins for give in gives if give.kind is Unlocks.PACKET)


def growth(count: int, most: int) -> int:
    """What a count of unnamed hearts adds: only beyond the highest that was seen, so that taking back and giving again
    adds nothing."""
    return max(0, count - most)


@dataclass(frozen=True, slots=True)
class Hearted(Outcome, name="hearts.Hearted"):
    """A heart counted."""

    only_toast: ClassVar[bool] = True

    hearts: int
    left: int | None
    """Hearts to the next step; None: all are reached."""
    unlocked: bool
    """Whether this one reached a step."""


@dataclass(frozen=True, slots=True)
class HeartAgain(Outcome, name="hearts.HeartAgain"):
    """This fan counted within the minute."""

    only_toast: ClassVar[bool] = True

    seconds: int
    """Until they count again."""


@dataclass(frozen=True, slots=True)
class HeartsRest(Outcome, name="hearts.HeartsRest"):
    """No hearts are counted there now: not on yet, over, taken back, or a forged press."""

    only_toast: ClassVar[bool] = True


HeartOutcome = Hearted | HeartAgain | HeartsRest


@dataclass(frozen=True, slots=True)
class GoalMade(Outcome, name="hearts.GoalMade"):
    """A goal stands for a stream."""

    stream: str
    steps: tuple[HeartStep, ...]
    at: datetime | None
    """When the stream begins; None: it is on."""
    audit_id: int


@dataclass(frozen=True, slots=True)
class GoalThere(Outcome, name="hearts.GoalThere"):
    """The stream has a goal."""

    stream: str


@dataclass(frozen=True, slots=True)
class NoStreamForGoal(Outcome, name="hearts.NoStreamForGoal"):
    """No stream is on or planned."""


@dataclass(frozen=True, slots=True)
class CouponNotKept(Outcome, name="hearts.CouponNotKept"):
    """A step names a campaign that isn't there, or isn't kept for hearts."""

    number: int


@dataclass(frozen=True, slots=True)
class GoalShown(Outcome, name="hearts.GoalShown"):
    """How a goal stands, for staff."""

    stream: str
    hearts: int
    fans: int
    """Fans who gave some, those whom Telegram doesn't name left out."""
    steps: tuple[HeartStep, ...]
    at: datetime | None


@dataclass(frozen=True, slots=True)
class NoGoal(Outcome, name="hearts.NoGoal"):
    """There is none: how one is made."""


@dataclass(frozen=True, slots=True)
class GoalCancelled(Outcome, name="hearts.GoalCancelled"):
    """A goal was taken back; what its steps opened stays."""

    stream: str
    hearts: int
    audit_id: int


@dataclass(frozen=True, slots=True)
class StepFailed(Outcome, name="hearts.StepFailed"):
    """To the owner: a step was reached, and what it was to open couldn't be opened."""

    hearts: int
    kind: str
    title: str
    coins: int


GoalOutcome = GoalMade | GoalThere | NoStreamForGoal | CouponNotKept | GiveawayTooMuch
