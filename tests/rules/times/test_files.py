"""Instants in files: a table of ways to write them, and what is refused."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rules.times.files import BadInstant, day_order, read_file_instant

SEOUL = "Asia/Seoul"
UNREADABLE, OPEN, NEVER = BadInstant.UNREADABLE, BadInstant.DAY_ORDER_OPEN, BadInstant.NEVER_WAS

AS_SYSTEMS_WRITE = [
    ("2026/11/2 9:05:03", "2026-11-02T09:05:03"),
    ("2026. 11. 2. 오후 1:30:00", "2026-11-02T13:30:00"),
    ("2026-11-02 오후 1:30", "2026-11-02T13:30:00"),
    ("2026-11-02 오후 12:30", "2026-11-02T12:30:00"),
    ("2026-11-02 오전 12:30", "2026-11-02T00:30:00"),
    ("46328.39793981", "2026-11-02T09:33:02"),
    ("46328,5", "2026-11-02T12:00:00"),
    ("46328.999999", "2026-11-03T00:00:00"),
    ("46328", "2026-11-02T00:00:00"),
    ("2026-11-02 11:30:00 +0900", "2026-11-02T11:30:00"),
    ("2026-11-02 11:30:00 +09", "2026-11-02T11:30:00"),
    ("2026年11月2日 9:05", "2026-11-02T09:05:00"),
    ("2026年11月2日下午1:30", "2026-11-02T13:30:00"),
    ("2026年11月2日9时05分03秒", "2026-11-02T09:05:03"),
    ("2026年11月02日 星期一 09:05", "2026-11-02T09:05:00"),
    ("2026年11月2號 晚上8點半", "2026-11-02T20:30:00"),
    ("2026년 11월 2일 (월) 오후 1시 30분", "2026-11-02T13:30:00"),
    ("2026.11.02(월)13:30", "2026-11-02T13:30:00"),
    ("2026-11-02T02:30:00Z", "2026-11-02T11:30:00"),
    ("2026-11-02T02:30:00.123456Z", "2026-11-02T11:30:00"),
    ("2026-11-02T11:30:05.0+09:00", "2026-11-02T11:30:05"),
    ("2026-11-02T11:30+09:00[Asia/Seoul]", "2026-11-02T11:30:00"),
    ("20261102113005", "2026-11-02T11:30:05"),
    ("202611021130", "2026-11-02T11:30:00"),
    ("20261102", "2026-11-02T00:00:00"),
    ("20261102T023005Z", "2026-11-02T11:30:05"),
    ("02.11.2026 11:30", "2026-11-02T11:30:00"),
    ("Nov 2, 2026 9:05 AM", "2026-11-02T09:05:00"),
    ("November 2nd, 2026 at 9:05 pm", "2026-11-02T21:05:00"),
    ("2 Nov 2026 9:05 p.m.", "2026-11-02T21:05:00"),
    ("2-Nov-2026 21:05", "2026-11-02T21:05:00"),
    ("Nov 2, 2026", "2026-11-02T00:00:00"),
    ("Mon, 02 Nov 2026 09:05:00 +0900", "2026-11-02T09:05:00"),
    ("Mon Nov  2 09:05:03 KST 2026", "2026-11-02T09:05:03"),
    ("Mon Nov 02 2026 09:05:00 GMT+0900 (Korean Standard Time)", "2026-11-02T09:05:00"),
    ("2026.11.02 11:30", "2026-11-02T11:30:00"),
    ("2026-11-02 11:30:05.0", "2026-11-02T11:30:05"),
    ("2026-11-02 11:30:05,123", "2026-11-02T11:30:05"),
    ("2026-11-02 24:00", "2026-11-03T00:00:00"),
    ("2026-11-02 11:30 KST", "2026-11-02T11:30:00"),
    ("2026-11-02 11:30 (KST)", "2026-11-02T11:30:00"),
    ("2026-11-02 10:30 GMT+8", "2026-11-02T11:30:00"),
    ("2026-11-02 11:30 UTC+09:00", "2026-11-02T11:30:00"),
    ("2026-11-02 02:30 UTC", "2026-11-02T11:30:00"),
    ("2026-11-02 10:30 中国标准时间", "2026-11-02T11:30:00"),
    ("2026-11-02 11:30 한국 표준시", "2026-11-02T11:30:00"),
    ("2026-11-02 11:30:00 Asia/Seoul", "2026-11-02T11:30:00"),
    ("2026-11-01 21:30 EST", "2026-11-02T11:30:00"),
    ("２０２６／１１／２　９：０５", "2026-11-02T09:05:00"),
    ("2026-11-02\u00a09:05\u202fAM", "2026-11-02T09:05:00"),
    ("\ufeff2026-11-02\u200b 9:05", "2026-11-02T09:05:00"),
]


@pytest.mark.parametrize(("text", "wall"), AS_SYSTEMS_WRITE)
def test_an_instant_is_read_as_systems_write_it(text: str, wall: str) -> None:
    """By the shop's clock, or by the zone that stands behind it."""
    expected = datetime.fromisoformat(wall).replace(tzinfo=ZoneInfo(SEOUL))
    assert read_file_instant(text, SEOUL, day_first=None) == expected


