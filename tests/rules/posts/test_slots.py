"""The calendar's slots and weekly times over changes of clocks, by tables of facts."""

from datetime import UTC, date, datetime, timedelta

import pytest
from bot.rules.shops.calendar import (
    CalendarPolicy,
    MorningCard,
    SlotDecision,
    SlotFacts,
    SlotKind,
    decide_today,
    due_on,
    next_due,
)

from bot.rules.calendar import next_time, start_of, weekly_cron, zone

POLICY = CalendarPolicy()
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
NEW_YORK, BERLIN, SEOUL = "America/New_York", "Europe/Berlin", "Asia/Seoul"


def slot(at: str = "09:00", timezone: str = SEOUL, weekdays: str = "1234567", since: datetime = LONG_AGO) -> SlotFacts:
    """A morning slot."""
    return SlotFacts(1, 1, SlotKind.MORNING, at, weekdays, timezone, since)


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
    found = due_on(slot(at, timezone), day)
    assert found == utc(due)
    assert found.astimezone(zone(timezone)).date() == day


@pytest.mark.parametrize(("weekdays", "due"), [("1", True), ("7", False), ("1234567", True), ("", False)])
def test_only_on_its_weekdays(weekdays: str, due: bool) -> None:
    """Monday, the second of November, is day 1."""
    assert (due_on(slot(weekdays=weekdays), date(2026, 11, 2)) is not None) is due


@pytest.mark.parametrize(
    ("weekdays", "now", "due"),
    [
        pytest.param("1234567", "2026-11-01 23:59", "2026-11-02 00:00", id="a minute before"),
        pytest.param("1234567", "2026-11-02 00:00", "2026-11-03 00:00", id="at the instant: the next day's"),
        pytest.param("1", "2026-11-02 00:00", "2026-11-09 00:00", id="Mondays"),
        pytest.param("7", "2026-11-02 00:00", "2026-11-08 00:00", id="Sundays"),
        pytest.param("35", "2026-11-02 00:00", "2026-11-04 00:00", id="Wednesdays and Fridays"),
        pytest.param("", "2026-11-02 00:00", None, id="never"),
    ],
)
def test_when_it_is_due_next(weekdays: str, now: str, due: str | None) -> None:
    """The alarm is set for the first time after now."""
    assert next_due(slot(weekdays=weekdays), utc(now)) == (utc(due) if due else None)


@pytest.mark.parametrize(
    ("now", "since", "expected"),
    [
        pytest.param("2026-11-01 23:59", None, None, id="not yet"),
        pytest.param("2026-11-02 00:00", None, "", id="at the hour"),
        pytest.param("2026-11-02 04:00", None, "", id="four hours late"),
        pytest.param("2026-11-02 04:01", None, "too late in the day", id="later than that"),
        pytest.param("2026-11-02 14:59", None, "too late in the day", id="the day's last minute"),
        pytest.param("2026-11-02 15:00", None, None, id="the next day: its own slot isn't due yet"),
        pytest.param("2026-11-02 03:00", "2026-11-02 02:00", "the shop wasn't here yet", id="made at eleven"),
        pytest.param("2026-11-02 00:00", "2026-11-02 00:00", "", id="made at the hour"),
    ],
)
def test_what_fills_a_slot(now: str, since: str | None, expected: str | None) -> None:
    """At its hour, up to four hours late; then the day's slot stays empty, with the reason."""
    decided = decide_today(slot(since=utc(since) if since else LONG_AGO), utc(now), POLICY)
    if expected is None:
        assert decided is None
    else:
        assert decided == SlotDecision(date(2026, 11, 2), utc("2026-11-02 00:00"), expected or None)


@pytest.mark.parametrize("timezone", [NEW_YORK, BERLIN, SEOUL, "Asia/Kolkata", "Pacific/Apia", "Australia/Lord_Howe"])
@pytest.mark.parametrize("at", ["00:00", "02:30", "09:00", "23:30"])
def test_one_slot_a_day_all_year(timezone: str, at: str) -> None:
    """Each local day of a year has its slot once, in order, and the alarm finds the same ones."""
    now, this = start_of(date(2026, 1, 1), timezone) - timedelta(seconds=1), slot(at, timezone)
    for number in range(365):
        day = date(2026, 1, 1) + timedelta(days=number)
        due = due_on(this, day)
        assert due is not None
        assert due.astimezone(zone(timezone)).date() == day
        assert due == next_due(this, now)
        now = due


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
