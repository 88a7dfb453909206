"""Slots over changes of clocks, and what a week may hold, by tables of facts."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest

from bot.rules.calendar import is_cron, next_time, wall_instant, walls, weekly_cron, zone
from bot.rules.posts.morning import MorningCard, RoomHeard, is_asleep
from bot.rules.posts.ready_weeks import Pace, is_quiet, ready_week
from bot.rules.posts.slot_lines import SlotProblem, SlotWish, read_slot, read_weekdays
from bot.rules.posts.slots import CalendarPolicy, TooMany, TooNear, check_week, times_in, wall_text
from bot.rules.slots import SlotKind, clock_of, daily

POLICY = CalendarPolicy()
NEW_YORK, BERLIN, SEOUL = "America/New_York", "Europe/Berlin", "Asia/Seoul"
PILLARS = {"tips": "tips", "꿀팁": "tips", "干货": "tips", "behindthescenes": "behind", "ourcat": "our cat"}


def utc(text: str) -> datetime:
    """An instant written as UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("timezone", "at", "day", "due"),
    [
        pytest.param(SEOUL, "09:00", date(2026, 11, 2), "2026-11-02 00:00", id="Seoul"),
        pytest.param(NEW_YORK, "09:00", date(2026, 3, 7), "2026-03-07 14:00", id="New York, the day before spring"),
        pytest.param(NEW_YORK, "09:00", date(2026, 3, 8), "2026-03-08 13:00", id="New York, clocks forward that night"),
        pytest.param(NEW_YORK, "09:00", date(2026, 10, 31), "2026-10-31 13:00", id="New York, the day before autumn"),
        pytest.param(NEW_YORK, "09:00", date(2026, 11, 1), "2026-11-01 14:00", id="New York, clocks back that night"),
        pytest.param(BERLIN, "09:00", date(2026, 3, 28), "2026-03-28 08:00", id="Berlin, the day before spring"),
        pytest.param(BERLIN, "09:00", date(2026, 3, 29), "2026-03-29 07:00", id="Berlin, clocks forward that night"),
        pytest.param(BERLIN, "09:00", date(2026, 10, 24), "2026-10-24 07:00", id="Berlin, the day before autumn"),
        pytest.param(BERLIN, "09:00", date(2026, 10, 25), "2026-10-25 08:00", id="Berlin, clocks back that night"),
        pytest.param(NEW_YORK, "02:30", date(2026, 3, 8), "2026-03-08 07:00", id="a time that never was: when it ends"),
        pytest.param(NEW_YORK, "01:30", date(2026, 11, 1), "2026-11-01 05:30", id="a time that comes twice: the first"),
        pytest.param("Africa/Cairo", "00:30", date(2026, 4, 24), "2026-04-23 22:00", id="midnight that never was"),
        pytest.param("Asia/Kolkata", "09:00", date(2026, 11, 2), "2026-11-02 03:30", id="half an hour"),
        pytest.param("Asia/Kathmandu", "09:00", date(2026, 11, 2), "2026-11-02 03:15", id="three quarters"),
        pytest.param(
            "Australia/Lord_Howe", "09:00", date(2026, 10, 4), "2026-10-03 22:00", id="clocks by half an hour"
        ),
        pytest.param("Pacific/Apia", "00:00", date(2026, 11, 2), "2026-11-01 11:00", id="far east"),
        pytest.param("Pacific/Pago_Pago", "23:59", date(2026, 11, 2), "2026-11-03 10:59", id="far west"),
    ],
)
def test_when_a_slot_is_due(timezone: str, at: str, day: date, due: str) -> None:
    """A slot keeps the community's wall clock, whatever the clocks do, and falls on its own day."""
    (wall,) = walls(daily(at), day, day)
    found = wall_instant(wall, timezone)
    assert found == utc(due)
    assert found.astimezone(zone(timezone)).date() == day


@pytest.mark.parametrize("timezone", [NEW_YORK, BERLIN, SEOUL, "Asia/Kolkata", "Pacific/Apia", "Australia/Lord_Howe"])
@pytest.mark.parametrize("at", ["00:00", "02:30", "09:00", "23:30"])
def test_one_slot_a_day_all_year(timezone: str, at: str) -> None:
    """Each local day of a year has its slot once, in order, on its own day."""
    times = walls(daily(at), date(2026, 1, 1), date(2026, 12, 31))
    assert len(times) == 365
    due = [wall_instant(wall, timezone) for wall in times]
    assert due == sorted(set(due))
    assert [instant.astimezone(zone(timezone)).date() for instant in due] == [wall.date() for wall in times]


@pytest.mark.parametrize(
    ("cron", "expected"),
    [
        pytest.param("0 20 * * 2,4", ["2026-11-03T20:00", "2026-11-05T20:00"], id="two evenings"),
        pytest.param("30 9 * * 0", ["2026-11-08T09:30"], id="Sunday is 0"),
        pytest.param("0 */12 4 * *", ["2026-11-04T00:00", "2026-11-04T12:00"], id="a day of the month"),
        pytest.param("0 0 1 1 *", [], id="not in this week"),
    ],
)
def test_when_a_line_comes(cron: str, expected: list[str]) -> None:
    """Times of the week from Monday, the second, by the wall clock."""
    assert [wall_text(wall) for wall in walls(cron, date(2026, 11, 2), date(2026, 11, 8))] == expected


