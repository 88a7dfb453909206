"""What groups, and fans who asked to be reminded, are told of an airing: its live card, and what becomes of it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.rules.airings import LIVE_PHASES
from bot.rules.goal_board import GoalBoard
from bot.rules.outcome import Outcome
from bot.rules.tiers import Tier

STARTING_FOR = timedelta(minutes=5)
"""For how long the card says "starting now" while staff haven't said that it is on."""


@dataclass(frozen=True, slots=True)
class LiveCard(Outcome, name="streams.LiveCard"):
    """The card of an airing in a group: the start announcement, which lives on until the end."""

    airing_id: int
    title: str
    phase: str
    """A `Phase`."""
    starts_at: datetime
    url: str | None
    replay_url: str | None
    came: int
    """Fans who were there so far."""
    word: bool
    """Whether writing the word that the host says counts too."""
    benefit: str | None
    """Title of a drop that can be claimed now."""
    benefit_tier: Tier = Tier.NEW
    """The lowest tier that can claim it."""
    turns_at: datetime | None = None
    """When the card changes by itself: the drop ends, or nobody has said that the stream is on."""
    late: bool = False
    """Whether its time was a while ago and staff haven't said that it is on: "starting now" would be false."""
    board: GoalBoard | None = None
    """What hearts add up to, if the airing has a goal."""

    @property
    def over(self) -> bool:
        """Whether the card would be out of date if it was posted now: the stream isn't on."""
        return self.phase not in LIVE_PHASES


@dataclass(frozen=True, slots=True)
class DelayNotice(Outcome, name="streams.DelayNotice"):
    """Told once in the groups, and to those who asked: it starts at another time."""

    title: str
    at: datetime


@dataclass(frozen=True, slots=True)
class CancelNotice(Outcome, name="streams.CancelNotice"):
    """Told once in the groups, and to those who asked: it is cancelled."""

    title: str
    at: datetime
    next_at: datetime | None


@dataclass(frozen=True, slots=True)
class BackOnNotice(Outcome, name="streams.BackOnNotice"):
    """Told once to those who may have heard of a cancellation that staff took back."""

    title: str
    at: datetime


@dataclass(frozen=True, slots=True)
class EndNotice(Outcome, name="streams.EndNotice"):
    """Told once in the groups: it is over."""

    title: str
    came: int
    replay_url: str | None
    next_at: datetime | None
