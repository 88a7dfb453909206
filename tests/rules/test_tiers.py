"""Tiers: points that halve, four steps, up at once and down at a month's end."""

import random
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rules.tiers import (
    MEMORY,
    POINT,
    DayOfDeeds,
    Deed,
    Tier,
    TierNow,
    TierPolicy,
    order_share,
    score,
    settle,
    sums_of,
    tier_of_score,
)

POLICY = TierPolicy()
DAY = timedelta(days=1)
FIRST = date(2026, 3, 2)

DEEDS = st.lists(
    st.builds(
        DayOfDeeds,
        st.integers(0, 300).map(lambda days: FIRST + timedelta(days=days)),
        st.sampled_from([deed.value for deed in Deed if deed is not Deed.ORDER]),
        st.integers(1, 4),
    ),
    max_size=60,
)


def check_ins(days: int, first: date = FIRST) -> list[DayOfDeeds]:
    """A check-in on each of so many days."""
    return [DayOfDeeds(first + DAY * number, Deed.CHECK_IN, 1) for number in range(days)]


@pytest.mark.parametrize(
    ("kind", "times", "points"),
    [
        (Deed.CHECK_IN, 1, 2),
        (Deed.MESSAGE, 70, 1),
        (Deed.STREAM, 2, 10),
        (Deed.REDEEM, 1, 15),
        (Deed.FRIEND, 1, 20),
        (Deed.ANSWER, 1, 3),
        (Deed.FEEDBACK, 1, 5),
        (Deed.ORDER, 1_500, 1.5),
        ("claim", 9, 0),
    ],
)
def test_what_deeds_are_worth_on_their_day(kind: str, times: int, points: float) -> None:
    """Each kind by its weight; a day with many messages counts once."""
    sums = sums_of([DayOfDeeds(FIRST, kind, times)], POLICY)
    assert points * POINT == score(sums, FIRST)


def test_a_deed_halves_every_thirty_days_and_is_forgotten() -> None:
    """One stream: 5 points, 2.5 after 30 days, 1.25 after 60, none after the memory's end."""
    sums = {FIRST: 5 * POINT}
    halves = [score(sums, FIRST + timedelta(days=days)) for days in (0, 30, 60, MEMORY.days + 1)]
    assert halves == [5_000_000, 2_500_000, 1_250_000, 0]
    assert score(sums, FIRST - DAY) == 0


@pytest.mark.parametrize(
    ("minor", "currency", "share"),
    [
        (2_000, "KRW", 1_000),
        (3_000, "KRW", 1_500),
        (10_00, "CNY", 1_000),
        (75, "USD", 500),
        (9, "EUR", 0),
        (-5, "KRW", 0),
    ],
)
def test_orders_count_by_their_currency(minor: int, currency: str, share: int) -> None:
    """₩2,000, ¥10 and $1.50 are a point; other currencies have no unit."""
    assert share == order_share(minor, currency, POLICY)


def test_orders_bring_at_most_sixty_points_a_month() -> None:
    """Two large orders in March count as one full month's worth, one in April counts anew."""
    big = order_share(10_000_000, "KRW", POLICY)
    deeds = [DayOfDeeds(FIRST, Deed.ORDER, big), DayOfDeeds(FIRST + DAY, Deed.ORDER, big)]
    assert sums_of(deeds, POLICY) == {FIRST: 60 * POINT}
    april = DayOfDeeds(date(2026, 4, 1), Deed.ORDER, big)
    assert sums_of([*deeds, april], POLICY)[april.day] == 60 * POINT


@pytest.mark.parametrize(
    ("points", "tier"),
    [(0, Tier.NEW), (29.999_999, Tier.NEW), (30, Tier.FAN), (120, Tier.LOYAL), (299, Tier.LOYAL), (300, Tier.CORE)],
)
def test_where_tiers_begin(points: float, tier: Tier) -> None:
    """The bounds belong to the better tier."""
    assert tier is tier_of_score(round(points * POINT), POLICY)


def test_a_rise_is_at_once_and_a_fall_waits_for_the_months_end() -> None:
    """Twenty check-ins make a fan; silent since, they fall only at the end of a month, 30 days after the rise."""
    sums = sums_of(check_ins(20), POLICY)
    risen = settle(TierNow(), sums, FIRST + DAY * 19, POLICY)
    assert (risen.tier, risen.rose_on is not None) == (Tier.FAN, True)
    assert risen.rose_on is not None
    assert tier_of_score(score(sums, date(2026, 4, 29)), POLICY) is Tier.NEW
    assert settle(risen, sums, date(2026, 4, 30), POLICY).tier is Tier.FAN
    assert settle(risen, sums, date(2026, 5, 1), POLICY).tier is Tier.NEW


def test_nobody_falls_within_thirty_days_of_a_rise() -> None:
    """A rise on the 20th outlives its month's end, however little is left of the score."""
    rose = date(2026, 4, 20)
    known = TierNow(Tier.LOYAL, rose, rose)
    assert settle(known, {}, date(2026, 5, 1), POLICY).tier is Tier.LOYAL
    assert settle(known, {}, date(2026, 6, 1), POLICY).tier is Tier.FAN


def test_a_fall_is_one_tier_a_month() -> None:
    """Core with nothing left takes three month's ends to be new again, also if nobody asked meanwhile."""
    known = TierNow(Tier.CORE, date(2026, 1, 1), date(2026, 3, 15))
    ends = [date(2026, 4, 1), date(2026, 5, 1), date(2026, 6, 1), date(2026, 9, 1)]
    assert [settle(known, {}, end, POLICY).tier for end in ends] == [Tier.LOYAL, Tier.FAN, Tier.NEW, Tier.NEW]


@given(DEEDS, st.integers())
def test_any_order_of_replay_gives_the_same_sums(deeds: list[DayOfDeeds], seed: int) -> None:
    """Adding up is order-free to the last micro-point."""
    shuffled = deeds[:]
    random.Random(seed).shuffle(shuffled)
    assert sums_of(deeds, POLICY) == sums_of(shuffled, POLICY)


@given(DEEDS, st.lists(st.integers(0, 330), max_size=6))
def test_it_makes_no_difference_when_one_asks(deeds: list[DayOfDeeds], asked: list[int]) -> None:
    """Settling day by day, or once at the end, comes to the same tier and the same rise."""
    end = FIRST + timedelta(days=340)
    sums = sums_of(deeds, POLICY)
    known = TierNow()
    for day in sorted(asked):
        today = FIRST + timedelta(days=day)
        known = settle(known, {day: points for day, points in sums.items() if day <= today}, today, POLICY)
    assert settle(TierNow(), sums, end, POLICY) == settle(known, sums, end, POLICY)


def test_another_zones_yesterday_changes_nothing() -> None:
    """After a move to the west, today may be a day that was settled."""
    known = TierNow(Tier.FAN, FIRST, FIRST)
    assert known == settle(known, {}, FIRST - DAY, POLICY)
