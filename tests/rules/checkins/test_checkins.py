"""Check-ins: pay, streaks, freezes and make-ups, by tables of facts."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import pytest

from bot.rules.checkins.checkins import (
    AlreadyCheckedIn,
    CheckedIn,
    CheckInFacts,
    CheckInFirst,
    CheckInPolicy,
    CoveredDay,
    MadeUp,
    MakeUpDecision,
    MakeUpsUsed,
    NothingToMakeUp,
    StreakNow,
    TooFewCoins,
    base_pay,
    check_in,
    make_up,
    missed_days,
    pay,
    restorable,
    round_half_up,
    streak_on,
)
from bot.rules.streaks import Cover, Restorable

POLICY = CheckInPolicy()
RICH = 1_000


def nov(day: int) -> date:
    """A day of November 2026; 31 is the first of December."""
    return date(2026, 11, 1) + timedelta(days=day - 1)


def covers(marks: str, first: int, *, length: int = 0, milestone: int = 0) -> tuple[CoveredDay, ...]:
    """Days from November `first` on, as `x` checked in, `m` made up, `f` frozen, `.` missed.

    The first run goes on from `length` and `milestone`.
    """
    kinds = {"x": Cover.CHECKED, "m": Cover.MADE_UP, "f": Cover.FROZEN}
    result = []
    for number, mark in enumerate(marks):
        if mark == ".":
            length = milestone = 0
            continue
        length += mark != "f"
        result.append(CoveredDay(nov(first + number), kinds[mark], length, milestone))
    return tuple(result)


def checked(facts: CheckInFacts, day: int, policy: CheckInPolicy = POLICY) -> CheckedIn:
    """The outcome of a check-in that is paid."""
    outcome, _ = check_in(facts, nov(day), policy)
    assert isinstance(outcome, CheckedIn)
    return outcome


def mended(facts: CheckInFacts, day: int) -> MakeUpDecision:
    """What a make-up that is done changes."""
    done = make_up(facts, nov(day), POLICY)
    assert isinstance(done, MakeUpDecision)
    return done


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


@pytest.mark.parametrize(("used", "price"), [(0, 20), (1, 40), (2, 80), (3, None)])
def test_prices_of_make_ups(used: int, price: int | None) -> None:
    """The first, second and third make-up of a month cost 20, 40 and 80; there is no fourth."""
    facts = CheckInFacts(covers("xxx.x", 1), make_ups_this_month=used, balance=RICH)
    now = restorable(facts, nov(5), POLICY)
    assert (now.price if now else None) == price
    outcome = make_up(facts, nov(5), POLICY)
    if price is None:
        assert outcome == MakeUpsUsed(3)
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
    """A gap can be mended if all of it is within seven days and three make-ups."""
    now = restorable(CheckInFacts(covers(marks, 1)), nov(today), POLICY)
    assert (now.missed if now else None) == (tuple(nov(day) for day in missed) if missed else None)


def test_a_gap_that_begins_outside_the_window_is_lost() -> None:
    """Its younger days could be made up, but would lead back to nothing."""
    facts = CheckInFacts(covers("xx..xxxxxxx", 1), balance=RICH)
    assert missed_days(facts.covers, nov(11), POLICY) == (nov(4),)
    assert restorable(facts, nov(11), POLICY) is None
    assert make_up(facts, nov(11), POLICY) == NothingToMakeUp(length=7, days=7)


def test_a_make_up_counts_the_days_after_it_anew() -> None:
    """Length and milestone flow from the older run through every day that follows."""
    facts = CheckInFacts(covers("xxx", 1, length=10, milestone=7) + covers("xfx", 5), balance=100)
    done = mended(facts, 7)
    assert done.changed == (
        CoveredDay(nov(4), Cover.MADE_UP, 14, 7),
        CoveredDay(nov(5), Cover.CHECKED, 15, 7),
        CoveredDay(nov(6), Cover.FROZEN, 15, 7),
        CoveredDay(nov(7), Cover.CHECKED, 16, 7),
    )
    assert done.outcome == MadeUp(nov(4), 20, 80, 16)


def test_a_half_mended_gap_restores_nothing_yet() -> None:
    """The oldest of two missed days joins the old run; today's streak waits for the other one."""
    done = mended(CheckInFacts(covers("xxx..x", 1), balance=100), 6)
    assert done.outcome == MadeUp(nov(4), 20, 80, 1, Restorable(6, (nov(5),), 40))
    assert done.changed == (CoveredDay(nov(4), Cover.MADE_UP, 4), CoveredDay(nov(6), Cover.CHECKED, 1))


def test_a_milestone_crossed_by_a_make_up_is_paid_once() -> None:
    """A make-up pays nothing itself: the bonus for 7 comes with the next check-in, and not again after it."""
    done = mended(CheckInFacts(covers("xxxxxx.x", 1), balance=100), 8)
    assert done.outcome.length == 8
    facts = CheckInFacts((*covers("xxxxxx", 1), *done.changed))
    outcome, new = check_in(facts, nov(9), POLICY)
    assert isinstance(outcome, CheckedIn)
    assert (outcome.length, outcome.bonus, outcome.milestone) == (9, 50, 7)
    assert checked(replace(facts, covers=(*facts.covers, *new)), 10).bonus == 0


