"""Tiers: each deed of a member is worth points that halve every 30 days, and the sum gives one of four tiers.

Scores are whole micro-points, and a table of whole days halves them. So adding up in any order, on any machine, gives
the same tier.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum

from bot.rules.calendar import DAY

POINT = 1_000_000
"""Micro-points in one point."""
ORDER_SHARE = 1_000
"""The parts of a point in which orders are counted, and what a file of members brings."""
_HALF_LIFE = 30
_HALVES = (
    1_000_000,
    977_160,
    954_842,
    933_033,
    911_722,
    890_899,
    870_551,
    850_667,
    831_238,
    812_252,
    793_701,
    775_572,
    757_858,
    740_549,
    723_635,
    707_107,
    690_956,
    675_175,
    659_754,
    644_685,
    629_961,
    615_572,
    601_513,
    587_774,
    574_349,
    561_231,
    548_412,
    535_887,
    523_647,
    511_687,
)
"""Micro-points left of a point after 0 to 29 days: 10⁶ · 2^(-days/30), rounded. Each further 30 days halve them."""
MEMORY = timedelta(days=600)
"""A deed is forgotten after twenty halvings, when it is worth a millionth."""


class Tier(StrEnum):
    """How close a fan is to the shop, lowest first."""

    NEW = "new"
    FAN = "fan"
    LOYAL = "loyal"
    CORE = "core"

    @property
    def step(self) -> int:
        """From 0 for the lowest tier to 3."""
        return _STEPS[self]

    def at_least(self, other: "Tier") -> bool:
        """Whether this tier is `other` or higher."""
        return self.step >= other.step

    @property
    def above(self) -> "Tier | None":
        """The next higher tier; None above the highest."""
        return _ORDER[self.step + 1] if self.step + 1 < len(_ORDER) else None

    @property
    def below(self) -> "Tier":
        """The next lower tier; the lowest itself."""
        return _ORDER[max(self.step - 1, 0)]


_ORDER = tuple(Tier)
_STEPS = {tier: step for step, tier in enumerate(_ORDER)}


class Deed(StrEnum):
    """Kinds of activity that count for the tier, in the order in which a fan is shown them."""

    CHECK_IN = "checkin"
    MESSAGE = "message"
    STREAM = "stream"
    REDEEM = "redeem"
    ORDER = "order"
    """Counted in thousandths of a point, see `order_share`."""
    FRIEND = "friend"
    """A friend whom they invited, and who stayed."""
    ANSWER = "answer"
    """They answered a question, or their wish was listed."""
    FEEDBACK = "feedback"
    BROUGHT = "brought"
    """What a file of members brought along, in thousandths of a point. It counts from the day of the file."""


@dataclass(frozen=True, slots=True)
class TierPolicy:
    """What deeds are worth in points, and where tiers begin."""

    a_day: Mapping[str, int] = field(default_factory=lambda: {Deed.CHECK_IN: 2, Deed.MESSAGE: 1})
    """Points for each day with at least one such deed."""
    each: Mapping[str, int] = field(
        default_factory=lambda: {
            Deed.STREAM: 5,
            Deed.REDEEM: 15,
            Deed.FRIEND: 20,
            Deed.ANSWER: 3,
            Deed.FEEDBACK: 5,
        }
    )
    """Points for each such deed."""
    orders_a_month: int = 60
    """The most points that orders bring in a calendar month."""
    order_unit: Mapping[str, int] = field(default_factory=lambda: {"KRW": 2_000, "CNY": 10_00, "USD": 1_50})
    """Minor units of a currency that are worth a point: ₩2,000, ¥10, $1.50."""
    begins: Mapping[Tier, int] = field(
        default_factory=lambda: {Tier.NEW: 0, Tier.FAN: 30, Tier.LOYAL: 120, Tier.CORE: 300}
    )
    """The points from which on a member has a tier."""
    safe_after_rise: timedelta = timedelta(days=30)
    """For this long after a rise a member's tier doesn't fall."""
    check_in_percent: Mapping[Tier, int] = field(
        default_factory=lambda: {Tier.NEW: 100, Tier.FAN: 110, Tier.LOYAL: 125, Tier.CORE: 150}
    )
    """What a check-in pays, in per cent of the ladder."""
    warned_before: timedelta = timedelta(days=7)
    """A fall is told of so long before the month's end at which it comes. Whole days."""
    chunk: int = 200
    """Members that one write of the clock looks at."""
    nudge_hour: int = 10
    """The hour of the shop's day at which the owner hears who became core since the day before."""
    nudge_names: int = 5
    """Fans that one nudge names."""
    nudge_kept: timedelta = timedelta(days=7)
    """A nudge that can't reach the owner is given up after this time."""


