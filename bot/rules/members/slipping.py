"""Who is slipping away: a fan who stays away for much longer than they usually do between two visits.

A visit is a day on which a fan did something themselves, or gave a sign of life in a room (`store/visits.py`).
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from bot.rules.calendar import DAY


@dataclass(frozen=True, slots=True)
class SlippingPolicy:
    """When a fan is slipping away."""

    least_visits: int = 4
    """With fewer visits nobody knows what is usual for a fan."""
    times: int = 3
    """A gap of more than so many times the median of their own gaps."""
    window: timedelta = timedelta(days=180)
    """How long before the last visit visits count, and how long after it a fan can still be slipping away. Who is away
    for longer is gone."""


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How often a fan visits."""

    last_on: date
    """The day of the last visit."""
    every: int
    """The median of the gaps between visits, in whole days, rounded up."""
    slips_on: date
    """The first day on which they are slipping away, if they don't come before."""
    gone_on: date
    """The first day on which they are gone."""


def rhythm(days: Collection[date], policy: SlippingPolicy) -> Rhythm | None:
    """How often a fan visits who visited on these days; None if that were too few, or all gaps too long."""
    if not days:
        return None
    last = max(days)
    visits = sorted(day for day in set(days) if day > last - policy.window)
    if len(visits) < policy.least_visits:
        return None
    gaps = sorted((after - before) // DAY for before, after in pairwise(visits))
    # Twice the median is a whole number also where two gaps share the middle.
    twice = gaps[(len(gaps) - 1) // 2] + gaps[len(gaps) // 2]
    slips_on = last + (policy.times * twice // 2 + 1) * DAY
    gone_on = last + policy.window + DAY
    return Rhythm(last, -(-twice // 2), slips_on, gone_on) if slips_on < gone_on else None