def test_a_bonus_that_both_halves_were_paid_is_not_paid_again() -> None:
    """Two runs of seven, each paid, joined by a make-up: the next bonus is the one for 30."""
    facts = CheckInFacts(covers("x", 1, length=6, milestone=7) + covers("x", 3, length=6, milestone=7), balance=100)
    done = mended(facts, 3)
    assert done.outcome.length == 9
    assert checked(CheckInFacts((facts.covers[0], *done.changed)), 4).bonus == 0


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        pytest.param(CheckInFacts(()), CheckInFirst(), id="never checked in"),
        pytest.param(CheckInFacts(covers("xxx", 1), balance=RICH), CheckInFirst(), id="not checked in today"),
        pytest.param(CheckInFacts(covers("xx.xx", 1), balance=19), TooFewCoins(20, 19), id="a coin too few"),
        pytest.param(CheckInFacts(covers("xxxxx", 1), balance=RICH), NothingToMakeUp(5, 7), id="no gap"),
        pytest.param(
            CheckInFacts(covers("xxxxx", 1), balance=RICH, make_ups_this_month=3),
            NothingToMakeUp(5, 7),
            id="no gap and none left",
        ),
        pytest.param(
            CheckInFacts(covers("xx.xx", 1), make_ups_this_month=3), MakeUpsUsed(3), id="none left, whatever the coins"
        ),
    ],
)
def test_refusals_of_a_make_up(facts: CheckInFacts, expected: object) -> None:
    """Each reason for which a day isn't made up, on the fifth."""
    assert make_up(facts, nov(5), POLICY) == expected


@pytest.mark.parametrize(
    ("mends", "used", "price"),
    [
        pytest.param(1, 0, 0, id="an attended stream comes first"),
        pytest.param(2, 0, 0, id="two attended streams"),
        pytest.param(1, 3, 0, id="where the month's make-ups are spent"),
        pytest.param(0, 3, None, id="without one there is none"),
    ],
)
def test_an_attended_stream_mends_for_nothing(mends: int, used: int, price: int | None) -> None:
    """A free mend is used before coins are, whatever the balance and the month's make-ups."""
    facts = CheckInFacts(covers("xxx.x", 1), make_ups_this_month=used, free_make_ups=mends, balance=0)
    now = restorable(facts, nov(5), POLICY)
    assert (now.price if now else None) == price
    outcome = make_up(facts, nov(5), POLICY)
    if price is None:
        assert outcome == MakeUpsUsed(3)
    else:
        assert isinstance(outcome, MakeUpDecision)
        assert outcome.outcome == MadeUp(nov(4), 0, 0, 5)


def test_a_free_mend_and_then_a_paid_one() -> None:
    """Of two missed days the older is mended for nothing, and the next costs what the month's first one does."""
    done = mended(CheckInFacts(covers("xxx..x", 1), free_make_ups=1, balance=20), 6)
    assert done.outcome == MadeUp(nov(4), 0, 20, 1, Restorable(6, (nov(5),), 20))
    facts = CheckInFacts((*covers("xxx", 1), *done.changed), balance=20)
    assert mended(facts, 6).outcome == MadeUp(nov(5), 20, 0, 6)


def test_a_free_mend_reaches_a_day_further() -> None:
    """Four missed days are one too many for three make-ups; with an attended stream they aren't."""
    facts = CheckInFacts(covers("x....x", 1), free_make_ups=1)
    assert restorable(facts, nov(6), POLICY) == Restorable(6, (nov(2), nov(3), nov(4), nov(5)), 0)


def test_a_free_mend_comes_after_the_check_in_too() -> None:
    """Like every make-up: today's check-in may close the day by its freeze."""
    assert make_up(CheckInFacts(covers("xxx", 1), free_make_ups=1), nov(5), POLICY) == CheckInFirst()


@pytest.mark.parametrize(("mends", "frozen"), [(0, None), (1, 4)])
def test_a_freeze_reckons_with_free_mends(mends: int, frozen: int | None) -> None:
    """Five missed days: the freeze is worth it only if the other four can be made up."""
    outcome = checked(CheckInFacts(covers("xxx", 1), free_make_ups=mends), 9)
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


def test_a_make_up_after_a_time_zone_change_reckons_from_the_last_day() -> None:
    """Where the calendar stands before the last check-in, that one's day is today."""
    facts = CheckInFacts(covers("xx.x", 1), balance=20)
    assert mended(facts, 3).outcome == MadeUp(nov(3), 20, 0, 4)


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
    assert restorable(gap, nov(3), policy) == Restorable(3, (nov(2),), 3)
    assert restorable(CheckInFacts(covers("x.xx", 1)), nov(5), policy) is None
