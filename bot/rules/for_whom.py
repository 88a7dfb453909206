"""For whom a drop, a raffle, a packet, an item or a gift is: what `for="…"` says, as fans may hear it.

Fans hear of tiers, which they see on their own card. Tags, orders and the like are the shop's business: of those they
only hear that it is for fans whom the shop chose.
"""

from dataclasses import dataclass
from enum import StrEnum

from bot.rules.outcome import Outcome
from bot.rules.segments import Condition, Field, Op, Segment, read_segment
from bot.rules.tiers import Tier


class Offered(StrEnum):
    """What is offered to some fans only."""

    DROP = "drop"
    RAFFLE = "raffle"
    PACKET = "packet"
    ITEM = "item"
    GIFT = "gift"


@dataclass(frozen=True, slots=True)
class ForWhom:
    """For whom something is. Without tiers: for fans whom the shop chose, and by what isn't told."""

    lowest: Tier | None = None
    """The lowest tier that may have it."""
    highest: Tier | None = None
    """The highest tier that may have it."""


@dataclass(frozen=True, slots=True)
class NotForYou(Outcome, name="segments.NotForYou"):
    """Something is for some fans only, and the reader isn't one of them now."""

    offered: Offered
    title: str
    """Empty for a packet, which has none."""
    whom: ForWhom


@dataclass(frozen=True, slots=True)
class Aimed:
    """A segment as staff gave it, checked and counted."""

    segment: str
    """As rows keep it."""
    fans: int
    """How many fans meet it now."""


def segment_of(text: str) -> Segment:
    """The segment that a row keeps.

    Raises:
        ValueError: the row holds what `Segment.text` never wrote.
    """
    found = read_segment(text)
    if isinstance(found, Segment):
        return found
    raise ValueError(f"a row holds no segment but {text!r}")


def for_whom(text: str) -> ForWhom | None:
    """For whom something with this segment is; None for all fans."""
    conditions = segment_of(text).conditions
    if not conditions:
        return None
    tiers = [tier for tier in Tier if all(_allows(condition, tier) for condition in conditions)]
    if not tiers or any(condition.field is not Field.TIER for condition in conditions):
        return ForWhom()
    return ForWhom(tiers[0], tiers[-1])


def _allows(condition: Condition, tier: Tier) -> bool:
    if not isinstance(condition.value, Tier):
        return True
    mine, bound = tier.step, condition.value.step
    return {
        Op.IS: mine == bound,
        Op.LEAST: mine >= bound,
        Op.MOST: mine <= bound,
        Op.MORE: mine > bound,
        Op.LESS: mine < bound,
    }[condition.op]
