"""Lengths of time as people write them."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rules.times.durations import read_length, read_wait

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        *((text, 90 * MINUTE) for text in ("90m", "1h30m", "1h30", "+1h30m", "1H 30M", "1.5h", "90 minutes")),
        *((text, 90 * MINUTE) for text in ("1시간 30분", "1시간30분", "1시간 반", "1.5시간", "90분", "1시간 30")),
        *((text, 90 * MINUTE) for text in ("1小时30分", "1個半小時", "一个半小时", "90分钟", "1小时半", "1小時30分鐘")),
        *((text, 30 * MINUTE) for text in ("30m", "반시간", "半小时", "half an hour", "30 min", "30分")),
        *((text, 2 * HOUR) for text in ("2h", "두 시간", "两个小时", "2 hours", "in 2 hours", "2시간 뒤", "2小时后")),
        *((text, DAY) for text in ("1d", "1일", "1天", "a day", "one day", "24h")),
        *((text, 14 * DAY) for text in ("2w", "2주", "2周", "两个星期", "2 weeks")),
        ("1d 2h 3m 4s", DAY + 2 * HOUR + 3 * MINUTE + timedelta(seconds=4)),
        ("0m", timedelta(0)),
        *((text, None) for text in ("", "90", "m", "soon", "1m1h", "1h1h", "-5m", "1x", "1 2", "x" * 100)),
    ],
)
def test_a_length_is_read_as_a_whole(text: str, expected: timedelta | None) -> None:
    """Units stand once and the longest first; anything else is no length."""
    assert read_length(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("3일", None),
        ("3일 뒤", 3 * DAY),
        ("+3일", 3 * DAY),
        ("3d", 3 * DAY),
        ("3天", 3 * DAY),
        ("3일 2시간", 3 * DAY + 2 * HOUR),
    ],
)
def test_a_day_of_the_month_is_no_length(text: str, expected: timedelta | None) -> None:
    """The third of a month and three days are written the same in Korean, so alone it is refused as a wait."""
    assert read_wait(text) == expected


@given(days=st.integers(0, 99), hours=st.integers(0, 23), minutes=st.integers(1, 59))
def test_what_was_written_is_read_back(days: int, hours: int, minutes: int) -> None:
    """In the short form and in three languages."""
    expected = timedelta(days=days, hours=hours, minutes=minutes)
    for form in ("{}d{}h{}m", "{}일 {}시간 {}분", "{}天{}小时{}分钟", "{} days {} hours and {} minutes"):
        assert read_length(form.format(days, hours, minutes)) == expected
