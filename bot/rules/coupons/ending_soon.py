"""Held coupons that end soon: when their fans are told."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from bot.rules.calendar import DAY, zone
from bot.rules.outcome import Outcome


@dataclass(frozen=True, slots=True)
class EndingPolicy:
    """When, and how much at once."""

    before: timedelta = timedelta(hours=24)
    """So long before the end."""
    quiet_from: time = time(21)
    quiet_until: time = time(9)
    """In the community's zone: nobody is told at night."""
    chunk: int = 200
    """Coupons marked in one transaction."""
    shown: int = 5
    """Coupons that one message lists."""


@dataclass(frozen=True, slots=True)
class EndingCoupon:
    """One line of a reminder."""

    title: str
    code: str
    closes: datetime


@dataclass(frozen=True, slots=True)
class CouponsEnd(Outcome, name="ending.CouponsEnd"):
    """Told in private, once for each coupon: it is held, and ends in a day."""

    coupons: tuple[EndingCoupon, ...]
    count: int
    """All that end, with those that the list leaves out."""


def awake(at: datetime, timezone: str, policy: EndingPolicy) -> datetime:
    """`at`, or the next morning if that is in the night."""
    local = at.astimezone(zone(timezone))
    if policy.quiet_until <= local.time() < policy.quiet_from:
        return at
    day = local.date() if local.time() < policy.quiet_until else local.date() + DAY
    return datetime.combine(day, policy.quiet_until, zone(timezone)).astimezone(UTC)


def reminds_at(closes: datetime, timezone: str, policy: EndingPolicy) -> datetime:
    """When a coupon that ends at `closes` is reminded of."""
    return awake(closes - policy.before, timezone, policy)


def reminds_next(closes: datetime, timezone: str, now: datetime, policy: EndingPolicy) -> datetime | None:
    """The same from `now` on, for what an outage held up; None if it would be over by then."""
    at = awake(max(closes - policy.before, now), timezone, policy)
    return at if at < closes else None
