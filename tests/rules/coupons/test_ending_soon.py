"""When held coupons are reminded of."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.rules.coupons.ending_soon import EndingPolicy, reminds_at, reminds_next

SEOUL = "Asia/Seoul"
POLICY = EndingPolicy()


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """A time of November in Seoul."""
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC) - timedelta(hours=9)


@pytest.mark.parametrize(
    ("closes", "expected"),
    [
        (at(5, 12), at(4, 12)),
        (at(5, 9), at(4, 9)),
        (at(5, 20, 59), at(4, 20, 59)),
        (at(5, 21), at(5, 9)),
        (at(6, 0), at(5, 9)),
        (at(5, 8, 59), at(4, 9)),
    ],
)
def test_a_day_before_and_never_at_night(closes: datetime, expected: datetime) -> None:
    """24 hours before, at nine in the morning instead of the night, and before the end in any case."""
    assert reminds_at(closes, SEOUL, POLICY) == expected
    assert expected < closes


def test_what_an_outage_held_up() -> None:
    """It comes late, but not at night, and not once it is over."""
    closes = at(5, 12)
    assert reminds_next(closes, SEOUL, at(4, 15), POLICY) == at(4, 15)
    assert reminds_next(closes, SEOUL, at(4, 23), POLICY) == at(5, 9)
    assert reminds_next(at(5, 8), SEOUL, at(4, 23), POLICY) is None
    assert reminds_next(closes, SEOUL, closes, POLICY) is None
