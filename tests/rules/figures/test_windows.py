"""Windows, charts and the digest's days."""

from datetime import UTC, date, datetime, timedelta

import pytest

from bot.rules.figures.charts import by_day, over_evening
from bot.rules.figures.digest import DigestFacts, day_to_tell, next_digest
from bot.rules.figures.drawing import MORE, drawable, lines_for, size_for
from bot.rules.figures.lapse import earned_since, first_of_next_month
from bot.rules.figures.windows import FiguresPolicy, period_window, stream_window

SEOUL = "Asia/Seoul"
EIGHT = datetime(2026, 11, 2, 11, 0, tzinfo=UTC)
"""Eight in the evening in Seoul."""
POLICY = FiguresPolicy()
HOUR = timedelta(hours=1)


def test_a_streams_window() -> None:
    """It begins with the stream and ends three hours after it; the last instant is out."""
    window = stream_window(EIGHT, EIGHT + 2 * HOUR, POLICY)
    assert window.holds(EIGHT)
    assert window.holds(EIGHT + 5 * HOUR - timedelta(microseconds=1))
    assert not window.holds(EIGHT + 5 * HOUR)
    assert not window.holds(EIGHT - timedelta(microseconds=1))


def test_days_are_the_shops() -> None:
    """Seven days end with today in the shop's zone."""
    window = period_window(datetime(2026, 11, 2, 16, 0, tzinfo=UTC), 7, SEOUL)
    assert window.start == datetime(2026, 10, 27, 15, 0, tzinfo=UTC) - timedelta(days=0)
    assert window.end == datetime(2026, 11, 3, 15, 0, tzinfo=UTC)


def test_an_evenings_bars() -> None:
    """Bars are equal parts of the time so far, and each order stands in its own."""
    window = stream_window(EIGHT, EIGHT + 2 * HOUR, POLICY)
    chart = over_evening([EIGHT, EIGHT + HOUR, EIGHT + 5 * HOUR], window, EIGHT + 9 * HOUR, 24)
    assert len(chart.bars) <= 24
    assert sum(bar.orders for bar in chart.bars) == 3
    assert (chart.bars[0].orders, chart.bars[-1].orders) == (1, 1)
    assert len(over_evening([], window, EIGHT, 24).bars) == 1


def test_bars_by_day() -> None:
    """A bar for each day, without orders too."""
    chart = by_day([EIGHT, EIGHT + 5 * HOUR], date(2026, 11, 1), 3, SEOUL)
    assert [bar.orders for bar in chart.bars] == [0, 1, 1]


FACTS = DigestFacts(SEOUL, "09:00", EIGHT - timedelta(days=3), None, off=False)


@pytest.mark.parametrize(
    ("hours", "told", "off", "day"),
    [
        (12.5, None, False, None),
        (13.0, None, False, date(2026, 11, 3)),
        (16.9, date(2026, 11, 2), False, date(2026, 11, 3)),
        (17.0, None, False, None),
        (13.0, date(2026, 11, 3), False, None),
        (13.0, None, True, None),
    ],
)
def test_when_a_digest_is_due(hours: float, told: date | None, off: bool, day: date | None) -> None:
    """At its time and for four hours, once a day, unless it is switched off."""
    facts = DigestFacts(SEOUL, "09:00", FACTS.since, told, off=off)
    assert day_to_tell(facts, EIGHT + timedelta(hours=hours), POLICY) == day


def test_a_shop_of_today_has_no_yesterday() -> None:
    """The first digest comes on the second day."""
    facts = DigestFacts(SEOUL, "22:00", EIGHT, None, off=False)
    assert day_to_tell(facts, EIGHT + 2 * HOUR, POLICY) is None
    assert day_to_tell(facts, EIGHT + 26 * HOUR, POLICY) == date(2026, 11, 3)
    assert next_digest(facts, EIGHT) == EIGHT + 2 * HOUR


@pytest.mark.parametrize(
    ("today", "first", "since"),
    [
        (date(2026, 11, 2), date(2026, 12, 1), datetime(2025, 11, 30, 15, tzinfo=UTC)),
        (date(2026, 12, 31), date(2027, 1, 1), datetime(2025, 12, 31, 15, tzinfo=UTC)),
    ],
)
def test_what_outlasts_the_month(today: date, first: date, since: datetime) -> None:
    """What was earned a year before the month's end, or later."""
    assert first_of_next_month(today) == first
    assert earned_since(today, SEOUL) == since


def test_what_a_picture_can_show() -> None:
    """Emoji and invisible signs go; long texts get smaller letters."""
    assert drawable("실크 🎁 라이브\u200b") == "실크 라이브"
    assert drawable("🎁") == "–"
    assert size_for("Silk", 800, 60) == 60
    assert size_for("실크" * 40, 800, 60) == 10


@pytest.mark.parametrize(
    ("text", "size", "lines"),
    [
        ("Silk night", 58, ("Silk night",)),
        ("가을 실크 스카프 특가 라이브 방송 오늘밤여덟시", 40, ("가을 실크 스카프 특가 라이브 방송", "오늘밤여덟시")),
        ("丝绸之家直播间" * 8, 40, (("丝绸之家直播间" * 4)[:22], ("丝绸之家直播间" * 8)[22:43] + MORE)),
    ],
)
def test_long_titles(text: str, size: int, lines: tuple[str, ...]) -> None:
    """A title is in two lines before its letters become too small to read, and the rest is left out."""
    laid_out = lines_for(text, 888, (40, 58), 2)
    assert (laid_out.size, laid_out.lines) == (size, lines)
    assert all(size_for(line, 888, 58) >= size for line in laid_out.lines)
