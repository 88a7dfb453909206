"""Times as people write them: a table of every clause in three languages, and what holds for any text."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rules.times.reading import FARTHEST, When, WhenProblem, read_when

SEOUL, NEW_YORK = ZoneInfo("Asia/Seoul"), ZoneInfo("America/New_York")
NOW = datetime(2026, 11, 30, 1, 0, tzinfo=UTC)
"""Monday, 30 November 2026, 10:00 in Seoul."""
UNREADABLE, NO_HOUR, PASSED = WhenProblem.UNREADABLE, WhenProblem.NO_HOUR, WhenProblem.PASSED

READ = [
    # A day and an hour.
    ("오늘 20:00", "11-30 20:00"),
    ("今天20:00", "11-30 20:00"),
    ("today 20:00", "11-30 20:00"),
    ("내일 21시", "12-01 21:00"),
    ("明天21点", "12-01 21:00"),
    ("tomorrow 8pm", "12-01 20:00"),
    ("tomorrow at 8 p.m.", "12-01 20:00"),
    ("8pm tomorrow", "12-01 20:00"),
    ("at 20:00 on friday", "12-04 20:00"),
    ("모레 저녁 8시 반", "12-02 20:30"),
    ("后天中午", "12-02 12:00"),
    ("後天中午12點半", "12-02 12:30"),
    ("大后天 8:30 pm", "12-03 20:30"),
    ("the day after tomorrow 20:00", "12-02 20:00"),
    # Weekdays: the next one ahead, or of the week that is named.
    ("월요일 20:00", "11-30 20:00"),
    ("월요일 09:00", "12-07 09:00"),
    ("금요일 오후 8시", "12-04 20:00"),
    ("금 20시", "12-04 20:00"),
    ("오는 금요일 20:00", "12-04 20:00"),
    ("周五晚上8点", "12-04 20:00"),
    ("星期日中午", "12-06 12:00"),
    ("禮拜五 晚上8點", "12-04 20:00"),
    ("fri 20:00", "12-04 20:00"),
    ("Sunday noon", "12-06 12:00"),
    ("이번 주 일요일 저녁 7시", "12-06 19:00"),
    ("다음 주 금요일 밤 12시", "12-12 00:00"),
    ("다음주 월요일 13시", "12-07 13:00"),
    ("下周三 20:00", "12-09 20:00"),
    ("下个星期三 20:00", "12-09 20:00"),
    ("這週五 20:00", "12-04 20:00"),
    ("next fri 20:00", "12-11 20:00"),
    ("next week friday 8pm", "12-11 20:00"),
    # Dates.
    ("12/24 20:00", "12-24 20:00"),
    ("12월 24일 오후 8시", "12-24 20:00"),
    ("12월24일(목) 20:00", "12-24 20:00"),
    ("12月24日 晚上8點", "12-24 20:00"),
    ("12月24号晚上8点", "12-24 20:00"),
    ("Dec 24 8pm", "12-24 20:00"),
    ("24 December 20:00", "12-24 20:00"),
    ("2026/12/24 20:00", "12-24 20:00"),
    ("2026-12-24T20:00:30", "12-24 20:00:30"),
    ("2026-12-24T20:00+09:00", "12-24 20:00"),
    ("2026-12-24T11:00Z", "12-24 20:00"),
    ("2026. 12. 24. 오후 8:00", "12-24 20:00"),
    ("2026년 12월 24일 20시 5분 30초", "12-24 20:05:30"),
    ("2026年12月24日 20时05分30秒", "12-24 20:05:30"),
    # Hours.
    ("20:00", "11-30 20:00"),
    ("20:00:30", "11-30 20:00:30"),
    ("09:00", "12-01 09:00"),
    ("10:00 am", "12-01 10:00"),
    ("2０：００", "11-30 20:00"),
    ("오후 8시", "11-30 20:00"),
    ("오전 11:30", "11-30 11:30"),
    ("오전 12시", "12-01 00:00"),
    ("下午3点", "11-30 15:00"),
    ("上午11点一刻", "11-30 11:15"),
    ("12pm", "11-30 12:00"),
    ("12am", "12-01 00:00"),
    ("정오", "11-30 12:00"),
    ("낮 1시", "11-30 13:00"),
    ("아침 9시", "12-01 09:00"),
    ("早上9点半", "12-01 09:30"),
    ("今晚8点半", "11-30 20:30"),
    ("明晚8点", "12-01 20:00"),
    ("明早9点", "12-01 09:00"),
    ("오늘밤 11시", "11-30 23:00"),
    ("오늘 밤 12시", "12-01 00:00"),
    ("밤 12시 반", "12-01 00:30"),
    ("今晚12点", "12-01 00:00"),
    ("tonight at 9", "11-30 21:00"),
    ("tomorrow evening at 8", "12-01 20:00"),
    ("8 in the evening", "11-30 20:00"),
    ("새벽 1시", "12-01 01:00"),
    ("내일 새벽 1시", "12-01 01:00"),
    ("凌晨1点", "12-01 01:00"),
    ("저녁 여덟 시", "11-30 20:00"),
    ("晚上八点", "11-30 20:00"),
    ("24:00", "12-01 00:00"),
    ("내일 24시", "12-02 00:00"),
    ("내일 20시에", "12-01 20:00"),
    ("금요일 20:00까지", "12-04 20:00"),
    # Lengths of time from now.
    ("+90m", "11-30 11:30"),
    ("+1h30m", "11-30 11:30"),
    ("+3d", "12-03 10:00"),
    ("15분", "11-30 10:15"),
    ("15분 뒤", "11-30 10:15"),
    ("2시간 뒤", "11-30 12:00"),
    ("1시간 반 후", "11-30 11:30"),
    ("3일 뒤", "12-03 10:00"),
    ("1小时30分后", "11-30 11:30"),
    ("一个半小时后", "11-30 11:30"),
    ("半小时后", "11-30 10:30"),
    ("两小时后", "11-30 12:00"),
    ("3天后", "12-03 10:00"),
    ("in 2 hours", "11-30 12:00"),
    ("in 1 hour and 30 minutes", "11-30 11:30"),
    ("half an hour", "11-30 10:30"),
    ("90 min", "11-30 11:30"),
    ("2 weeks later", "12-14 10:00"),
]


@pytest.mark.parametrize(("text", "wall"), READ)
def test_a_time_is_read(text: str, wall: str) -> None:
    """By the shop's clock."""
    found = read_when(text, NOW, "Asia/Seoul")
    assert found == When(datetime.fromisoformat(f"2026-{wall}").replace(tzinfo=SEOUL))


