"""The small chart of a report's picture: how many orders were paid when."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bot.rules.calendar import day_of
from bot.rules.figures.windows import Window

STEPS = tuple(timedelta(minutes=minutes) for minutes in (5, 10, 15, 20, 30, 60, 120, 240, 480, 1440))
"""How much time a bar of an evening may stand for."""


@dataclass(frozen=True, slots=True)
class Bar:
    """Orders in one part of the time."""

    begins: datetime | date
    """The instant, or the day."""
    orders: int


@dataclass(frozen=True, slots=True)
class Chart:
    """The bars from left to right."""

    bars: tuple[Bar, ...]


def over_evening(paid: Iterable[datetime], window: Window, now: datetime, most: int) -> Chart:
    """Orders in equal parts of a stream's window up to now, in at most `most` bars."""
    length = max(min(window.end, now) - window.start, STEPS[0])
    step = next((one for one in STEPS if length / one <= most), STEPS[-1])
    counts = [0] * min(most, -(-length // step))
    for at in paid:
        counts[min((at - window.start) // step, len(counts) - 1)] += 1
    return Chart(tuple(Bar(window.start + place * step, orders) for place, orders in enumerate(counts)))


def by_day(paid: Iterable[datetime], since: date, days: int, timezone: str) -> Chart:
    """Orders by calendar day of the shop."""
    counts = dict.fromkeys((since + timedelta(days=nth) for nth in range(days)), 0)
    for at in paid:
        day = day_of(at, timezone)
        counts[day] = counts.get(day, 0) + 1
    return Chart(tuple(Bar(day, orders) for day, orders in sorted(counts.items())))
