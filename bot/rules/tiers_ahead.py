"""What is ahead of a member's tier, and what they hear of it: the next fall, what is missing, their sums."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from bot.rules.calendar import DAY, end_of_month
from bot.rules.tiers import (
    MEMORY,
    POINT,
    DayOfDeeds,
    Deed,
    Tier,
    TierNow,
    TierPolicy,
    points_left,
    score,
    sums_of,
    tier_of_score,
)

_LONGEST_MONTHS = timedelta(days=62)
"""After a deed is forgotten, two months' ends come at the latest within this time."""


class Untold(StrEnum):
    """What a member couldn't be told of their tier, so that the next check-in tells it."""

    RISE = "rise"
    FALL = "fall"


@dataclass(frozen=True, slots=True)
class TierAhead:
    """When a settled tier can change, so that nobody need be looked at before.

    Days with a check-in or with messages only put these dates off. After any other deed, and after one that is taken
    back, they are worked out anew.
    """

    falls_on: date | None
    """The month's end at which the tier falls if nothing more is done; None if it can't fall."""
    look_on: date
    """Before this day check-ins and messages alone can't raise the tier."""


@dataclass(frozen=True, slots=True)
class Opens:
    """What a tier opens."""

    percent: int
    """What a check-in pays, in per cent."""
    early_minutes: int
    """Minutes by which drops open earlier; 0 for none."""


@dataclass(frozen=True, slots=True)
class Rise:
    """A rise as its fan hears of it."""

    tier: Tier
    opens: Opens


@dataclass(frozen=True, slots=True)
class Missing:
    """Points that are missing, and about what brings them."""

    points: int
    check_ins: int
    streams: int


@dataclass(frozen=True, slots=True)
class FallAhead:
    """A fall ahead as its fan hears of it."""

    tier: Tier
    """The tier that they have."""
    falls_on: date
    """The last day on which it can be kept."""
    keeps: Missing
    """What keeps it."""


@dataclass(frozen=True, slots=True)
class KindSum:
    """What one kind of deed is worth to a member now."""

    what: Deed
    points: int
    """Whole points."""


@dataclass(frozen=True, slots=True)
class TierSums:
    """A member's score by kind, and what is missing to the next tier."""

    tier: Tier
    points: int
    """Whole points now."""
    sums: tuple[KindSum, ...]
    """The kinds that are worth something. They add up to `points`."""
    higher: Tier | None
    """The next tier; None above the highest."""
    lacking: Missing | None
    """What is missing to it."""
    falling: FallAhead | None = None
    """A fall that is less than a warning's time ahead."""


def look_ahead(known: TierNow, sums: Mapping[date, int], today: date, policy: TierPolicy) -> TierAhead:
    """When a tier that is settled on `today` can change next."""
    return TierAhead(_falls_on(known, sums, today, policy), _look_on(known.tier, score(sums, today), today, policy))


def first_look(joined_on: date, policy: TierPolicy) -> date:
    """The first day on which check-ins and messages alone can raise somebody who was never settled."""
    return _look_on(Tier.NEW, 0, joined_on, policy)


def _look_on(tier: Tier, points: int, today: date, policy: TierPolicy) -> date:
    """The first day on which daily deeds could make up what is missing. Deeds of `today` may still be missing."""
    higher = tier.above
    if higher is None:
        return today + MEMORY
    missing = policy.begins[higher] * POINT - points
    a_day = sum(policy.a_day.values()) * POINT
    days = -(-missing // a_day) - 1 if a_day else MEMORY.days
    return today + timedelta(days=min(max(days, 0), MEMORY.days))


def _falls_on(known: TierNow, sums: Mapping[date, int], today: date, policy: TierPolicy) -> date | None:
    """The first month's end from `today` on at which too little is left of the score."""
    if known.tier is Tier.NEW:
        return None
    end = end_of_month(today)
    while end - today <= MEMORY + _LONGEST_MONTHS:
        safe = known.rose_on is not None and end - known.rose_on < policy.safe_after_rise
        if not safe and not tier_of_score(score(sums, end), policy).at_least(known.tier):
            return end
        end = end_of_month(end + DAY)
    return None  # a shop may let its lowest tiers begin at no points


def missing_points(micro_points: int, policy: TierPolicy, check_ins: int | None = None) -> Missing:
    """About what brings so many micro-points: half of them by streams, the rest by check-ins.

    `check_ins` is the most check-ins that there is time for.
    """
    a_day, a_stream = policy.a_day[Deed.CHECK_IN], policy.each[Deed.STREAM]
    points = max(-(-micro_points // POINT), 1)
    streams = points // (2 * a_stream)
    days = -(-(points - a_stream * streams) // a_day)
    if check_ins is not None and days > check_ins:
        days = check_ins
        streams = max(-(-(points - a_day * days) // a_stream), 0)
    return Missing(points, days, streams)


def fall_ahead(known: TierNow, falls_on: date, sums: Mapping[date, int], today: date, policy: TierPolicy) -> FallAhead:
    """What a fan hears of a fall: what is done today and until then halves a little, so a bit more is asked for."""
    days = (falls_on - today).days
    lacking = policy.begins[known.tier] * POINT - score(sums, falls_on)
    asked = -(-lacking * POINT // points_left(POINT, days))
    return FallAhead(known.tier, falls_on, missing_points(asked, policy, days + 1))


def sums_by_kind(deeds: Iterable[DayOfDeeds], known: TierNow, today: date, policy: TierPolicy) -> TierSums:
    """A member's score by kind. The kinds' whole points add up to the whole score: the largest takes the rounding."""
    deeds = tuple(deeds)
    all_sums = sums_of(deeds, policy)
    total = score(all_sums, today)
    exact = {kind: score(sums_of((one for one in deeds if one.kind == kind), policy), today) for kind in Deed}
    points = {kind: value // POINT for kind, value in exact.items()}
    rest = total // POINT - sum(points.values())
    for kind in sorted(exact, key=lambda one: exact[one] % POINT, reverse=True)[:rest]:
        points[kind] += 1
    higher = known.tier.above
    lacking = policy.begins[higher] * POINT - total if higher is not None else 0
    falls_on = _falls_on(known, all_sums, today, policy)
    soon = falls_on is not None and falls_on - today <= policy.warned_before
    return TierSums(
        tier=known.tier,
        points=total // POINT,
        sums=tuple(KindSum(kind, value) for kind, value in points.items() if value),
        higher=higher,
        lacking=missing_points(lacking, policy) if higher is not None and lacking > 0 else None,
        falling=fall_ahead(known, falls_on, all_sums, today, policy) if falls_on is not None and soon else None,
    )