EITHER = [
    ("내일 9시", "12-01 09:00", "12-01 21:00"),
    ("明天9点", "12-01 09:00", "12-01 21:00"),
    ("tomorrow 9:00", "12-01 09:00", "12-01 21:00"),
    ("tomorrow at 9", "12-01 09:00", "12-01 21:00"),
    ("9시 반", "12-01 09:30", "11-30 21:30"),
    ("两点半", "12-01 02:30", "11-30 14:30"),
    ("월요일 9시", "12-07 09:00", "11-30 21:00"),
    ("12/24 8:05", "12-24 08:05", "12-24 20:05"),
    ("9 o'clock", "12-01 09:00", "11-30 21:00"),
]


@pytest.mark.parametrize(("text", "morning", "evening"), EITHER)
def test_an_hour_of_the_morning_or_the_evening(text: str, morning: str, evening: str) -> None:
    """A bare hour from 1 to 11 is the morning's, and the evening's is told with it."""
    walls = [datetime.fromisoformat(f"2026-{wall}").replace(tzinfo=SEOUL) for wall in (morning, evening)]
    assert read_when(text, NOW, "Asia/Seoul") == When(walls[0], walls[1])


REFUSED = [
    *((text, UNREADABLE) for text in ("", "soon", "yesterday", "25:00", "12:60", "9", "90", "+90", "3일", "24:30")),
    *((text, UNREADABLE) for text in ("오전 13시", "밤 1시", "저녁 12시 99분", "새벽 7시", "下午0点", "0pm")),
    *((text, UNREADABLE) for text in ("자정", "midnight", "2026-02-30 10:00", "24/12 20:00", "12월 32일 20시")),
    *((text, UNREADABLE) for text in ("12월 24일(금) 20:00", "tomorrow 8pm please", "내일 내일 9시", "20:00 20:00")),
    *((text, UNREADABLE) for text in ("15m 30m", "1h 2h", "in 2 hours later", "x" * 200, "-5m", "오늘 오늘")),
    *((text, NO_HOUR) for text in ("오늘", "내일", "后天", "tomorrow", "friday", "周五", "12/24", "2026/12/24")),
    *((text, NO_HOUR) for text in ("내일 저녁", "今晚", "12월 24일", "2026-12-24", "next fri", "오늘 밤")),
    *((text, PASSED) for text in ("오늘 9시", "오늘 새벽 1시", "今天早上9点", "today 10:00", "this mon 9am")),
    *((text, PASSED) for text in ("11/1 20:00", "11월 29일 20시", "2020-01-01T00:00", "0001-01-01T00:00")),
    ("2026-11-29", PASSED),
    *((text, WhenProblem.TOO_FAR) for text in ("+999999d", "2030-01-01T00:00", "9999-12-31T23:59", "5000 weeks")),
]


@pytest.mark.parametrize(("text", "problem"), REFUSED)
def test_a_text_is_refused_with_its_reason(text: str, problem: WhenProblem) -> None:
    """A text that isn't a time as a whole, a day without its hour, a named day whose time is over, another age."""
    assert read_when(text, NOW, "Asia/Seoul") is problem


