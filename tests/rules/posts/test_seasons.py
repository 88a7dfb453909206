"""Seasons by zone, and when a post is valid."""

from datetime import date

import pytest

from bot.rules.posts.seasons import Season, Validity, season_of


@pytest.mark.parametrize(
    ("day", "north", "south"),
    [
        (date(2026, 1, 15), Season.WINTER, Season.SUMMER),
        (date(2026, 2, 28), Season.WINTER, Season.SUMMER),
        (date(2026, 3, 1), Season.SPRING, Season.AUTUMN),
        (date(2026, 6, 1), Season.SUMMER, Season.WINTER),
        (date(2026, 8, 31), Season.SUMMER, Season.WINTER),
        (date(2026, 9, 1), Season.AUTUMN, Season.SPRING),
        (date(2026, 12, 1), Season.WINTER, Season.SUMMER),
    ],
)
def test_seasons(day: date, north: Season, south: Season) -> None:
    """A season begins with its month, and the south has the other half of the year."""
    for zone in ("Asia/Seoul", "Asia/Shanghai", "Europe/London", "America/New_York", "UTC"):
        assert season_of(day, zone) is north
    for zone in ("Australia/Sydney", "Pacific/Auckland", "America/Sao_Paulo", "Africa/Johannesburg"):
        assert season_of(day, zone) is south


@pytest.mark.parametrize(
    ("validity", "valid"),
    [
        (Validity(), True),
        (Validity("winter"), True),
        (Validity("summer"), False),
        (Validity(first=date(2026, 12, 1)), True),
        (Validity(first=date(2026, 12, 2)), False),
        (Validity(last=date(2026, 12, 1)), True),
        (Validity(last=date(2026, 11, 30)), False),
        (Validity("winter", date(2026, 11, 1), date(2026, 12, 31)), True),
    ],
)
def test_validity(validity: Validity, valid: bool) -> None:
    """A post is valid from its first to its last day, and in its season."""
    assert validity.holds_on(date(2026, 12, 1), "Asia/Seoul") is valid