REFUSED = [
    "",
    "soon",
    "11/2/26 9:05",
    "26.11.2 9:05",
    "2026-02-30",
    "2026-11-02 25:00",
    "2026-11-02 9:60",
    "2026-11-02 오전 13:00",
    "2026-11-02 밤 1시",
    "2026-11-02 09:00-10:00",
    "2026-11-02 11:30 CST",
    "2026-11-02 11:30 IST",
    "2026-11-02 11:30 XYZ",
    "2026-11-02 11:30 +25:00",
    "2026-11-02 +0900",
    "Tue, 02 Nov 2026 09:05:00 +0900",
    "2026-11-02 (화) 9:05",
    "1793583000",
    "12345",
    "99999.5",
    "32/13/2026",
    "1999-12-31",
    "2026-11-02 9:05 and more",
    "Novem 2, 2026",
    "9" * 200,
]


@pytest.mark.parametrize("text", REFUSED)
def test_what_isnt_one_time_for_sure_is_refused(text: str) -> None:
    """Two digits of a year, a zone that several places call so, a weekday that isn't that day's, or no time at all."""
    assert read_file_instant(text, SEOUL, day_first=None) is UNREADABLE


@pytest.mark.parametrize(
    ("text", "day_first", "expected"),
    [
        ("11/2/2026 9:05", False, (2026, 11, 2)),
        ("11/2/2026 9:05", True, (2026, 2, 11)),
        ("11/2/2026 9:05", None, OPEN),
        ("11-2-2026", None, OPEN),
        ("13/11/2026", None, (2026, 11, 13)),
        ("11/13/2026", None, (2026, 11, 13)),
        ("11/13/2026", True, UNREADABLE),
        ("13/11/2026", False, UNREADABLE),
        ("11/11/2026", None, (2026, 11, 11)),
        ("02.11.2026", False, (2026, 11, 2)),
        ("Wed 11/2/2026", None, (2026, 2, 11)),
    ],
)
def test_the_order_of_day_and_month(
    text: str, day_first: bool | None, expected: tuple[int, int, int] | BadInstant
) -> None:
    """A date that two readings fit is read by the file's order only; a date with points has its day first."""
    found = read_file_instant(text, SEOUL, day_first=day_first)
    if isinstance(found, datetime):
        local = found.astimezone(ZoneInfo(SEOUL))
        assert expected == (local.year, local.month, local.day)
    else:
        assert found is expected


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["11/2/2026", "13/2/2026 9:05"], True),
        (["11/2/2026", "2/13/2026 9:05"], False),
        (["11/2/2026", "2/11/2026"], None),
        (["13/2/2026", "2/13/2026"], None),
        (["2026-11-13", "13.11.2026", "no date", ""], None),
    ],
)
def test_a_files_rows_tell_its_order(texts: list[str], expected: bool | None) -> None:
    """One date with a day above 12 is enough; dates that contradict each other tell nothing."""
    assert day_order(texts) is expected


