"""Check-ins: pay, streaks and freezes, by tables of facts."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import pytest

from bot.rules.checkins.checkins import (
    AlreadyCheckedIn,
    CheckedIn,
    CheckInFacts,
    CheckInPolicy,
    CoveredDay,
    base_pay,
    check_in,
    find_restorable,
    pay,
    round_half_up,
    streak_on,
)
from bot.rules.streaks import Cover, Restorable, StreakNow
from tests.rules.checkins.streaks import POLICY, checked, covers, nov


@pytest.mark.parametrize(
    ("length", "coins"), [(1, 5), (2, 6), (3, 8), (4, 10), (5, 12), (6, 15), (7, 20), (8, 20), (365, 20)]
)
def test_the_ladder(length: int, coins: int) -> None:
    """A check-in pays by the streak's length, and 20 beyond the seventh day."""
    assert base_pay(length, 100, POLICY) == coins


@pytest.mark.parametrize(
    ("amount", "percent", "coins"),
    [
        (5, 100, 5),
        (5, 110, 6),
        (5, 109, 5),
        (6, 125, 8),
        (8, 106, 8),
        (10, 105, 11),
        (15, 150, 23),
        (20, 0, 0),
        (1, 49, 0),
    ],
)
def test_rounding_half_up(amount: int, percent: int, coins: int) -> None:
    """The tier's per cent round half up, in integers."""
    assert round_half_up(amount, percent) == coins


@pytest.mark.parametrize(
    ("length", "paid", "bonus", "milestone"),
    [
        (6, 0, 0, 0),
        (7, 0, 50, 7),
        (8, 7, 0, 7),
        (8, 0, 50, 7),
        (29, 7, 0, 7),
        (30, 7, 50, 30),
        (31, 0, 100, 30),
        (100, 30, 50, 100),
        (101, 100, 0, 100),
        (200, 0, 150, 100),
    ],
)
def test_a_bonus_comes_once_a_run(length: int, paid: int, bonus: int, milestone: int) -> None:
    """Each milestone that the run has reached and not been paid for is paid, and not a second time."""
    due = pay(length, paid, 100, POLICY)
    assert (due.bonus, due.milestone) == (bonus, milestone)


def test_the_tier_multiplies_the_ladder_and_not_the_bonus() -> None:
    """At 150 per cent the seventh day pays 30 and still 50."""
    outcome = checked(CheckInFacts(covers("xxxxxx", 1), tier_percent=150, balance=7), 7)
    assert (outcome.coins, outcome.bonus, outcome.balance, outcome.tomorrow) == (30, 50, 87, 30)


def test_the_first_check_in() -> None:
    """Who never checked in begins a streak of one."""
    outcome, new = check_in(CheckInFacts(()), nov(2), POLICY)
    assert outcome == CheckedIn(day=nov(2), coins=5, bonus=0, length=1, milestone=0, balance=5, tomorrow=6)
    assert new == (CoveredDay(nov(2), Cover.CHECKED, 1),)


def test_no_streak_is_stuck_by_a_float_comparison() -> None:
    """Peers' bug "streak stuck at 1": days apart were a rounded float, compared with the integer 1."""
    known: tuple[CoveredDay, ...] = ()
    day = date(2026, 3, 1)  # over both changes of the clocks, where a day has 23 or 25 hours
    for length in range(1, 251):
        outcome, new = check_in(CheckInFacts(known[-13:]), day, POLICY)
        assert isinstance(outcome, CheckedIn)
        assert outcome.length == length
        assert type(outcome.length) is int
        known, day = (*known, *new), day + timedelta(days=1)


def test_a_streak_across_a_month_and_a_leap_day() -> None:
    """Days follow one another by the calendar, whatever the month."""
    facts = CheckInFacts((CoveredDay(date(2028, 2, 28), Cover.CHECKED, 3),))
    outcome, new = check_in(facts, date(2028, 2, 29), POLICY)
    assert isinstance(outcome, CheckedIn)
    assert outcome.length == 4
    after, _ = check_in(replace(facts, covers=(*facts.covers, *new)), date(2028, 3, 1), POLICY)
    assert isinstance(after, CheckedIn)
    assert after.length == 5


@pytest.mark.parametrize(
    ("marks", "today", "frozen", "length", "missed"),
    [
        pytest.param("xxx.", 5, 4, 4, (), id="one missed day: the freeze closes it and the run goes on"),
        pytest.param("xxx..", 6, 4, 1, (5,), id="two: the oldest is frozen, one make-up is left"),
        pytest.param("xxx....", 8, 4, 1, (5, 6, 7), id="four: three make-ups are left"),
        pytest.param("xxx.....", 9, None, 1, (), id="five: more than three make-ups, so nothing is burnt"),
        pytest.param("x" + "." * 30, 32, None, 1, (), id="a month: lost"),
    ],
)
def test_the_freeze_closes_the_oldest_missed_day(
    marks: str, today: int, frozen: int | None, length: int, missed: Sequence[int]
) -> None:
    """One day a month is held for nothing, if make-ups can mend the rest."""
    outcome = checked(CheckInFacts(covers(marks, 1)), today)
    left = outcome.restorable.missed if outcome.restorable else ()
    assert (outcome.frozen, outcome.length) == (nov(frozen) if frozen else None, length)
    assert left == tuple(nov(day) for day in missed)


