"""Make-ups: prices, what can be restored, and make-ups that cost nothing, by tables of facts."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from bot.rules.checkins.checkins import (
    CheckedIn,
    CheckInFacts,
    CheckInFirst,
    CoveredDay,
    MadeUp,
    MakeUpDecision,
    MakeUpsUsed,
    MissedTooLong,
    NothingToMakeUp,
    TooFewCoins,
    check_in,
    find_restorable,
    missed_days,
)
from bot.rules.checkins.make_ups import make_up
from bot.rules.streaks import Cover, Restorable
from tests.rules.checkins.streaks import POLICY, RICH, checked, covers, made_up, nov


@pytest.mark.parametrize(("used", "price"), [(0, 20), (1, 40), (2, 80), (3, None)])
def test_prices_of_make_ups(used: int, price: int | None) -> None:
    """The first, second and third make-up of a month cost 20, 40 and 80; there is no fourth."""
    facts = CheckInFacts(covers("xxx.x", 1), make_ups_this_month=used, balance=RICH)
    now = find_restorable(facts, nov(5), POLICY)
    assert (now.price if now else None) == price
    outcome = make_up(facts, nov(5), POLICY)
    if price is None:
        assert outcome == MakeUpsUsed(3, in_time=False)
    else:
        assert isinstance(outcome, MakeUpDecision)
        assert outcome.outcome == MadeUp(nov(4), price, RICH - price, 5)


@pytest.mark.parametrize(
    ("marks", "today", "missed"),
    [
        pytest.param("xx.x", 4, (3,), id="yesterday's gap"),
        pytest.param("xx.xxxxxxx", 10, (3,), id="seven days old: just in reach"),
        pytest.param("xx.xxxxxxxx", 11, None, id="eight days old: gone"),
        pytest.param("xx.xx..x", 8, (6, 7), id="the newest gap first"),
        pytest.param("xx.xxmmx", 8, (3,), id="then the older one"),
        pytest.param("x...x", 5, (2, 3, 4), id="three days: three make-ups"),
        pytest.param("x....x", 6, None, id="four days: one too many"),
        pytest.param("xx" + "." * 7 + "x", 10, None, id="a gap as long as the window"),
        pytest.param("...x", 4, None, id="before the first check-in nothing was missed"),
        pytest.param("xxxx", 4, None, id="no gap"),
    ],
)
def test_what_can_be_restored(marks: str, today: int, missed: Sequence[int] | None) -> None:
    """A gap can be made_up if all of it is within seven days and three make-ups."""
    now = find_restorable(CheckInFacts(covers(marks, 1)), nov(today), POLICY)
    assert (now.missed if now else None) == (tuple(nov(day) for day in missed) if missed else None)


def test_a_gap_that_begins_outside_the_window_is_lost() -> None:
    """Its younger days could be made up, but would lead back to nothing."""
    facts = CheckInFacts(covers("xx..xxxxxxx", 1), balance=RICH)
    assert missed_days(facts.covers, nov(11), POLICY) == (nov(4),)
    assert find_restorable(facts, nov(11), POLICY) is None
    assert make_up(facts, nov(11), POLICY) == MissedTooLong(length=7, days=7, checked_in=True)


def test_a_make_up_counts_the_days_after_it_anew() -> None:
    """Length and milestone flow from the older run through every day that follows."""
    facts = CheckInFacts(covers("xxx", 1, length=10, milestone=7) + covers("xfx", 5), balance=100)
    done = made_up(facts, 7)
    assert done.changed == (
        CoveredDay(nov(4), Cover.MADE_UP, 14, 7),
        CoveredDay(nov(5), Cover.CHECKED, 15, 7),
        CoveredDay(nov(6), Cover.FROZEN, 15, 7),
        CoveredDay(nov(7), Cover.CHECKED, 16, 7),
    )
    assert done.outcome == MadeUp(nov(4), 20, 80, 16)


def test_a_half_closed_gap_restores_nothing_yet() -> None:
    """The oldest of two missed days joins the old run; today's streak waits for the other one."""
    done = made_up(CheckInFacts(covers("xxx..x", 1), balance=100), 6)
    assert done.outcome == MadeUp(nov(4), 20, 80, 1, Restorable(6, (nov(5),), 40))
    assert done.changed == (CoveredDay(nov(4), Cover.MADE_UP, 4), CoveredDay(nov(6), Cover.CHECKED, 1))


def test_a_milestone_crossed_by_a_make_up_is_paid_once() -> None:
    """A make-up pays nothing itself: the bonus for 7 comes with the next check-in, and not again after it."""
    done = made_up(CheckInFacts(covers("xxxxxx.x", 1), balance=100), 8)
    assert done.outcome.length == 8
    facts = CheckInFacts((*covers("xxxxxx", 1), *done.changed))
    outcome, new = check_in(facts, nov(9), POLICY)
    assert isinstance(outcome, CheckedIn)
    assert (outcome.length, outcome.bonus, outcome.milestone) == (9, 50, 7)
    assert checked(replace(facts, covers=(*facts.covers, *new)), 10).bonus == 0


