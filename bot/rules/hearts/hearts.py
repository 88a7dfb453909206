"""Heart goals: fans' hearts during a stream add up, and steps of the goal unlock what the owner chose."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import ClassVar

from bot.rules.giveaways import GiveawayTooMuch
from bot.rules.goal_board import GoalStep
from bot.rules.numbers import read_number
from bot.rules.outcome import Outcome
from bot.rules.rights import HostGivesNoCoins

HEART = "❤"
"""The reaction that counts; Telegram's list of reactions has it without the sign for colour."""


class GoalState(StrEnum):
    """Whether a goal was called off. That its stream is over isn't written here."""

    RUNNING = "running"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class HeartPolicy:
    """Limits of goals, and the rhythm of hearts."""

    apart: timedelta = timedelta(minutes=1)
    """Each fan's hearts count once in this time, by press or reaction."""
    card_every: timedelta = timedelta(seconds=5)
    """The live card counts by an edit at most this often."""
    most_steps: int = 5
    most_hearts: int = 1_000_000
    raffle_minutes: int = 10
    """How long a raffle is open if nothing else was typed."""
    longest_raffle: int = 7 * 24 * 60
    """Minutes."""


@dataclass(frozen=True, slots=True)
class Give:
    """What a step opens. Each kind of prize uses the fields that it needs."""

    kind: str
    """The name of the prize: `coupon`, `packet`, `raffle`."""
    number: int = 0
    coins: int = 0
    """Coins of the shop that it costs."""
    shares: int = 0
    rush: bool = False
    title: str = ""
    """The campaign's, or the prize."""
    winners: int = 0
    minutes: int = 0
    beacon: bool = False
    """Of a raffle: whether the public beacon seals it too. That was asked when the goal was set."""


@dataclass(frozen=True, slots=True)
class GoalsNotRising(Outcome, name="hearts.GoalsNotRising"):
    """The numbers of hearts aren't rising whole numbers."""

    value: str
    most: int


@dataclass(frozen=True, slots=True)
class GiveUnread(Outcome, name="hearts.GiveUnread"):
    """What was typed is nothing that a step can open."""

    value: str


@dataclass(frozen=True, slots=True)
class StepsDontMatch(Outcome, name="hearts.StepsDontMatch"):
    """There are more or fewer things to give than numbers of hearts, or too many of both."""

    goals: int
    gives: int
    most: int


GoalWrong = GoalsNotRising | GiveUnread | StepsDontMatch


ReadPrize = Callable[[Sequence[str]], Give | None]
"""Reads what stands behind a prize's name and colon, parted at slashes; None if that can't be read."""


def read_goal(
    goals: str, gives: str, policy: HeartPolicy, prizes: Mapping[str, ReadPrize]
) -> tuple[tuple[int, Give], ...] | GoalWrong:
    """`100,500` and `coupon:12,packet:500/20` as steps, or what is wrong with them. `prizes` stand by their names."""
    numbers = split_goals(goals)
    hearts = [number for part in numbers if (number := read_number(part)) is not None]
    rising = all(here < there for here, there in pairwise(hearts))
    fit = len(hearts) == len(numbers) > 0 and hearts[0] > 0 and hearts[-1] <= policy.most_hearts
    if not rising or not fit:
        return GoalsNotRising(goals, policy.most_hearts)
    things = split_gives(gives, prizes)
    if len(things) != len(hearts) or len(hearts) > policy.most_steps:
        return StepsDontMatch(len(hearts), len(things), policy.most_steps)
    read: list[tuple[int, Give]] = []
    for number, thing in zip(hearts, things, strict=True):
        give = read_give(thing, prizes)
        if give is None:
            return GiveUnread(thing)
        read.append((number, give))
    return tuple(read)


def split_goals(goals: str) -> tuple[str, ...]:
    """The numbers of hearts, as they were typed."""
    return tuple(part.strip() for part in goals.split(",") if part.strip())


