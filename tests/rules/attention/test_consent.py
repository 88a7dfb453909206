"""When a fan is asked about promotion, when a yes is reminded of, and where Korea's rules hold."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from bot.rules.attention.consent import ConsentPolicy, after_the_night, asks_now
from bot.rules.place import Place
from bot.rules.promotion import foot_of, korean_rules_hold, may_promote, remind_at
from bot.rules.words import Language

POLICY = ConsentPolicy()
MONDAY = date(2026, 11, 2)
SEOUL = Place(1, "Silk", Language.KO, "Asia/Seoul", "Lumi", "coins", 1, 1)


@pytest.mark.parametrize(("times", "asked"), [(0, False), (1, False), (2, False), (3, True)])
def test_the_third_check_in_asks(times: int, asked: bool) -> None:
    """Neither the first nor the second asks; the third does, whoever it is and whatever the day."""
    assert all(asks_now(times, member, MONDAY, POLICY) is asked for member in range(10))


def test_fans_of_before_are_asked_over_five_days() -> None:
    """A fan with more check-ins is asked on one of five days in a row: a fifth of all on each."""
    for today in (MONDAY + timedelta(days=n) for n in range(5)):
        assert sum(asks_now(9, member, today, POLICY) for member in range(100)) == 20
    for member in range(10):
        assert sum(asks_now(9, member, MONDAY + timedelta(days=n), POLICY) for n in range(5)) == 1


@pytest.mark.parametrize("member", range(5))
def test_who_comes_once_a_week_is_asked_too(member: int) -> None:
    """A fan who checks in on Saturdays only meets their day within five weeks."""
    assert any(asks_now(9, member, MONDAY + timedelta(weeks=n), POLICY) for n in range(5))


@pytest.mark.parametrize(
    ("hour", "waits_until"),
    [(9, None), (12, None), (20, None), (21, 33), (23, 33), (24, 33), (32, 33)],
)
def test_nobody_is_asked_at_night(hour: int, waits_until: int | None) -> None:
    """From nine in the evening to nine in the morning the question waits."""
    midnight = datetime(2026, 11, 1, 15, tzinfo=UTC)
    at = midnight + timedelta(hours=hour)
    expected = at if waits_until is None else midnight + timedelta(hours=waits_until)
    assert after_the_night(at, "Asia/Seoul", POLICY) == expected


def test_the_morning_follows_summer_time() -> None:
    """On the night in which London's clocks go forward, nine is an hour nearer."""
    assert after_the_night(datetime(2027, 3, 27, 22, tzinfo=UTC), "Europe/London", POLICY) == datetime(
        2027, 3, 28, 8, tzinfo=UTC
    )


@pytest.mark.parametrize(
    ("since", "expected"),
    [
        (datetime(2026, 3, 3, 3, tzinfo=UTC), datetime(2028, 3, 3, 2, tzinfo=UTC)),
        (datetime(2028, 2, 29, 3, tzinfo=UTC), datetime(2030, 2, 28, 2, tzinfo=UTC)),
        (datetime(2026, 12, 31, 18, tzinfo=UTC), datetime(2029, 1, 1, 2, tzinfo=UTC)),
    ],
)
def test_a_yes_is_reminded_of_after_two_years(since: datetime, expected: datetime) -> None:
    """Two years later on the shop's own calendar day, by day; a leap day on the 28th."""
    assert remind_at(since, "Asia/Seoul") == expected


@pytest.mark.parametrize(
    ("language", "timezone", "holds"),
    [
        (Language.KO, "Asia/Seoul", True),
        (Language.KO, "America/Los_Angeles", True),
        (Language.EN, "Asia/Seoul", True),
        (Language.EN, "Europe/London", False),
        (Language.ZH, "Asia/Shanghai", False),
    ],
)
def test_where_koreas_rules_hold(language: Language, timezone: str, holds: bool) -> None:
    """Where the shop speaks Korean or lives by Korea's clock; there promotion needs a contact."""
    place = replace(SEOUL, language=language, timezone=timezone)
    assert korean_rules_hold(place) is holds
    assert foot_of(place).korean is holds
    assert may_promote(place) is not holds
    assert may_promote(replace(place, contact="02-123-4567"))
