"""Wear-out: a kind of message that fewer fans answer than usual rests for a week, in the room where that is so."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from bot.rules.attention.beta import beta_below
from bot.rules.outcome import Outcome


@dataclass(frozen=True, slots=True)
class WearPolicy:
    """When a kind is worn out, and how long it rests then."""

    window: timedelta = timedelta(days=56)
    """Over which a kind's usual rate is taken."""
    ripe: timedelta = timedelta(hours=24)
    """A younger message doesn't count yet: it can still be answered."""
    last: int = 3
    """Messages that are pooled and compared with the usual."""
    prior: int = 40
    """How much reach the usual rate is worth, before the last messages are looked at."""
    share: int = 60
    """Per cent of the usual rate; below that a kind is worn out."""
    sure: float = 0.9
    """How likely that must be."""
    least_fans: int = 80
    """With fewer active fans nothing can be told."""
    rest: timedelta = timedelta(days=7)
    judged_at: str = "0 5 * * *"
    """When a shop's kinds are judged, as a cron line in its zone: before the day's plan is needed."""
    shops: int = 10
    """Shops that one round of the clock judges. The others have their turn a second later."""
    listed: int = 14
    """Kinds that a page lists."""


@dataclass(frozen=True, slots=True)
class Heard:
    """One message, and what fans made of it."""

    at: datetime
    reach: int
    """Fans who were active in the room in the seven days before; of a private message who got it."""
    answers: int
    """Of them, how many pressed, voted, reacted or replied within a day."""
    lost: int = 0
    """Who left, blocked the bot or switched reminders off within an hour."""


class WearState(StrEnum):
    """How a kind is received. The words give each a sentence."""

    RESTS = "rests"
    """It rests, because fewer answered than usual."""
    USUAL = "usual"
    FEW_FANS = "few_fans"
    """Too few to tell: the room has too few active fans."""
    FEW_MESSAGES = "few_messages"
    """Too few to tell: fewer than three messages since it last rested, or in 56 days."""
    UNANSWERED = "unanswered"
    """Nobody ever answers it, so that there is no usual rate to fall below."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What can be told of one kind in one room."""

    state: WearState
    messages: int = 0
    """In the window, old enough to count."""
    usual_answers: int = 0
    usual_reach: int = 0
    answers: int = 0
    reach: int = 0
    """Of the last three, pooled."""
    lost: int = 0
    """In the window."""

    @property
    def percent(self) -> int | None:
        """The rate of the last three, in per cent of the usual one; None if there is none."""
        return percent_of(self.answers * self.usual_reach, self.usual_answers * self.reach)

    @property
    def rate(self) -> int:
        """How many of a hundred answered in the window."""
        return percent_of(self.usual_answers, self.usual_reach) or 0


@dataclass(frozen=True, slots=True)
class WearLine:
    """How one kind is received in a room."""

    wears: str
    """`pillar:tips`, `drop` (`rules/wears.py`)."""
    state: WearState
    messages: int
    answers: int
    rate: int
    """How many of a hundred answered."""
    percent: int | None
    """The last three, in per cent of the usual; None if there are too few."""
    lost: int
    until: datetime | None = None
    """How long it rests."""


@dataclass(frozen=True, slots=True)
class Received(Outcome, name="attention.Received"):
    """How each kind was received in one room, or in private."""

    community_id: int
    room: str | None
    """None: in private."""
    channel: bool
    """Whether it is the channel, in which nobody sees who reads."""
    fans: int
    """Active there in the last seven days; in private, who got the last message."""
    least: int
    """With fewer fans nothing can be told."""
    lines: tuple[WearLine, ...]
    page: int
    """From 1."""
    pages: int

    @property
    def fits_alert(self) -> bool:
        """The page itself follows."""
        return False


def percent_of(part: int, whole: int) -> int | None:
    """A whole number of per cent, rounded half up; None of nothing."""
    return (200 * part + whole) // (2 * whole) if whole else None


def in_order(lines: Sequence[WearLine]) -> list[WearLine]:
    """What rests first, then what falls below its usual most, then what can't be told."""
    return sorted(
        lines,
        key=lambda one: (
            one.state is not WearState.RESTS,
            one.percent is None,
            one.percent or 0,
            -one.messages,
            one.wears,
        ),
    )


def judge(
    messages: Sequence[Heard], fans: int, now: datetime, rested_until: datetime | None, policy: WearPolicy
) -> Judged:
    """What can be told of a kind in a room, from its messages in any order.

    `fans` are active there now. What was shown before `rested_until`, the end of its last rest, isn't judged again, but
    still counts for what is usual. Where a message has more answers than reach, all who were reached answered.
    """
    ripe = sorted(
        (one for one in messages if now - policy.window < one.at <= now - policy.ripe), key=lambda one: one.at
    )
    fresh = [one for one in ripe if rested_until is None or one.at >= rested_until][-policy.last :]
    told = Judged(
        WearState.USUAL,
        messages=len(ripe),
        usual_answers=_answers(ripe),
        usual_reach=sum(one.reach for one in ripe),
        answers=_answers(fresh),
        reach=sum(one.reach for one in fresh),
        lost=sum(one.lost for one in messages if one.at > now - policy.window),
    )
    return replace(told, state=_state(told, len(fresh), fans, policy))


def _state(told: Judged, fresh: int, fans: int, policy: WearPolicy) -> WearState:
    if fans < policy.least_fans:
        return WearState.FEW_FANS
    if fresh < policy.last:
        return WearState.FEW_MESSAGES
    if not told.usual_answers:
        return WearState.UNANSWERED
    mean = told.usual_answers / told.usual_reach
    a = policy.prior * mean + told.answers
    b = policy.prior * (1 - mean) + told.reach - told.answers
    # Where everybody always answers, nothing is worn out, and the distribution has no width.
    worn_out = b > 0 and beta_below(mean * policy.share / 100, a, b) > policy.sure
    return WearState.RESTS if worn_out else WearState.USUAL


def _answers(messages: Sequence[Heard]) -> int:
    return sum(min(one.answers, one.reach) for one in messages)
