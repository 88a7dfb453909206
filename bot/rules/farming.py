"""Accounts that only farm: signs of it, their weights, and what is held for the shop's look. Nobody is banned.

Every number stands in `FarmingPolicy` and, with its reason, in docs/abuse.md. A sign says what was seen, never what
somebody is: one sign alone holds nothing but a ring, and whatever is held can be let go with one tap.
"""

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum


class Sign(StrEnum):
    """What can be seen of an account that farms."""

    NEW_HERE = "new_here"
    """A member for a few days only."""
    BURST = "burst"
    """Came among many through the same link within minutes."""
    FAST = "fast"
    """Pressed buttons faster than a person can."""
    ONLY_REWARDS = "only_rewards"
    """Took many rewards and did nothing else."""
    BACK = "back"
    """Had their data deleted here, and came back."""
    RING = "ring"
    """Invited accounts that invite one another: told by whoever knows the invitations."""


class HeldState(StrEnum):
    """What became of a reward that was held."""

    HELD = "held"
    RELEASED = "released"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class FarmingPolicy:
    """Every threshold and weight."""

    holds_from: int = 100
    """A sum of weights from which on rewards that can be farmed are held."""
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
    """How long a member is new."""
    burst_size: int = 15
    """So many people through one link within `burst_within` make a burst, the member included."""
    burst_within: timedelta = timedelta(minutes=5)
    """The stretch of time around a member's coming in which the others are counted."""
    burst_kept: timedelta = timedelta(days=14)
    """How long it counts that somebody came in a burst."""
    presses: int = 20
    """So many presses within `presses_within` are more than a person makes. Hearts aren't counted."""
    presses_within: timedelta = timedelta(seconds=10)
    """The time in which presses are counted."""
    fast_kept: timedelta = timedelta(days=14)
    """How long it counts that somebody pressed so fast."""
    rewards: int = 5
    """So many rewards within `rewards_within` are many, for a member with at most `quiet_days` days of their own."""
    rewards_within: timedelta = timedelta(days=30)
    """The time in which rewards and days are counted."""
    quiet_days: int = 1
    """Days with a check-in, a message, a stream or an order that a member may have and still do nothing else."""
    back_kept: timedelta = timedelta(days=30)
    """How long it counts that somebody had their data deleted and came back."""
    look_after: timedelta = timedelta(days=7)
    """After so long what is held is looked at again, and let go if nothing speaks against it any more."""
    shown: int = 8
    """Held rewards that `/held` lists at once."""


EARNED_BY_DOING = frozenset({"checkin", "bonus", "attend", "grant", "present", "packet back"})
"""Reasons of coins that somebody did something for, was given by name, or had before: no rewards that can be farmed."""


@dataclass(frozen=True, slots=True)
class Reason:
    """A sign that was seen, with what it weighs and the number behind it, if there is one."""

    sign: Sign
    weight: int
    count: int = 0


@dataclass(frozen=True, slots=True)
class FarmingFacts:
    """What is known of a member."""

    joined_at: datetime
    came_with: int
    """Who came through the same link within minutes of them, they included; 0 without a link."""
    fast_at: datetime | None
    """When they last pressed faster than a person."""
    rewards: int
    """How often they got coins for nothing that they did, lately."""
    active_days: int
    """On how many days they did anything, lately."""
    back_since: datetime | None


def signs_of(facts: FarmingFacts, now: datetime, policy: FarmingPolicy) -> tuple[Reason, ...]:
    """What speaks for farming, the heaviest first."""
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


def ring(policy: FarmingPolicy, count: int = 0) -> Reason:
    """The sign of a ring of `count` accounts, for whoever found one."""
    return _reason(Sign.RING, policy, count)


def enough(reasons: Iterable[Reason], policy: FarmingPolicy) -> bool:
    """Whether these hold a reward; the same sign counts once."""
    return sum({reason.sign: reason.weight for reason in reasons}.values()) >= policy.holds_from


def goes_by_itself(then: Iterable[Reason], now: Iterable[Reason], policy: FarmingPolicy) -> bool:
    """Whether what was held is let go at the second look: a ring stays one, everything else must still be seen."""
    rings = [reason for reason in then if reason.sign is Sign.RING]
    return not enough([*rings, *now], policy)


class Pulse:
    """The instants of one person's last presses. Presses that arrive in one poll count once: an outage isn't haste."""

    __slots__ = ("_at",)

    def __init__(self, policy: FarmingPolicy) -> None:
        self._at: deque[datetime] = deque(maxlen=policy.presses)

    def note_press(self, at: datetime, policy: FarmingPolicy) -> bool:
        """Note a press; whether so many in so short a time are more than a person makes."""
        if self._at and at <= self._at[-1]:
            return False
        self._at.append(at)
        return len(self._at) == policy.presses and at - self._at[0] < policy.presses_within
