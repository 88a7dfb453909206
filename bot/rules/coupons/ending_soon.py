"""Held coupons that end soon: when their fans are told."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from bot.rules.calendar import DAY, zone
from bot.rules.outcome import Outcome


@dataclass(frozen=True, slots=True)
class EndingPolicy:
    """When, and how much at once."""

    before: timedelta = timedelta(hours=24)
    """How long before the end the fan is told."""
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
    """Told in private, once for each coupon: the fan holds it, and it ends in a day."""

    coupons: tuple[EndingCoupon, ...]
    count: int
    """All that end, with those that the list leaves out."""


def wait_for_morning(at: datetime, timezone: str, policy: EndingPolicy) -> datetime:
    """`at`, or the end of the quiet hours if it falls into them."""
    local = at.astimezone(zone(timezone))
    if policy.quiet_until <= local.time() < policy.quiet_from:
        return at
    day = local.date() if local.time() < policy.quiet_until else local.date() + DAY
    return datetime.combine(day, policy.quiet_until, zone(timezone)).astimezone(UTC)


def reminds_at(closes: datetime, timezone: str, policy: EndingPolicy) -> datetime:
    """When the fan is told of a coupon that ends at `closes`."""
    return wait_for_morning(closes - policy.before, timezone, policy)


def reminds_next(closes: datetime, timezone: str, now: datetime, policy: EndingPolicy) -> datetime | None:
    """The same, but not before `now`, for what an outage held up; None if the coupon would be over by then."""
    at = wait_for_morning(max(closes - policy.before, now), timezone, policy)
    return at if at < closes else None