@pytest.mark.parametrize(
    ("text", "now", "year"),
    [
        ("1/5 20:00", NOW, 2027),
        ("1월 5일 20시", NOW, 2027),
        ("12/1 20:00", NOW, 2026),
        ("2/28 20:00", datetime(2026, 12, 31, tzinfo=UTC), 2027),
    ],
)
def test_a_date_without_its_year_is_the_nearest(text: str, now: datetime, year: int) -> None:
    """Over the turn of the year it is next year's; a date that was lately is over, and refused."""
    found = read_when(text, now, "Asia/Seoul")
    assert isinstance(found, When)
    assert found.at.astimezone(SEOUL).year == year


@pytest.mark.parametrize(
    ("text", "now", "expected"),
    [
        ("3/8 2:30", datetime(2026, 3, 1, tzinfo=UTC), WhenProblem.NEVER_WAS),
        ("02:30", datetime(2026, 3, 8, 5, 0, tzinfo=UTC), WhenProblem.NEVER_WAS),
        ("3/8 03:30", datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 3, 8, 7, 30, tzinfo=UTC)),
        ("11/1 01:30", datetime(2026, 10, 1, tzinfo=UTC), datetime(2026, 11, 1, 5, 30, tzinfo=UTC)),
        ("2026-11-01T01:30-05:00", datetime(2026, 10, 1, tzinfo=UTC), datetime(2026, 11, 1, 6, 30, tzinfo=UTC)),
        ("+1h", datetime(2026, 11, 1, 5, 30, tzinfo=UTC), datetime(2026, 11, 1, 6, 30, tzinfo=UTC)),
    ],
)
def test_clocks_that_jump(text: str, now: datetime, expected: datetime | WhenProblem) -> None:
    """A skipped time is refused, of one that comes twice the first is meant, and a length of time knows no jump."""
    found = read_when(text, now, "America/New_York")
    assert (found.at if isinstance(found, When) else found) == expected


DAYS = st.integers(-400, 700)
MINUTES = st.integers(0, 24 * 60 - 1)
WRITTEN = (
    "{at:%Y-%m-%dT%H:%M}",
    "{at:%Y/%m/%d} {at:%H:%M}",
    "{at.year}년 {at.month}월 {at.day}일 {at.hour}시 {at.minute}분",
    "{at.year}年{at.month}月{at.day}日{at.hour:02}点{at.minute:02}分",
    "{at:%b} {at.day}, {at.year} {at:%I:%M %p}",
)


@given(days=DAYS, minutes=MINUTES, form=st.sampled_from(WRITTEN), zone=st.sampled_from(("Asia/Seoul", "Europe/London")))
def test_a_rendered_time_is_read_back_or_refused(days: int, minutes: int, form: str, zone: str) -> None:
    """A day that was named is never moved: the time is read as it stands, or refused with its reason."""
    wall = datetime(2026, 11, 30, tzinfo=UTC) + timedelta(days=days, minutes=minutes)
    at = wall.replace(tzinfo=ZoneInfo(zone))
    found = read_when(form.format(at=wall), NOW, zone)
    if isinstance(found, When):
        assert found.at == at
        assert NOW < found.at <= NOW + FARTHEST
    elif at <= NOW:
        assert found is PASSED
    else:
        assert found is (WhenProblem.TOO_FAR if at > NOW + FARTHEST else WhenProblem.NEVER_WAS)


NAMED = ("오늘", "내일", "모레", "明天", "tomorrow", "12/24", "11/30", "11/1", "다음 주 금요일", "下周三", "this fri")
HOURS = ("9시", "새벽 1시", "20:00", "밤 12시", "8pm", "中午", "24:00", "00:00")


@given(
    seconds=st.integers(0, 500 * 86_400),
    day=st.sampled_from(NAMED),
    hour=st.sampled_from(HOURS),
    zone=st.sampled_from(("Asia/Seoul", "America/New_York", "Europe/London", "Australia/Lord_Howe")),
)
def test_a_named_day_is_never_moved(seconds: int, day: str, hour: str, zone: str) -> None:
    """Whatever the clock says, the same words mean the same day at midnight as later, or are refused as over."""
    now = NOW + timedelta(seconds=seconds)
    midnight = now.astimezone(ZoneInfo(zone)).replace(hour=0, minute=0, second=0, fold=0)
    found, first = (read_when(f"{day} {hour}", at, zone) for at in (now, midnight - timedelta(seconds=0)))
    if isinstance(found, When):
        assert isinstance(first, When)
        assert found.at == first.at
        assert found.at > now


SIGNS = "0123456789:/.-+ TZ시분초일월년오전후내모레저녁밤点分秒今明后天晚上下周月日amphdw"


@given(text=st.text(max_size=40) | st.text(SIGNS, max_size=24), day=st.dates(date(2000, 1, 1), date(2090, 1, 1)))
def test_any_text_is_a_time_or_a_problem(text: str, day: date) -> None:
    """Nothing that somebody types raises an error, and what is read is ahead or now."""
    now = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    found = read_when(text, now, "America/New_York")
    if isinstance(found, When):
        assert found.at.tzinfo is UTC
        assert now <= found.at <= now + FARTHEST
    else:
        assert isinstance(found, WhenProblem)
