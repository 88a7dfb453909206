"""Accounts that may only farm rewards: signs of it, their weights, and when a reward is held for the shop's look.

Every number is in `FarmingPolicy`, and docs/abuse.md gives its reason. A sign says what was seen, never what a person
is. Of all signs only a ring holds a reward alone. Staff can release a held reward with one tap. Nobody is banned.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum


class Sign(StrEnum):
    """What was seen of an account that may farm."""

    NEW_HERE = "new_here"
    """They have been a member for a few days only."""
    BURST = "burst"
    """They came with many others through the same link within minutes."""
    FAST = "fast"
    """They pressed buttons faster than a person can."""
    ONLY_REWARDS = "only_rewards"
    """They took many rewards and did nothing else."""
    BACK = "back"
    """They had their data deleted here, and came back."""
    RING = "ring"
    """They invited accounts that invite one another. The domain of gifts finds this sign."""


class HeldState(StrEnum):
    """What became of a reward that was held."""

    HELD = "held"
    RELEASED = "released"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class FarmingPolicy:
    """All thresholds and weights."""

    holds_from: int = 100
    """A reward that can be farmed is held if the weights of the member's signs add up to this, or to more."""
    weights: Mapping[str, int] = field(
        default_factory=lambda: {
            Sign.NEW_HERE: 20,
            Sign.BURST: 40,
            Sign.FAST: 60,
            Sign.ONLY_REWARDS: 50,
            Sign.BACK: 40,
            Sign.RING: 100,
        }
    )
    new_for: timedelta = timedelta(days=3)
    """How long a member counts as new."""
    burst_size: int = 15
    """This many people, the member included, who come through one link within `burst_within` are a burst."""
    burst_within: timedelta = timedelta(minutes=5)
    """The time around a member's coming in which the others are counted."""
    burst_kept: timedelta = timedelta(days=14)
    """How long a burst counts against those who came in it."""
    presses: int = 20
    """This many presses within `presses_within` are more than a person makes. Hearts aren't counted."""
    presses_within: timedelta = timedelta(seconds=10)
    """The time in which presses are counted."""
    fast_kept: timedelta = timedelta(days=14)
    """How long fast presses count against a member."""
    rewards: int = 5
    """This many rewards within `rewards_within` are many for a member who was active on at most `quiet_days` days."""
    rewards_within: timedelta = timedelta(days=30)
    """The time in which rewards and days are counted."""
    quiet_days: int = 1
    """A member with at most this many days with a check-in, a message, a stream or an order did nothing else."""
    back_kept: timedelta = timedelta(days=30)
    """How long it counts against a member that they had their data deleted and came back."""
    look_after: timedelta = timedelta(days=7)
    """After this time a held reward is judged again, and released if the remaining signs don't hold it."""
    shown: int = 8
    """How many held rewards `/held` lists at once."""


EARNED_BY_DOING = frozenset({"checkin", "bonus", "attend", "grant", "present", "packet back"})
"""Reasons of transfers that are no rewards: coins for a deed, given to a named fan, or owned before."""


@dataclass(frozen=True, slots=True)
class Reason:
    """A sign that was seen, with its weight and the number behind it; 0 if there is no number."""

    sign: Sign
    weight: int
    count: int = 0


@dataclass(frozen=True, slots=True)
class FarmingFacts:
    """What is known of a member's account."""

    joined_at: datetime
    came_with: int
    """People who came through the same link within minutes, the member included; 0 without a link."""
    fast_at: datetime | None
    """When they last pressed faster than a person can."""
    rewards: int
    """Rewards within `rewards_within`."""
    active_days: int
    """Days within `rewards_within` on which they were active."""
    back_since: datetime | None
    """When they came back after their data was deleted."""


def signs_of(facts: FarmingFacts, now: datetime, policy: FarmingPolicy) -> tuple[Reason, ...]:
    """The signs that the facts show, the heaviest first."""
    found = []
    if now - facts.joined_at < policy.new_for:
        found.append(_reason(Sign.NEW_HERE, policy))
    if facts.came_with >= policy.burst_size and now - facts.joined_at < policy.burst_kept:
        found.append(_reason(Sign.BURST, policy, facts.came_with))
    if facts.fast_at is not None and now - facts.fast_at < policy.fast_kept:
        found.append(_reason(Sign.FAST, policy))
    if facts.rewards >= policy.rewards and facts.active_days <= policy.quiet_days:
        found.append(_reason(Sign.ONLY_REWARDS, policy, facts.rewards))
    if facts.back_since is not None and now - facts.back_since < policy.back_kept:
        found.append(_reason(Sign.BACK, policy))
    return tuple(sorted(found, key=lambda reason: -reason.weight))


def _reason(sign: Sign, policy: FarmingPolicy, count: int = 0) -> Reason:
    return Reason(sign, policy.weights[sign], count)


def ring_reason(policy: FarmingPolicy, count: int = 0) -> Reason:
    """The sign of a ring of `count` accounts."""
    return _reason(Sign.RING, policy, count)


def holds_reward(reasons: Iterable[Reason], policy: FarmingPolicy) -> bool:
    """Whether these signs hold a reward. The same sign counts once."""
    return sum({reason.sign: reason.weight for reason in reasons}.values()) >= policy.holds_from


def is_released_by_clock(then: Iterable[Reason], now: Iterable[Reason], policy: FarmingPolicy) -> bool:
    """Whether the clock releases a held reward at the second look.

    `then` are the signs when it was held, `now` those of today. A ring of then still counts, other signs of then don't.
    """
    rings = [reason for reason in then if reason.sign is Sign.RING]
    return not holds_reward([*rings, *now], policy)


class RecentPresses:
    """The instants of one person's last presses.

    Presses that arrive in one poll count once: after an outage many arrive together, and nobody was fast.
    """

    __slots__ = ("_at",)

    def __init__(self) -> None:
        # A tuple of one instant takes 48 bytes, a `deque` 760: of most people only the last press is kept.
        self._at: tuple[datetime, ...] = ()

    def note_press(self, at: datetime, policy: FarmingPolicy) -> bool:
        """Note a press. True if the last presses were faster than a person can make them."""
        if self._at and at <= self._at[-1]:
            return False
        recent = (before for before in self._at if at - before < policy.presses_within)
        self._at = (*recent, at)[-policy.presses :]
        return len(self._at) == policy.presses
