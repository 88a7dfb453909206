"""What fans hear of their tiers, and what the owner hears of a new core fan."""

from dataclasses import dataclass

from bot.rules.outcome import Outcome
from bot.rules.tiers import Deed
from bot.rules.tiers_ahead import FallAhead, Opens, Rise, TierSums


@dataclass(frozen=True, slots=True)
class Risen(Outcome, name="members.Risen"):
    """Told to a fan once for each rise: the tier, and what it opens."""

    risen: Rise


@dataclass(frozen=True, slots=True)
class FallComing(Outcome, name="members.FallComing"):
    """Told to a fan in private a week before their tier falls: what keeps it."""

    falling: FallAhead


@dataclass(frozen=True, slots=True)
class DeedCount:
    """How often a fan did one kind of thing."""

    what: Deed
    times: int


@dataclass(frozen=True, slots=True)
class CoreFan:
    """A fan who became core."""

    name: str
    did: tuple[DeedCount, ...]
    """What they did in the last 30 days, the most valuable first."""


@dataclass(frozen=True, slots=True)
class NewCore(Outcome, name="members.NewCore"):
    """Told to the owner in private, once a day at most: fans who became core, to be thanked in person."""

    fans: tuple[CoreFan, ...]
    more: int
    """Fans who aren't named."""


@dataclass(frozen=True, slots=True)
class TierShown(Outcome, name="members.TierShown"):
    """A fan's tier: why it is what it is, what it opens, and what is missing."""

    sums: TierSums
    opens: Opens
    then: Opens | None
    """What the next tier opens; None above the highest."""
    tag: bool
    """Whether the tier stands beside their name in the group."""
