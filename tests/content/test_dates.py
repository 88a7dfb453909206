"""Instants as people say them, in three languages."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.content.dates import say_day, say_instant
from bot.rules.words import Language

SEOUL = ZoneInfo("Asia/Seoul")
NOW = datetime(2026, 11, 30, 15, 0, tzinfo=SEOUL)
"""A Monday afternoon."""


def local(month: int, day: int, hour: int, minute: int = 0, year: int = 2026) -> datetime:
    """An instant of Seoul."""
    return datetime(year, month, day, hour, minute, tzinfo=SEOUL)


@pytest.mark.parametrize(
    ("value", "ko", "zh", "en", "form"),
    [
        (local(11, 30, 20), "오늘 오후 8:00", "今晚 8 点", "tonight at 8 PM", "t"),
        (local(11, 30, 20, 30), "오늘 오후 8:30", "今晚 8 点半", "tonight at 8:30 PM", "t"),
        (local(11, 30, 23, 59), "오늘 오후 11:59", "今晚 11:59", "tonight at 11:59 PM", "t"),
        (local(11, 30, 16), "오늘 오후 4:00", "今天下午 4 点", "today at 4 PM", "t"),
        (local(11, 30, 12), "오늘 오후 12:00", "今天中午 12 点", "today at noon", "t"),
        (local(11, 30, 0), "오늘 오전 12:00", "今天凌晨 0 点", "today at 12 AM", "t"),
        (local(11, 30, 9, 5), "오늘 오전 9:05", "今天上午 9:05", "today at 9:05 AM", "t"),
        (local(12, 1, 0), "오늘 밤 12시", "今晚 12 点", "midnight tonight", ""),
        (local(12, 1, 0, 1), "내일(화) 오전 12:01", "明天（周二）凌晨 0:01", "tomorrow (Tue) at 12:01 AM", "t"),
        (local(12, 1, 20), "내일(화) 오후 8:00", "明天（周二）晚上 8 点", "tomorrow (Tue) at 8 PM", "t"),
        (local(12, 1, 12), "내일(화) 오후 12:00", "明天（周二）中午 12 点", "tomorrow (Tue) at noon", "t"),
        (local(12, 3, 20), "목요일 오후 8:00", "周四晚上 8 点", "Thursday at 8 PM", "wt"),
        (local(12, 6, 10), "일요일 오전 10:00", "周日上午 10 点", "Sunday at 10 AM", "wt"),
        (local(12, 7, 20), "12월 7일 (월) 오후 8:00", "12月7日周一 20:00", "Mon, Dec 7 8:00 PM", "wDt"),
        (
            local(1, 4, 20, year=2027),
            "2027년 1월 4일 (월) 오후 8:00",
            "2027年1月4日周一 20:00",
            "Mon, Jan 4, 2027 8:00 PM",
            "wDt",
        ),
        (local(11, 29, 20), "어제 오후 8:00", "昨晚 8 点", "yesterday at 8 PM", "t"),
        (local(11, 29, 10), "어제 오전 10:00", "昨天上午 10 点", "yesterday at 10 AM", "t"),
        (local(11, 28, 20), "지난 토요일 오후 8:00", "上周六晚上 8 点", "last Saturday at 8 PM", "wt"),
        (local(11, 24, 12), "지난 화요일 오후 12:00", "上周二中午 12 点", "last Tuesday at noon", "wt"),
        (local(11, 23, 20), "11월 23일 (월) 오후 8:00", "11月23日周一 20:00", "Mon, Nov 23 8:00 PM", "wDt"),
    ],
)
def test_how_instants_are_said(value: datetime, ko: str, zh: str, en: str, form: str) -> None:
    """The day by its name while it is near, the full date where it isn't this week."""
    said = [say_instant(value, NOW, "Asia/Seoul", one) for one in (Language.KO, Language.ZH, Language.EN)]
    assert [one.text for one in said] == [ko, zh, en]
    assert {one.form for one in said} == {form}


def test_days_of_this_week_that_are_over() -> None:
    """Chinese says of a weekday whether it was in this week or in the one before."""
    friday = local(12, 4, 15)
    said = [say_instant(local(*day, 20), friday, "Asia/Seoul", Language.ZH).text for day in ((12, 1), (11, 29))]
    assert said == ["本周二晚上 8 点", "上周日晚上 8 点"]


@pytest.mark.parametrize(
    ("day", "ko", "zh", "en"),
    [
        (date(2026, 11, 30), "오늘", "今天", "today"),
        (date(2026, 11, 29), "어제", "昨天", "yesterday"),
        (date(2026, 12, 1), "내일", "明天", "tomorrow"),
        (date(2026, 11, 9), "11월 9일", "11月9日", "Nov 9"),
        (date(2027, 11, 30), "2027년 11월 30일", "2027年11月30日", "Nov 30, 2027"),
    ],
)
def test_how_days_are_said(day: date, ko: str, zh: str, en: str) -> None:
    """By name while they are near; with the year only if it isn't this year."""
    said = [say_day(day, NOW.date(), one) for one in (Language.KO, Language.ZH, Language.EN)]
    assert said == [ko, zh, en]


def test_the_day_is_the_shops() -> None:
    """Whether it is today depends on the shop's zone, not on UTC; the year turns there too."""
    now, soon = local(12, 31, 23), local(1, 1, 1, year=2027)
    assert say_instant(soon, now, "Asia/Seoul", Language.EN).text == "tomorrow (Fri) at 1 AM"
    assert say_instant(soon, now, "Europe/London", Language.EN).text == "today at 4 PM"


def test_over_a_change_of_clocks() -> None:
    """The day after clocks went forward is tomorrow, though it is only 22 hours away."""
    london = ZoneInfo("Europe/London")
    now = datetime(2027, 3, 27, 23, tzinfo=london)
    assert say_instant(datetime(2027, 3, 28, 22, tzinfo=london), now, "Europe/London", Language.EN).text == (
        "tomorrow (Sun) at 10 PM"
    )