@dataclass(frozen=True, slots=True)
class DayOfDeeds:
    """How often a member did one kind of thing on one day."""

    day: date
    kind: str
    times: int


@dataclass(frozen=True, slots=True)
class TierNow:
    """A member's tier, computed up to and including the day `settled_on`."""

    tier: Tier = Tier.NEW
    rose_on: date | None = None
    settled_on: date | None = None


def order_share(minor_units: int, currency: str, policy: TierPolicy) -> int:
    """An order's worth in thousandths of a point, at most the limit of a month. 0 for a currency without a unit."""
    unit = policy.order_unit.get(currency)
    if unit is None or minor_units <= 0:
        return 0
    return min(minor_units * ORDER_SHARE // unit, policy.orders_a_month * ORDER_SHARE)


def sums_of(deeds: Iterable[DayOfDeeds], policy: TierPolicy) -> dict[date, int]:
    """Micro-points by day, not halved yet. The order of `deeds` doesn't matter."""
    sums: dict[date, int] = {}
    ordered: dict[date, int] = {}
    for deed in deeds:
        if deed.kind == Deed.ORDER:
            ordered[deed.day] = ordered.get(deed.day, 0) + deed.times * (POINT // ORDER_SHARE)
        elif deed.kind == Deed.BROUGHT:
            sums[deed.day] = sums.get(deed.day, 0) + max(deed.times, 0) * (POINT // ORDER_SHARE)
        elif deed.times > 0:
            points = policy.a_day.get(deed.kind, 0) + policy.each.get(deed.kind, 0) * deed.times
            if points:
                sums[deed.day] = sums.get(deed.day, 0) + points * POINT
    room: dict[tuple[int, int], int] = {}
    for day in sorted(ordered):
        month = (day.year, day.month)
        left = room.get(month, policy.orders_a_month * POINT)
        counted = min(max(ordered[day], 0), left)
        room[month] = left - counted
        if counted:
            sums[day] = sums.get(day, 0) + counted
    return sums


def score(sums: Mapping[date, int], on: date) -> int:
    """Micro-points at the end of the day `on`. Later days don't count."""
    return sum(points_left(points, (on - day).days) for day, points in sums.items() if day <= on)


def points_left(points: int, age: int) -> int:
    """What is left of micro-points after so many days."""
    if age > MEMORY.days:
        return 0
    halvings, days = divmod(age, _HALF_LIFE)
    return (points * _HALVES[days] // POINT) >> halvings


def tier_of_score(micro_points: int, policy: TierPolicy) -> Tier:
    """The highest tier for which a score is enough."""
    return max((tier for tier in Tier if micro_points >= policy.begins[tier] * POINT), key=lambda tier: tier.step)


def settle(known: TierNow, sums: Mapping[date, int], today: date, policy: TierPolicy) -> TierNow:
    """The tier on `today`. It rises at once, and falls only at a month's end.

    It falls by at most one tier a month, and never within 30 days after a rise. Each day with deeds and each month's
    end since `known` is judged in order, so that the days of earlier calls make no difference.
    """
    since = known.settled_on if known.settled_on is not None else min(sums, default=today)
    if known.settled_on is not None and today < since:
        return known  # the time zone changed, and `today` is already settled
    days = {day for day in sums if since <= day <= today} | {today}
    tier, rose_on = known.tier, known.rose_on
    ends = _ends_of_months(since, today)
    for day in sorted(days | set(ends)):
        points = score(sums, day)
        worth = tier_of_score(points, policy)
        if worth.step > tier.step:
            tier, rose_on = worth, day
        elif day in ends and worth.step < tier.step and (rose_on is None or day - rose_on >= policy.safe_after_rise):
            tier = _ORDER[tier.step - 1]
    return TierNow(tier, rose_on, today)


def _ends_of_months(since: date, today: date) -> Sequence[date]:
    """The last days of the months that ended from `since` to the day before `today`, the latest first."""
    ends = []
    first = today.replace(day=1)
    while (last := first - DAY) >= since:
        ends.append(last)
        first = last.replace(day=1)
    return ends
