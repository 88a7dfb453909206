"""From when to when a report counts: around one stream, or over some days."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bot.rules.calendar import DAY, day_of, start_of

PERIODS = {"7d": 7, "30d": 30}
"""How many days a report of a period takes in, today included."""


@dataclass(frozen=True, slots=True)
class FiguresPolicy:
    """How figures are counted, and when they come by themselves."""

    after_end: timedelta = timedelta(hours=3)
    """Orders that are paid so long after a stream's end still count for it."""
    sources_shown: int = 8
    """Sources that a report names; the others are added up."""
    funnel_days: int = 90
    """Fans of the funnel came in so many days, today included."""
    stays: tuple[int, int] = (7, 30)
    """After how many days the funnel asks whether a fan is still here."""
    told_within: timedelta = timedelta(days=1)
    """A stream's report comes by itself only so long after its end: after an outage nobody wants old news."""
    digest_at: str = "09:00"
    """When yesterday's digest comes in a shop that has no time for a morning card, as `HH:MM`."""
    digest_late: timedelta = timedelta(hours=4)
    """For how long after its time a digest is still sent."""
    folds_every: timedelta = timedelta(hours=1)
    """How often transfers are folded into sums by which reports of days count."""
    bars: int = 24
    """The most bars of a picture's chart."""
    drawing: timedelta = timedelta(seconds=15)
    """How long the drawing of a picture may take."""


@dataclass(frozen=True, slots=True)
class Window:
    """An interval of time. Its start belongs to it, its end doesn't."""

    start: datetime
    end: datetime

    def holds(self, at: datetime) -> bool:
        """Whether an instant is in it."""
        return self.start <= at < self.end


def stream_window(starts_at: datetime, ended_at: datetime, policy: FiguresPolicy) -> Window:
    """What counts for a stream: from its start to three hours after its end."""
    return Window(starts_at, ended_at + policy.after_end)


def days_window(last: date, days: int, timezone: str) -> Window:
    """So many calendar days of the shop, the last one included."""
    first = last - timedelta(days=days - 1)
    return Window(start_of(first, timezone), start_of(last + DAY, timezone))


def period_window(now: datetime, days: int, timezone: str) -> Window:
    """So many calendar days of the shop, today included."""
    return days_window(day_of(now, timezone), days, timezone)
