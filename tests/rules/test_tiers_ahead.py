"""What is ahead of a tier: stored dates agree with settling from scratch, and a fan hears what is missing."""

import random
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rules.calendar import DAY
from bot.rules.tiers import POINT, DayOfDeeds, Deed, Tier, TierNow, TierPolicy, score, settle, sums_of
from bot.rules.tiers_ahead import (
    KindSum,
    Missing,
    fall_ahead,
    first_look,
    look_ahead,
    missing_points,
    sums_by_kind,
)
from tests.rules.test_tiers import DEEDS, FIRST

POLICY = TierPolicy()
LAST = FIRST + timedelta(days=320)


def settled(deeds: list[DayOfDeeds], on: date) -> tuple[TierNow, dict[date, int]]:
    """The tier on a day, from scratch, by the deeds until then."""
    sums = {day: points for day, points in sums_of(deeds, POLICY).items() if day <= on}
    return settle(TierNow(), sums, on, POLICY), sums


@given(DEEDS, st.integers(0, 320))
def test_the_next_fall_is_the_one_that_settling_finds(deeds: list[DayOfDeeds], day: int) -> None:
    """The tier holds to the end of the stored day if nothing is done, and is lower on the day after."""
    today = FIRST + timedelta(days=day)
    known, sums = settled(deeds, today)
    falls_on = look_ahead(known, sums, today, POLICY).falls_on
    assert (falls_on is None) == (known.tier is Tier.NEW)
    if falls_on is not None:
        assert settle(known, sums, falls_on, POLICY).tier is known.tier
        assert settle(known, sums, falls_on + DAY, POLICY).tier is known.tier.below


@given(DEEDS, st.lists(st.integers(0, 320), max_size=8), st.integers())
def test_settling_now_and_then_in_any_order_of_replay_comes_to_the_same(
    deeds: list[DayOfDeeds], asked: list[int], seed: int
) -> None:
    """Incremental equals from scratch: tier, rise, next fall and next look, whatever the order of the deeds."""
    shuffled = deeds[:]
    random.Random(seed).shuffle(shuffled)
    known = TierNow()
    for day in sorted(asked):
        today = FIRST + timedelta(days=day)
        known = settle(known, {d: p for d, p in sums_of(shuffled, POLICY).items() if d <= today}, today, POLICY)
    sums = sums_of(shuffled, POLICY)
    step_by_step = settle(known, sums, LAST, POLICY)
    at_once = settle(TierNow(), sums_of(deeds, POLICY), LAST, POLICY)
    assert step_by_step == at_once
    assert look_ahead(step_by_step, sums, LAST, POLICY) == look_ahead(at_once, sums_of(deeds, POLICY), LAST, POLICY)


@given(DEEDS, st.integers(0, 200))
def test_check_ins_and_messages_raise_nobody_before_the_day_to_look(deeds: list[DayOfDeeds], day: int) -> None:
    """Somebody who does all that can be done each day, today too, keeps the tier until the day before."""
    today = FIRST + timedelta(days=day)
    known, _ = settled(deeds, today)
    before = [one for one in deeds if one.day <= today]
    look_on = look_ahead(known, sums_of(before, POLICY), today, POLICY).look_on
    daily = [
        DayOfDeeds(today + DAY * number, kind, 1)
        for number in range((look_on - today).days)
        for kind in (Deed.CHECK_IN, Deed.MESSAGE)
    ]
    higher = known.tier.above
    if higher is not None:
        sums = sums_of([*before, *daily], POLICY)
        assert all(score(sums, one.day) < POLICY.begins[higher] * POINT for one in daily)


@given(DEEDS, st.integers(0, 320))
def test_the_kinds_add_up_to_the_score(deeds: list[DayOfDeeds], day: int) -> None:
    """What a fan reads by kind is the whole score, in whole points."""
    today = FIRST + timedelta(days=day)
    before = [one for one in deeds if one.day <= today]
    known, sums = settled(deeds, today)
    shown = sums_by_kind(before, known, today, POLICY)
    assert sum(one.points for one in shown.sums) == shown.points == score(sums, today) // POINT


def test_somebody_new_is_looked_at_when_ten_days_could_be_enough() -> None:
    """Ten days of three points are thirty: the tenth day is the first on which it can be."""
    assert first_look(date(2026, 11, 1), POLICY) == date(2026, 11, 10)


@pytest.mark.parametrize(
    ("points", "days", "missing"),
    [
        (28, None, Missing(28, 9, 2)),
        (1, None, Missing(1, 1, 0)),
        (9, None, Missing(9, 5, 0)),
        (90, None, Missing(90, 23, 9)),
        (14, 3, Missing(14, 3, 2)),
        (4, 8, Missing(4, 2, 0)),
    ],
)
def test_what_is_missing_in_words_a_fan_understands(points: int, days: int | None, missing: Missing) -> None:
    """Half by streams and the rest by check-ins; by a fall only as many check-ins as there are days."""
    assert missing == missing_points(points * POINT, POLICY, days)


def test_what_keeps_a_tier_counts_what_halves_until_then() -> None:
    """Doing what the warning says, in the days that are left, keeps the tier."""
    known = TierNow(Tier.FAN, date(2026, 10, 1), date(2026, 12, 24))
    sums = {date(2026, 12, 1): 24 * POINT}
    falls_on = look_ahead(known, sums, date(2026, 12, 24), POLICY).falls_on
    assert falls_on == date(2026, 12, 31)
    keeps = fall_ahead(known, falls_on, sums, date(2026, 12, 24), POLICY).keeps
    done = dict(sums)
    for number in range(keeps.check_ins):
        day = date(2026, 12, 24) + DAY * number
        done[day] = done.get(day, 0) + POLICY.a_day[Deed.CHECK_IN] * POINT
    day = date(2026, 12, 24)
    done[day] = done.get(day, 0) + keeps.streams * POLICY.each[Deed.STREAM] * POINT
    assert settle(known, done, date(2027, 1, 1), POLICY).tier is Tier.FAN


def test_a_sum_of_nothing() -> None:
    """Somebody new reads no sums, and what brings the first tier."""
    shown = sums_by_kind((), TierNow(), FIRST, POLICY)
    assert (shown.points, shown.sums, shown.higher, shown.falling) == (0, (), Tier.FAN, None)
    assert shown.lacking == Missing(30, 8, 3)
    one = sums_by_kind([DayOfDeeds(FIRST, Deed.STREAM, 1)], TierNow(), FIRST, POLICY)
    assert one.sums == (KindSum(Deed.STREAM, 5),)
