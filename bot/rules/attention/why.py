"""Why a message came: what it is, of which class, and what let it leave when it did."""

from dataclasses import dataclass
from datetime import datetime

from bot.rules.outcome import Outcome
from bot.rules.shown import ShownClass
from bot.rules.verdicts import Reason


@dataclass(frozen=True, slots=True)
class About:
    """What a message is about."""

    kind: str
    """A kind of `rules/shown.py`."""
    title: str = ""
    """The thing's own title; empty if it has none."""
    coins: int = 0
    to_staff: bool = False
    """Whether it is a note to the owner or the staff."""


@dataclass(frozen=True, slots=True)
class WhyTold(Outcome, name="attention.WhyTold"):
    """Why a fan sees a message, and what they can do about it."""

    about: About
    shown_class: ShownClass
    private: bool
    by_staff: bool = False


@dataclass(frozen=True, slots=True)
class WhyToldStaff(Outcome, name="attention.WhyToldStaff"):
    """Why a message was sent to a room when it was, and what came of it: for the shop's staff."""

    community_id: int
    about: About
    shown_class: ShownClass
    reason: Reason | None
    """Why the budget let it leave; None for what was sent before there was a budget."""
    counts: bool
    """Whether it counts among the room's messages of the day."""
    at: datetime
    active: int | None
    """How many fans were active in the room in the seven days before; None: unknown."""
    answers: int
    """Distinct fans who pressed, voted, reacted or replied within a day."""
    lost: int
    """Fans who left, blocked the bot or switched reminders off within an hour."""


@dataclass(frozen=True, slots=True)
class WhyAnswer(Outcome, name="attention.WhyAnswer"):
    """The message answers what somebody did: it didn't come by itself."""


@dataclass(frozen=True, slots=True)
class WhyNotMine(Outcome, name="attention.WhyNotMine"):
    """Somebody else wrote that message."""


@dataclass(frozen=True, slots=True)
class WhyTooOld(Outcome, name="attention.WhyTooOld"):
    """The message is so old that nothing is remembered of it."""

    days: int
    """For how many days it is remembered."""


@dataclass(frozen=True, slots=True)
class WhyReplyFirst(Outcome, name="attention.WhyReplyFirst"):
    """`/why` needs a message that it is about: it is a reply."""
