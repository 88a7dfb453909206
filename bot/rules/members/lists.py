"""The lists of fans that staff look at: ready ones, and those of a segment that they wrote."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from bot.rules.outcome import Outcome
from bot.rules.segments import Condition, Field, Op, Reach, Segment
from bot.rules.tiers import Tier

A_PAGE = 8
"""Fans on a page. Each is a button."""
TAGS_OFFERED = 6
"""The most used tags that are offered as lists of their own."""


class Ready(StrEnum):
    """Lists that need no segment to be written. The values stand in buttons."""

    ALL = "all"
    CORE = "core"
    NEW = "new"
    """Who joined this week."""
    QUIET = "quiet"
    """Who gave no sign of life for two weeks."""
    SLIPPING = "slipping"
    """`rules/members/slipping.py`: it is no segment, as it goes by each fan's own habit."""


SEGMENTS: Mapping[Ready, Segment] = {
    Ready.ALL: Segment(),
    Ready.CORE: Segment((Condition(Field.TIER, Op.IS, Tier.CORE),)),
    Ready.NEW: Segment((Condition(Field.JOINED, Op.LESS, timedelta(days=7)),)),
    Ready.QUIET: Segment((Condition(Field.QUIET, Op.IS, timedelta(days=14)),)),
}
"""What ready lists mean."""


@dataclass(frozen=True, slots=True)
class TagCount:
    """A tag, and how many fans have it."""

    tag: str
    fans: int


@dataclass(frozen=True, slots=True)
class FansHome(Outcome, name="members.FansHome"):
    """`/fans` alone: which lists there are."""

    community_id: int
    fans: int
    slipping: int
    tags: tuple[TagCount, ...]


@dataclass(frozen=True, slots=True)
class FanLine:
    """One fan of a list."""

    member_id: int
    name: str
    tier: str
    coins: int
    seen: int | None
    """Days since the last sign of life; None: there was none."""
    every: int | None = None
    """Days that usually lie between two visits, for who is slipping away."""


@dataclass(frozen=True, slots=True)
class FanList(Outcome, name="members.FanList"):
    """A page of a list."""

    community_id: int
    which: str
    """What buttons call the list: a `Ready`, or the number of the line that staff wrote."""
    segment: str
    """The segment as staff wrote it; empty for a ready list."""
    reach: Reach
    lines: tuple[FanLine, ...]
    further: bool
    """Whether it isn't the first page."""
    after: str | None
    """Where the next page begins; None on the last one."""


@dataclass(frozen=True, slots=True)
class FanChoice:
    """A fan whom staff can mean."""

    member_id: int
    name: str
    username: str | None
    tier: str


class Meant(StrEnum):
    """What staff want of the fan whom they named."""

    SHOW = "fan"
    TAG = "tag"
    GRANT = "grant"


@dataclass(frozen=True, slots=True)
class WhichMember(Outcome, name="members.WhichMember"):
    """A name can mean several fans, or none: staff tap who is meant. Nobody is guessed."""

    community_id: int
    meant: Meant
    said: str
    """What staff wrote in the place of a name; empty if they wrote none."""
    found: bool
    """Whether the fans are called so. Else they are those who were active last."""
    line_id: int | None
    """The line that is done once a fan is tapped; None: the fan is only shown."""
    line: str
    """That line, so that staff see what a tap does; empty: a tap only shows the fan."""
    fans: tuple[FanChoice, ...]


@dataclass(frozen=True, slots=True)
class NoFanHere(Outcome, name="members.NoFanHere"):
    """The person is no fan of this shop, as far as the bot has seen."""

    shown: str


@dataclass(frozen=True, slots=True)
class FansClosed(Outcome, name="members.FansClosed"):
    """A button of a list or of a fan that isn't there any more."""
