"""From a day and a time by a shop's wall clock to an instant."""

from datetime import UTC, date, datetime, time, timedelta, tzinfo

from bot.rules.times.hours import Clock


def instant_of(day: date, clock: Clock, zone: tzinfo) -> datetime | None:
    """The instant in UTC at which the wall clock shows this; None if the clocks skip it.

    Of a time that comes twice, as the clocks go back, it is the first.

    Raises:
        OverflowError: no calendar has this day.
    """
    wall = datetime.combine(day, time()) + timedelta(seconds=clock.seconds)
    at = wall.replace(tzinfo=zone).astimezone(UTC)
    return at if at.astimezone(zone).replace(tzinfo=None) == wall else None