def test_a_bonus_that_both_halves_were_paid_is_not_paid_again() -> None:
    """Two runs of seven, each paid, joined by a make-up: the next bonus is the one for 30."""
    facts = CheckInFacts(covers("x", 1, length=6, milestone=7) + covers("x", 3, length=6, milestone=7), balance=100)
    done = made_up(facts, 3)
    assert done.outcome.length == 9
    assert checked(CheckInFacts((facts.covers[0], *done.changed)), 4).bonus == 0


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        pytest.param(CheckInFacts(()), NothingToMakeUp(1, 7), id="never checked in"),
        pytest.param(CheckInFacts(covers("xxx", 1), balance=RICH), CheckInFirst(), id="not checked in today"),
        pytest.param(CheckInFacts(covers("xxxx", 1), balance=RICH), NothingToMakeUp(5, 7), id="nothing missed yet"),
        pytest.param(CheckInFacts(covers("xx.xx", 1), balance=19), TooFewCoins(20, 19), id="a coin too few"),
        pytest.param(CheckInFacts(covers("xxxxx", 1), balance=RICH), NothingToMakeUp(5, 7), id="no gap"),
        pytest.param(
            CheckInFacts(covers("xxxxx", 1), balance=RICH, make_ups_this_month=3),
            NothingToMakeUp(5, 7),
            id="no gap and none left",
        ),
        pytest.param(
            CheckInFacts(covers("xx.xx", 1), make_ups_this_month=3),
            MakeUpsUsed(3, in_time=False),
            id="none left, whatever the coins",
        ),
    ],
)
def test_refusals_of_a_make_up(facts: CheckInFacts, expected: object) -> None:
    """Each reason for which a day isn't made up, on the fifth."""
    assert make_up(facts, nov(5), POLICY) == expected


@pytest.mark.parametrize(
    ("marks", "today", "facts", "expected"),
    [
        pytest.param("xx....", 7, {}, CheckInFirst(), id="four days: the freeze closes the oldest"),
        pytest.param(
            "xx" + "." * 8, 11, {}, MissedTooLong(1, 7, checked_in=False), id="eight days, before the check-in"
        ),
        pytest.param("xx" + "." * 8 + "x", 11, {}, MissedTooLong(1, 7, checked_in=True), id="eight days, after it"),
        pytest.param(
            "xx....x", 7, {}, MissedTooLong(1, 7, checked_in=True, missed=4, left=3), id="more days than make-ups"
        ),
        pytest.param(
            "xx....",
            7,
            {"frozen_months": frozenset({"2026-11"})},
            MissedTooLong(1, 7, checked_in=False, missed=4, left=3),
            id="and the freeze is used",
        ),
        pytest.param("xx.x", 4, {"make_ups_this_month": 3}, MakeUpsUsed(3, in_time=False), id="too old on the 1st"),
        pytest.param(
            "x" * 28 + ".x", 30, {"make_ups_this_month": 3}, MakeUpsUsed(3, in_time=True), id="still good on the 1st"
        ),
    ],
)
def test_what_cannot_be_made_up_is_not_offered(marks: str, today: int, facts: dict[str, Any], expected: object) -> None:
    """The answer is the same before the day's check-in: nobody checks in for a make-up that isn't there."""
    assert make_up(CheckInFacts(covers(marks, 1), balance=RICH, **facts), nov(today), POLICY) == expected


@pytest.mark.parametrize(
    ("free", "used", "price"),
    [
        pytest.param(1, 0, 0, id="an attended stream comes first"),
        pytest.param(2, 0, 0, id="two attended streams"),
        pytest.param(1, 3, 0, id="where the month's make-ups are spent"),
        pytest.param(0, 3, None, id="without one there is none"),
    ],
)
def test_an_attended_stream_makes_up_for_nothing(free: int, used: int, price: int | None) -> None:
    """A free mend is used before coins are, whatever the balance and the month's make-ups."""
    facts = CheckInFacts(covers("xxx.x", 1), make_ups_this_month=used, free_make_ups=free, balance=0)
    now = find_restorable(facts, nov(5), POLICY)
    assert (now.price if now else None) == price
    outcome = make_up(facts, nov(5), POLICY)
    if price is None:
        assert outcome == MakeUpsUsed(3, in_time=False)
    else:
        assert isinstance(outcome, MakeUpDecision)
        assert outcome.outcome == MadeUp(nov(4), 0, 0, 5)


def test_a_free_make_up_and_then_a_paid_one() -> None:
    """Of two missed days the older is made_up for nothing, and the next costs what the month's first one does."""
    done = made_up(CheckInFacts(covers("xxx..x", 1), free_make_ups=1, balance=20), 6)
    assert done.outcome == MadeUp(nov(4), 0, 20, 1, Restorable(6, (nov(5),), 20))
    facts = CheckInFacts((*covers("xxx", 1), *done.changed), balance=20)
    assert made_up(facts, 6).outcome == MadeUp(nov(5), 20, 0, 6)


def test_a_free_make_up_reaches_a_day_further() -> None:
    """Four missed days are one too many for three make-ups; with an attended stream they aren't."""
    facts = CheckInFacts(covers("x....x", 1), free_make_ups=1)
    assert find_restorable(facts, nov(6), POLICY) == Restorable(6, (nov(2), nov(3), nov(4), nov(5)), 0)


def test_a_free_make_up_comes_after_the_check_in_too() -> None:
    """Like every make-up: today's check-in may close the day by its freeze."""
    assert make_up(CheckInFacts(covers("xxx", 1), free_make_ups=1), nov(5), POLICY) == CheckInFirst()


@pytest.mark.parametrize(("free", "frozen"), [(0, None), (1, 4)])
def test_a_freeze_reckons_with_free_make_ups(free: int, frozen: int | None) -> None:
    """Five missed days: the freeze is worth it only if the other four can be made up."""
    outcome = checked(CheckInFacts(covers("xxx", 1), free_make_ups=free), 9)
    assert outcome.frozen == (nov(frozen) if frozen else None)


def test_a_make_up_after_a_time_zone_change_reckons_from_the_last_day() -> None:
    """Where the calendar stands before the last check-in, that one's day is today."""
    facts = CheckInFacts(covers("xx.x", 1), balance=20)
    assert made_up(facts, 3).outcome == MadeUp(nov(3), 20, 0, 4)