@pytest.mark.parametrize(
    ("line", "good"),
    [
        ("0 20 * * 2,4", True),
        ("*/30 8-22 * * *", True),
        ("0 20 * *", False),
        ("0 25 * * *", False),
        ("0 0 30 2 *", False),
        ("0 20 * * moonday", False),
        ("", False),
        ("* " * 200, False),
    ],
)
def test_what_is_a_cron_line(line: str, good: bool) -> None:
    """Five fields that come at some time."""
    assert is_cron(line) is good


@pytest.mark.parametrize(
    ("others", "added", "expected"),
    [
        pytest.param(["0 20 * * *"], "29 20 * * 3", TooNear, id="29 minutes"),
        pytest.param(["0 20 * * *"], "30 20 * * 3", None, id="30 minutes"),
        pytest.param(["50 23 * * 0"], "10 0 * * 1", TooNear, id="across the week's end"),
        pytest.param(["0 20 * * 1"], "0 20 * * 2", None, id="another day"),
        pytest.param([], "*/20 9 * * 1", TooNear, id="near itself"),
        pytest.param(["0 9-12 * * *"], "0 20 * * 1,2", None, id="30 a week"),
        pytest.param(["0 9-12 * * *"], "0 20 * * 1,2,3", TooMany, id="31 a week"),
        pytest.param([], "* * * * *", TooMany, id="each minute"),
    ],
)
def test_what_a_week_has_room_for(others: list[str], added: str, expected: type | None) -> None:
    """Thirty minutes between two, thirty a week."""
    found = check_week(others, added, POLICY)
    assert (type(found) if found is not None else None) is expected


@pytest.mark.parametrize(("pace", "times"), [(Pace.CALM, 5), (Pace.USUAL, 10), (Pace.BUSY, 18)])
@pytest.mark.parametrize("morning", [None, "07:00", "09:00", "10:00", "12:00"])
@pytest.mark.parametrize("quiet", [("21:00", "09:00"), ("18:00", "10:00"), ("00:00", "00:00"), ("23:30", "06:00")])
def test_ready_weeks(pace: Pace, times: int, morning: str | None, quiet: tuple[str, str]) -> None:
    """So many posts, none in quiet hours, three promotions a day at most with 90 minutes between, the card counted."""
    ready = ready_week(pace, morning, *quiet)
    assert times_in(ready.posts) == times
    crons = [*ready.posts, *([daily(morning, ready.mornings)] if morning else [])]
    first = date(2026, 1, 5)
    for day in (first + timedelta(days=number) for number in range(7)):
        minutes = sorted(wall.hour * 60 + wall.minute for cron in crons for wall in walls(cron, day, day))
        assert len(minutes) <= 3
        assert all(later - earlier >= 90 for earlier, later in pairwise(minutes))
    begin, end = (int(clock[:2]) * 60 + int(clock[3:]) for clock in quiet)
    for cron in ready.posts:
        for wall in walls(cron, first, first + timedelta(days=6)):
            assert not is_quiet(wall.hour * 60 + wall.minute, begin, end)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("tue,thu 20:00 tips", SlotWish(SlotKind.POST, "0 20 * * 2,4", "tips")),
        ("tue, thu 8pm Behind the scenes", SlotWish(SlotKind.POST, "0 20 * * 2,4", "behind")),
        ("mon-fri 12:30", SlotWish(SlotKind.POST, "30 12 * * 1,2,3,4,5")),
        ("daily 20:00 any", SlotWish(SlotKind.POST, "0 20 * * *")),
        ("weekend 11:00 our cat", SlotWish(SlotKind.POST, "0 11 * * 6,0", "our cat")),
        ("20:00", SlotWish(SlotKind.POST, "0 20 * * *")),
        ("화,목 20:00 꿀팁", SlotWish(SlotKind.POST, "0 20 * * 2,4", "tips")),
        ("화목 오후 8시 꿀팁", SlotWish(SlotKind.POST, "0 20 * * 2,4", "tips")),
        ("매일 오전 10시", SlotWish(SlotKind.POST, "0 10 * * *")),
        ("周二,周四 20:00 干货", SlotWish(SlotKind.POST, "0 20 * * 2,4", "tips")),
        ("周二、周四 晚上8点 干货", SlotWish(SlotKind.POST, "0 20 * * 2,4", "tips")),
        ("every day 9:00 morning card", SlotWish(SlotKind.MORNING, "0 9 * * *")),
        ("0 20 * * 2,4 tips", SlotWish(SlotKind.POST, "0 20 * * 2,4", "tips")),
        ('"0 20 * * 2,4" tips', SlotWish(SlotKind.POST, "0 20 * * 2,4", "tips")),
        ("fri 20:00 /redpacket 1000 20", SlotWish(SlotKind.ACTIVITY, "0 20 * * 5", command="/redpacket 1000 20")),
        (
            '일 20:00 /newraffle prize="실크" winners=3 closes=+30m',
            SlotWish(SlotKind.ACTIVITY, "0 20 * * 0", command='/newraffle prize="실크" winners=3 closes=+30m'),
        ),
        ("tue 20:00 shoes", SlotProblem("what", "shoes")),
        ("tue tips", SlotProblem("time", "tips")),
        ("someday 20:00", SlotProblem("days", "someday")),
        ("0 25 * * * tips", SlotProblem("cron", "0 25 * * *")),
        ("", SlotProblem("time", "")),
    ],
)
def test_slots_as_people_write_them(line: str, expected: SlotWish | SlotProblem) -> None:
    """Days, a time and what fills it, in three languages; a cron line for who knows; a command for an activity."""
    assert read_slot(line, PILLARS) == expected


