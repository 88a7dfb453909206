"""Days and months of a community, in its own time zone."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest

from bot.rules.calendar import day_of, month_of, start_of, zone


@pytest.mark.parametrize(
    ("instant", "timezone", "day"),
    [
        (datetime(2026, 11, 2, 14, 59, 59, tzinfo=UTC), "Asia/Seoul", date(2026, 11, 2)),
        (datetime(2026, 11, 2, 15, 0, tzinfo=UTC), "Asia/Seoul", date(2026, 11, 3)),
        (datetime(2026, 11, 2, 15, 0, tzinfo=UTC), "UTC", date(2026, 11, 2)),
        (datetime(2026, 12, 31, 11, 0, tzinfo=UTC), "Pacific/Auckland", date(2027, 1, 1)),
        (datetime(2026, 3, 1, 7, 59, tzinfo=UTC), "America/Los_Angeles", date(2026, 2, 28)),
        (datetime(2026, 3, 8, 9, 59, tzinfo=UTC), "America/Los_Angeles", date(2026, 3, 8)),
    ],
)
def test_an_instant_has_a_day_where_the_shop_is(instant: datetime, timezone: str, day: date) -> None:
    """One instant is two days in two zones."""
    assert day_of(instant, timezone) == day


@pytest.mark.parametrize(
    ("day", "timezone", "start", "hours"),
    [
        (date(2026, 11, 2), "Asia/Seoul", datetime(2026, 11, 1, 15, tzinfo=UTC), 24),
        (date(2026, 3, 8), "America/New_York", datetime(2026, 3, 8, 5, tzinfo=UTC), 23),
        (date(2026, 11, 1), "America/New_York", datetime(2026, 11, 1, 4, tzinfo=UTC), 25),
        (date(2026, 10, 4), "Australia/Lord_Howe", datetime(2026, 10, 3, 13, 30, tzinfo=UTC), 23.5),
        # Lebanon's clocks go forward at midnight: the day begins at one o'clock.
        (date(2026, 3, 29), "Asia/Beirut", datetime(2026, 3, 28, 22, tzinfo=UTC), 23),
        (date(2011, 12, 31), "Pacific/Apia", datetime(2011, 12, 30, 10, tzinfo=UTC), 24),
    ],
)
def test_a_day_begins_at_midnight_there(day: date, timezone: str, start: datetime, hours: float) -> None:
    """Days with a change of clocks are shorter or longer, and begin and end where the calendar says."""
    assert start_of(day, timezone) == start
    assert start_of(day + timedelta(days=1), timezone) - start == timedelta(hours=hours)
    assert day_of(start, timezone) == day
    assert day_of(start - timedelta(seconds=1), timezone) < day


@pytest.mark.parametrize(
    ("day", "month"), [(date(2026, 1, 31), "2026-01"), (date(2026, 12, 1), "2026-12"), (date(987, 6, 5), "0987-06")]
)
def test_months_sort_as_text(day: date, month: str) -> None:
    """A month's key has four and two digits."""
    assert month_of(day) == month


@pytest.mark.parametrize("name", ["Asia/Soul", "", "../../etc/passwd", "/etc/localtime", "Asia", "a\0b"])
def test_no_such_zone(name: str) -> None:
    """Whatever isn't an IANA zone is a ValueError, and reads no file outside."""
    with pytest.raises(ValueError, match=f"^{re.escape(name)}$"):
        zone(name)
