"""A shop's own bounds: how hours are read, what is refused, and what the buttons lead to."""

from dataclasses import replace
from datetime import time, timedelta

import pytest

from bot.rules.attention.bounds import (
    BoundsPolicy,
    BoundsWish,
    HoursTooLong,
    HoursTooShort,
    HoursUnread,
    PromotionAboveMost,
    Span,
    Steps,
    changed,
    read_hours,
    shown_span,
    steps_from,
)
from bot.rules.attention.budget import AttentionPolicy, Bounds, Hours

POLICY = BoundsPolicy()
BOUNDS: Bounds = AttentionPolicy().bounds


@pytest.mark.parametrize(
    "text",
    [
        *("22:00-08:00", "22:00 - 8:00", "22-8", "22~8", "22:00 ~ 08:00", "from 22:00 to 08:00", "10pm-8am"),
        *("10pm to 8am", "10 pm until 8 am", "10:00-8:00", "밤 10시~아침 8시", "오후 10시부터 오전 8시까지"),
        *("밤 10시에서 아침 8시", "10시-8시", "晚上10点到早上8点", "晚上10点至早上8点", "22点-8点", "22：00－08：00"),
        "22:00–08:00",  # as a phone writes it
    ],
)
def test_hours_of_a_night(text: str) -> None:
    """Ten in the evening to eight in the morning, as people write it in three languages."""
    assert read_hours(text, POLICY) == Hours(time(22), time(8))


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("1:00-7:00", Hours(time(1), time(7))),
        ("0:00-8:30", Hours(time(0), time(8, 30))),
        ("24:00-8:00", Hours(time(0), time(8))),
        ("13:00-15:00", Hours(time(13), time(15))),
        ("18:00-10:00", Hours(time(18), time(10))),
    ],
)
def test_other_hours(text: str, hours: Hours) -> None:
    """Hours of the small hours, of the day, and the longest ones."""
    assert read_hours(text, POLICY) == hours


@pytest.mark.parametrize("text", ["", "off", "nachts", "22:00", "22:00-", "-8:00", "22:00-25:00", "99-8", "a" * 900])
def test_what_means_no_hours(text: str) -> None:
    """What names no two times is told as it was written."""
    assert read_hours(text, POLICY) == HoursUnread(text)


def test_too_long_and_too_short() -> None:
    """More than sixteen hours leave too little of the day, and less than one is no rest."""
    assert read_hours("15:00-08:00", POLICY) == HoursTooLong(Span("15:00", "08:00"), 16)
    assert read_hours("22:00-22:30", POLICY) == HoursTooShort(Span("22:00", "22:30"), 1)
    assert read_hours("22:00-22:00", POLICY) == HoursTooShort(Span("22:00", "22:00"), 1)


def test_what_is_offered_can_be_had() -> None:
    """Each choice of the buttons is read back as it stands there."""
    for hours in POLICY.offered:
        span = shown_span(hours)
        assert span is not None
        assert read_hours(f"{span.begins}-{span.ends}", POLICY) == hours


@pytest.mark.parametrize(
    ("wish", "becomes"),
    [
        (BoundsWish(), BOUNDS),
        (BoundsWish(most=8), replace(BOUNDS, most=8)),
        (BoundsWish(most=2), replace(BOUNDS, most=2, most_promotional=2)),
        (BoundsWish(most_promotional=0), replace(BOUNDS, most_promotional=0)),
        (BoundsWish(most_promotional=6), replace(BOUNDS, most_promotional=6)),
        (BoundsWish(most=4, most_promotional=5), PromotionAboveMost(4, 5)),
        (BoundsWish(most=1, most_promotional=1), replace(BOUNDS, most=1, most_promotional=1)),
        (BoundsWish(gap=timedelta(minutes=30)), replace(BOUNDS, gap=timedelta(minutes=30))),
        (BoundsWish(quiet=Hours(time(0), time(8))), replace(BOUNDS, quiet=Hours(time(0), time(8)))),
    ],
)
def test_a_change(wish: BoundsWish, becomes: Bounds | PromotionAboveMost) -> None:
    """Only what is wished for changes; promotion never exceeds the whole."""
    assert changed(BOUNDS, wish) == becomes


def test_steps() -> None:
    """The buttons lead to the next number, and none leads out of the bounds."""
    assert steps_from(BOUNDS, POLICY) == Steps(5, 7, 2, 4, 60, 120)
    least = Bounds(BOUNDS.quiet, 1, 0, timedelta(minutes=30))
    assert steps_from(least, POLICY) == Steps(None, 2, None, 1, None, 60)
    most = Bounds(BOUNDS.quiet, 12, 6, timedelta(minutes=360))
    assert steps_from(most, POLICY) == Steps(11, None, 5, None, 300, None)
    assert steps_from(replace(BOUNDS, most=3), POLICY).more_promotional is None