@pytest.mark.parametrize(
    ("text", "zone", "expected"),
    [
        ("2026-11-02 11:30 CST", "Asia/Shanghai", datetime(2026, 11, 2, 3, 30, tzinfo=UTC)),
        ("2026-11-02 11:30 CST", "Asia/Taipei", datetime(2026, 11, 2, 3, 30, tzinfo=UTC)),
        ("2026-11-02 11:30 CST", "America/Chicago", datetime(2026, 11, 2, 17, 30, tzinfo=UTC)),
        ("2026-07-02 11:30 CST", "America/Chicago", datetime(2026, 7, 2, 17, 30, tzinfo=UTC)),
        ("2026-11-02 11:30 IST", "Asia/Kolkata", datetime(2026, 11, 2, 6, 0, tzinfo=UTC)),
        ("2026-03-08 02:30", "America/New_York", NEVER),
        ("2026-03-08 02:30 UTC", "America/New_York", datetime(2026, 3, 8, 2, 30, tzinfo=UTC)),
        ("46089.104166667", "America/New_York", NEVER),
        ("2026-11-01 01:30", "America/New_York", datetime(2026, 11, 1, 5, 30, tzinfo=UTC)),
    ],
)
def test_the_shops_zone_decides(text: str, zone: str, expected: datetime | BadInstant) -> None:
    """What an abbreviation means there, which hour is skipped, and the first of an hour that comes twice."""
    assert read_file_instant(text, zone, day_first=None) == expected


FORMATS = [
    "%Y-%m-%dT%H:%M:%S",
    "%Y/%m/%d %H:%M:%S",
    "%Y. %m. %d. %H:%M:%S",
    "%Y年%m月%d日 %H:%M:%S",
    "%Y년 %m월 %d일 %H시 %M분 %S초",
    "%Y%m%d%H%M%S",
    "%d.%m.%Y %H:%M:%S",
    "%b %d, %Y %I:%M:%S %p",
    "%a, %d %b %Y %H:%M:%S",
    "%a %b %d %H:%M:%S %Y",
]

FIRST = datetime(2000, 1, 2, tzinfo=UTC)
WALLS = st.integers(0, 99 * 365 * 86_400).map(lambda seconds: FIRST + timedelta(seconds=seconds))


@given(
    wall=WALLS,
    written=st.sampled_from(FORMATS),
    hours=st.integers(-12, 14),
)
def test_what_was_written_is_read_back(wall: datetime, written: str, hours: int) -> None:
    """In each format with the second, by the shop's clock and with an offset."""
    text = wall.strftime(written)
    expected = wall.replace(tzinfo=ZoneInfo(SEOUL))
    assert read_file_instant(text, SEOUL, day_first=None) == expected
    if not text.endswith(wall.strftime(" %Y")):
        offset = f" {'-' if hours < 0 else '+'}{abs(hours):02}:00"
        there = wall - timedelta(hours=hours)
        assert read_file_instant(text + offset, SEOUL, day_first=None) == there


@given(wall=WALLS)
def test_a_serial_day_is_read_back(wall: datetime) -> None:
    """With as many digits as a spreadsheet writes, to the second."""
    since = wall - datetime(1899, 12, 30, tzinfo=UTC)
    text = f"{since.days + since.seconds / 86_400:.8f}"
    assert read_file_instant(text, SEOUL, day_first=None) == wall.replace(tzinfo=ZoneInfo(SEOUL))


@given(
    text=st.text(max_size=60) | st.text("0123456789/-.: T+Z오후밤年月日시분点半amp", max_size=40),
    first=st.none() | st.booleans(),
)
def test_any_text_is_an_instant_or_a_reason(text: str, first: bool | None) -> None:
    """Nothing that stands in a cell raises an error."""
    found = read_file_instant(text, SEOUL, day_first=first)
    assert isinstance(found, BadInstant) or found.tzinfo is UTC
    assert day_order([text]) in {True, False, None}