@pytest.mark.parametrize(
    ("text", "days"), [("sun", (7,)), ("일", (7,)), ("周日", (7,)), ("mon-wed", (1, 2, 3)), ("x", None)]
)
def test_weekdays_alone(text: str, days: tuple[int, ...] | None) -> None:
    """A day off by its weekday."""
    assert read_weekdays(text) == days


@pytest.mark.parametrize(
    ("cron", "clock"), [("0 9 * * *", "09:00"), ("30 20 * * 1,2", "20:30"), ("*/5 9 * * *", None), ("0 9 1 * *", None)]
)
def test_the_hour_of_a_line(cron: str, clock: str | None) -> None:
    """The set-up shows the hour of a daily line."""
    assert clock_of(cron) == clock


@pytest.mark.parametrize(
    ("hears", "joined", "heard", "asleep"),
    [
        pytest.param(True, 48, 23, False, id="heard within a day"),
        pytest.param(True, 48, 25, True, id="not heard for a day"),
        pytest.param(True, 48, None, True, id="never heard"),
        pytest.param(True, 3, None, False, id="the bot came just now"),
        pytest.param(False, 48, None, False, id="the bot can't hear there"),
    ],
)
def test_who_is_asleep(hears: bool, joined: int, heard: int | None, asleep: bool) -> None:
    """Hours since the bot came and since somebody was heard decide."""
    now = utc("2026-11-02 00:00")
    heard_at = now - timedelta(hours=heard) if heard is not None else None
    room = RoomHeard(-1, hears, now - timedelta(hours=joined), heard_at)
    assert is_asleep(room, now, timedelta(hours=24)) is asleep


@pytest.mark.parametrize(
    ("timezone", "first", "wall"),
    [
        pytest.param(NEW_YORK, "2026-03-02 01:00", "20:00", id="New York, a Sunday evening into spring"),
        pytest.param(NEW_YORK, "2026-10-26 00:00", "20:00", id="New York, a Sunday evening into autumn"),
        pytest.param(BERLIN, "2026-03-22 19:00", "20:00", id="Berlin, into spring"),
        pytest.param(BERLIN, "2026-10-18 18:00", "20:00", id="Berlin, into autumn"),
        pytest.param(SEOUL, "2026-10-26 11:00", "20:00", id="Seoul, which has no summer time"),
        pytest.param("Asia/Kolkata", "2026-10-26 14:30", "20:00", id="Kolkata"),
    ],
)
def test_a_weekly_time_keeps_the_wall_clock(timezone: str, first: str, wall: str) -> None:
    """Four weeks on, the same weekday and the same hour by the community's clock."""
    begin = utc(first)
    cron, at = weekly_cron(begin, timezone), begin
    for week in range(1, 5):
        at = next_time(cron, timezone, at)
        local = at.astimezone(zone(timezone))
        assert f"{local:%H:%M}" == wall
        assert local.date() == begin.astimezone(zone(timezone)).date() + timedelta(weeks=week)


def test_a_weekly_time_in_the_gap() -> None:
    """Half past two on Sundays comes at three where the clocks jump over it, and at half past two again after."""
    begin = utc("2026-03-01 07:30")
    cron = weekly_cron(begin, NEW_YORK)
    in_the_gap = next_time(cron, NEW_YORK, begin)
    assert in_the_gap == utc("2026-03-08 07:00")
    assert next_time(cron, NEW_YORK, in_the_gap) == utc("2026-03-15 06:30")


def test_a_weekly_time_that_comes_twice() -> None:
    """Half past one on Sundays comes once, the first time, where the clocks repeat it."""
    begin = utc("2026-10-25 05:30")
    cron = weekly_cron(begin, NEW_YORK)
    doubled = next_time(cron, NEW_YORK, begin)
    assert doubled == utc("2026-11-01 05:30")
    assert next_time(cron, NEW_YORK, doubled) == utc("2026-11-08 06:30")


@pytest.mark.parametrize("past", [False, True])
def test_a_morning_card_is_over_with_its_day(past: bool) -> None:
    """Yesterday's card isn't hung any more."""
    assert MorningCard(date(2026, 11, 2), 3, None, None, past=past).over is past
