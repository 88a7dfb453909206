"""Days and months as a community sees them: calendar days in its own time zone."""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import takewhile
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cronsim import CronSim, CronSimError

DAY = timedelta(days=1)
FIELDS = 5
"""Fields of a cron line: minute, hour, day, month, weekday."""
LONGEST_CRON = 80
SOME_DAY = date(2026, 1, 1)


@lru_cache(maxsize=64)
def zone(name: str) -> ZoneInfo:
    """The IANA time zone called `name`.

    Raises:
        ValueError: there is no such zone.
    """
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(name) from error


def day_of(instant: datetime, timezone: str) -> date:
    """The calendar day on which `instant` (aware) falls in `timezone`."""
    return instant.astimezone(zone(timezone)).date()


def month_of(day: date) -> str:
    """The calendar month of `day` as `YYYY-MM`. It is the key of everything that is granted once a month."""
    return f"{day.year:04d}-{day.month:02d}"


def end_of_month(day: date) -> date:
    """The last day of a day's month."""
    return (day.replace(day=1) + timedelta(days=31)).replace(day=1) - DAY


def start_of(day: date, timezone: str) -> datetime:
    """The first instant of `day` in `timezone`, in UTC."""
    return datetime(day.year, day.month, day.day, tzinfo=zone(timezone)).astimezone(UTC)


def next_time(cron: str, timezone: str, after: datetime) -> datetime:
    """The first instant after `after` (aware) at which `cron` (minute hour day month weekday) falls, in UTC.

    The wall clock of `timezone` counts: 20:00 stays 20:00 across daylight saving. A time that the clocks skip comes at
    the end of the gap. A time that comes twice counts once, the first time (cronsim, after Debian's cron).
    """
    return next(CronSim(cron, after.astimezone(zone(timezone)))).astimezone(UTC)


def weekly_cron(at: datetime, timezone: str) -> str:
    """The cron line (minute hour day month weekday) that repeats `at` (aware) each week in `timezone`."""
    local = at.astimezone(zone(timezone))
    return f"{local.minute} {local.hour} * * {local.isoweekday() % 7}"


def is_cron(line: str) -> bool:
    """Whether a text is a cron line of five fields that comes at some time."""
    if len(line) > LONGEST_CRON or len(line.split()) != FIELDS:
        return False
    try:
        next(CronSim(line, datetime.combine(SOME_DAY, time())))
    except (CronSimError, StopIteration):
        return False
    return True


def walls(cron: str, first: date, last: date) -> list[datetime]:
    """The times (naive, by the wall clock) at which a cron line falls from `first` to `last`, both included."""
    begin, end = datetime.combine(first, time()), datetime.combine(last + DAY, time())
    return list(takewhile(lambda wall: wall < end, CronSim(cron, begin - timedelta(minutes=1))))


def wall_instant(wall: datetime, timezone: str) -> datetime:
    """The instant at which the clock of `timezone` shows `wall` (naive), in UTC.

    A time that the clocks skip comes at the end of the gap; of one that comes twice it is the first.
    """
    cron = f"{wall.minute} {wall.hour} {wall.day} {wall.month} *"
    return next_time(cron, timezone, start_of(wall.date(), timezone) - timedelta(seconds=1))