def test_a_frozen_day_holds_and_does_not_count() -> None:
    """Three days, a frozen one, and the fourth pays for a length of four."""
    outcome, new = check_in(CheckInFacts(covers("xxx", 1)), nov(5), POLICY)
    assert isinstance(outcome, CheckedIn)
    assert (outcome.length, outcome.coins) == (4, 10)
    assert new == (CoveredDay(nov(4), Cover.FROZEN, 3), CoveredDay(nov(5), Cover.CHECKED, 4))


def test_a_month_has_one_freeze() -> None:
    """Once November's freeze is used, the next missed day of November waits for a make-up."""
    outcome = checked(CheckInFacts(covers("xfxx.", 1), frozen_months=frozenset({"2026-11"})), 6)
    assert (outcome.frozen, outcome.length) == (None, 1)
    assert outcome.restorable == Restorable(length=5, missed=(nov(5),), price=20)


@pytest.mark.parametrize(("used", "frozen"), [("2026-11", None), ("2026-12", nov(30)), ("2026-10", nov(30))])
def test_a_freeze_belongs_to_the_month_of_the_missed_day(used: str, frozen: date | None) -> None:
    """The thirtieth of November, missed and met on the first of December, takes November's freeze."""
    outcome = checked(CheckInFacts(covers("xx.", 28), frozen_months=frozenset({used})), 31)
    assert outcome.frozen == frozen


@pytest.mark.parametrize(
    ("marks", "today", "used", "frozen"),
    [
        pytest.param("xxx.", 5, 3, 4, id="nothing else is missed: no make-up needed"),
        pytest.param("xxx..", 6, 2, 4, id="one make-up needed and left"),
        pytest.param("xxx..", 6, 3, None, id="one needed, none left this month"),
        pytest.param("xxx...", 7, 2, None, id="two needed, one left"),
        pytest.param("x..", 28, 3, 26, id="none left, but the next month comes while the day is in reach"),
    ],
)
def test_a_freeze_is_not_burnt_where_make_ups_are_spent(marks: str, today: int, used: int, frozen: int | None) -> None:
    """A run that this month's make-ups can't bring back keeps its freeze for another one."""
    first = today - len(marks)
    outcome = checked(CheckInFacts(covers(marks, first), make_ups_this_month=used), today)
    assert outcome.frozen == (nov(frozen) if frozen else None)


def test_a_day_is_done_once() -> None:
    """The second check-in shows the streak, tomorrow's pay and what can be restored."""
    facts = CheckInFacts(covers("xx.x", 1), balance=9)
    assert check_in(facts, nov(4), POLICY) == (
        AlreadyCheckedIn(1, 6, 9, Restorable(4, (nov(3),), 20)),
        (),
    )


@pytest.mark.parametrize("today", [4, 5])
def test_after_a_time_zone_change_a_day_must_be_later(today: int) -> None:
    """Going west, the calendar repeats a day or stands before the last one: it counts as done."""
    facts = CheckInFacts(covers("xxxxx", 1), balance=9)
    assert check_in(facts, nov(today), POLICY) == (AlreadyCheckedIn(5, 15, 9), ())
    assert checked(facts, 6).length == 6


@pytest.mark.parametrize(
    ("marks", "today", "expected"),
    [
        pytest.param("", 3, StreakNow(0, checked_in=False, tomorrow=5), id="never"),
        pytest.param("xx", 2, StreakNow(2, checked_in=True, tomorrow=8), id="done today"),
        pytest.param("xx", 3, StreakNow(2, checked_in=False, tomorrow=8), id="not yet today"),
        pytest.param("xx", 4, StreakNow(2, checked_in=False, tomorrow=8), id="the freeze will hold it"),
        pytest.param("xx", 5, StreakNow(0, checked_in=False, tomorrow=5), id="two days missed: a new one"),
        pytest.param(
            "xx.x",
            4,
            StreakNow(1, checked_in=True, tomorrow=6, restorable=Restorable(4, (nov(3),), 20)),
            id="the older one can come back",
        ),
    ],
)
def test_the_streak_as_a_card_shows_it(marks: str, today: int, expected: StreakNow) -> None:
    """The card tells what the next check-in would."""
    assert streak_on(CheckInFacts(covers(marks, 1)), nov(today), POLICY) == expected


def test_a_community_can_change_the_numbers() -> None:
    """Ladder, bonuses, prices and window are a policy, not constants."""
    policy = CheckInPolicy(ladder=(1, 2), bonuses=((2, 9),), make_up_prices=(3,), make_up_window=timedelta(days=2))
    outcome = checked(CheckInFacts(covers("x", 1)), 2, policy)
    assert (outcome.coins, outcome.bonus, outcome.tomorrow) == (2, 9, 2)
    gap = CheckInFacts(covers("x.x", 1), balance=3)
    assert find_restorable(gap, nov(3), policy) == Restorable(3, (nov(2),), 3)
    assert find_restorable(CheckInFacts(covers("x.xx", 1)), nov(5), policy) is None