def read_give(text: str, prizes: Mapping[str, ReadPrize]) -> Give | None:
    """One thing to give: a prize's name, a colon, and what that prize reads; or None."""
    kind, _, rest = text.partition(":")
    read = prizes.get(kind.strip().lower())
    return read([part.strip() for part in rest.split("/")]) if read is not None else None


def split_gives(gives: str, prizes: Mapping[str, ReadPrize]) -> list[str]:
    """The things to give. A title may have commas: what follows a comma must be another prize's name."""
    names = "|".join(re.escape(name) for name in prizes)
    parts = re.split(rf"\s*,\s*(?=(?:{names})\s*:)", gives, flags=re.IGNORECASE)
    return [part.strip() for part in parts if part.strip()]


def coins_of(gives: Iterable[Give]) -> int:
    """Coins of the shop that steps promise."""
    return sum(give.coins for give in gives)


def growth(count: int, most: int) -> int:
    """What a count of unnamed hearts adds beyond the highest that was seen. To give one again adds nothing."""
    return max(0, count - most)


@dataclass(frozen=True, slots=True)
class Hearted(Outcome, name="hearts.Hearted"):
    """A heart counted."""

    only_toast: ClassVar[bool] = True

    hearts: int
    left: int | None
    """Hearts to the next step; None: all are reached."""
    unlocked: bool
    """Whether this heart reached a step."""


@dataclass(frozen=True, slots=True)
class HeartAgain(Outcome, name="hearts.HeartAgain"):
    """This fan counted within the minute."""

    only_toast: ClassVar[bool] = True

    seconds: int
    """Until they count again."""


@dataclass(frozen=True, slots=True)
class HeartsRest(Outcome, name="hearts.HeartsRest"):
    """Nothing counts there now: the stream isn't on, the goal was called off, or the press is forged."""

    only_toast: ClassVar[bool] = True


HeartOutcome = Hearted | HeartAgain | HeartsRest


@dataclass(frozen=True, slots=True)
class GoalMade(Outcome, name="hearts.GoalMade"):
    """A goal stands for a stream."""

    stream: str
    steps: tuple[GoalStep, ...]
    at: datetime | None
    """When the stream begins. None: it is on."""
    audit_id: int


@dataclass(frozen=True, slots=True)
class GoalThere(Outcome, name="hearts.GoalThere"):
    """The stream has a goal already."""

    stream: str


@dataclass(frozen=True, slots=True)
class NoStreamForGoal(Outcome, name="hearts.NoStreamForGoal"):
    """No stream is on or planned."""


@dataclass(frozen=True, slots=True)
class CouponNotKept(Outcome, name="hearts.CouponNotKept"):
    """A step names a drop that isn't there, or isn't kept for hearts."""

    number: int


@dataclass(frozen=True, slots=True)
class GoalShown(Outcome, name="hearts.GoalShown"):
    """How a goal stands, for staff."""

    stream: str
    hearts: int
    fans: int
    """Fans who gave hearts, without those whom Telegram doesn't name."""
    steps: tuple[GoalStep, ...]
    at: datetime | None


@dataclass(frozen=True, slots=True)
class NoGoal(Outcome, name="hearts.NoGoal"):
    """There is no goal; the words say how one is set."""


@dataclass(frozen=True, slots=True)
class GoalCancelled(Outcome, name="hearts.GoalCancelled"):
    """A goal was called off. What its steps opened stays."""

    stream: str
    hearts: int
    audit_id: int


@dataclass(frozen=True, slots=True)
class StepFailed(Outcome, name="hearts.StepFailed"):
    """To the owner: a step was reached, and its prize couldn't be opened."""

    hearts: int
    kind: str
    title: str
    coins: int


GoalOutcome = HostGivesNoCoins | GoalMade | GoalThere | NoStreamForGoal | CouponNotKept | GiveawayTooMuch
