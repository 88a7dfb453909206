"""Streaks as facts, for tests of check-ins and make-ups."""

from datetime import date, timedelta

from bot.rules.checkins.checkins import (
    CheckedIn,
    CheckInFacts,
    CheckInPolicy,
    CoveredDay,
    MakeUpDecision,
    check_in,
)
from bot.rules.checkins.make_ups import make_up
from bot.rules.streaks import Cover

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


def made_up(facts: CheckInFacts, day: int) -> MakeUpDecision:
    """What a make-up that is done changes."""
    done = make_up(facts, nov(day), POLICY)
    assert isinstance(done, MakeUpDecision)
    return done
