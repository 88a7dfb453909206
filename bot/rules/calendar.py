"""Days and months as a community sees them: calendar days in its own time zone."""

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

DAY = timedelta(days=1)


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
    """The calendar month of `day` as `YYYY-MM`, the key of everything that is granted once a month."""
    return f"{day.year:04d}-{day.month:02d}"


def start_of(day: date, timezone: str) -> datetime:
    """The first instant of `day` in `timezone`, in UTC."""
    return datetime(day.year, day.month, day.day, tzinfo=zone(timezone)).astimezone(UTC)
