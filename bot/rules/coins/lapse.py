"""Coins lapse a year after the end of the month in which they were earned. The oldest coins are spent first.

At a month's end a member loses the coins that they earned before the *cut-off*, which is that month's end a year
earlier, and didn't spend. These are earnings before the cut-off − (spending − coins given back), at least 0. Earlier
lapses count as spending. Coins that were given back count as negative spending, not as earnings. A balance is
earnings − (spending − coins given back). So the coins that lapse are balance − earnings since the cut-off, and no
balance falls below 0, however late the lapse comes.

Coins that a fan gives away in a packet aren't spent: they move from one purse's earnings to another's, or back, with
the date on which they were earned (`rules/lots.py`).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from bot.rules.calendar import DAY, day_of, start_of, zone
from bot.rules.lots import Lapse
from bot.rules.outcome import Outcome

YEAR = 12
"""Coins are good for this many months after the month in which they were earned."""


class LapseStep(StrEnum):
    """What the clock does for a month's end."""

    NOTICE = "notice"
    LAPSE = "lapse"


@dataclass(frozen=True, slots=True)
class LapsePolicy:
    """How members are told of coins that lapse, and how many members one transaction takes."""

    dates_shown: int = 2
    """How many dates a fan's card shows."""
    notice_from: time = time(10)
    notice_until: time = time(20)
    """The notice leaves between these local times, from the first day of the month at whose end the coins lapse."""
    least_warning: timedelta = timedelta(days=7)
    """A notice leaves at least this long before the lapse, or not at all (the bot was away for a month)."""
    chunk: int = 250
    """Members for whom one transaction adds up a year of earnings. It must not hold the writer for 50 ms."""


@dataclass(frozen=True, slots=True)
class LapseNotice(Outcome, name="lapse.LapseNotice"):
    """Told in private about a month before coins lapse."""

    day: date
    """The last day on which the coins are good."""
    coins: int
    balance: int


def month_after(month: date, months: int = 1) -> date:
    """The first day of the month that is `months` after that of `month`; before it if `months` is negative."""
    years, index = divmod(month.month - 1 + months, 12)
    return date(month.year + years, index + 1, 1)


def ended_month(now: datetime, timezone: str) -> date:
    """The first day of the latest month that is over at `now`."""
    return month_after(day_of(now, timezone), -1)


def end_of(month: date, timezone: str) -> datetime:
    """The first instant after a month, in UTC. `month` is its first day."""
    return start_of(month_after(month), timezone)


def cut_off(month: date, timezone: str) -> datetime:
    """Coins that were earned before this instant are good until the end of `month`, and not longer."""
    return start_of(month_after(month, 1 - YEAR), timezone)


def lapsing(balance: int, earned_since: int) -> int:
    """The coins of a balance that lapse. `earned_since` are the coins earned since the cut-off."""
    return max(0, balance - earned_since)


def months_ahead(now: datetime, timezone: str) -> tuple[date, ...]:
    """The months at whose ends coins that exist now can lapse: this month and the next twelve."""
    this = day_of(now, timezone)
    return tuple(month_after(this, months) for months in range(YEAR + 1))


def upcoming(balance: int, earned_since: Iterable[tuple[date, int]], most: int) -> tuple[Lapse, ...]:
    """The next dates on which coins lapse, at most `most`, if nothing is earned, spent or given back until then.

    `earned_since` has months in order, each with the coins that were earned since its cut-off.
    """
    gone = 0
    dates: list[Lapse] = []
    for month, earned in earned_since:
        by_then = lapsing(balance, earned)
        if by_then > gone:
            dates.append(Lapse(month_after(month) - DAY, by_then - gone))
            gone = by_then
    return tuple(dates[:most])


def notice_at(month: date, timezone: str, now: datetime, policy: LapsePolicy) -> datetime | None:
    """When the notice for the end of `month` may leave, not before `now`; None if it is too late for a notice."""
    at_first = datetime.combine(month, policy.notice_from, zone(timezone))
    local = max(at_first, now.astimezone(zone(timezone)))
    if local.time() >= policy.notice_until:
        local = datetime.combine(local.date() + DAY, policy.notice_from, zone(timezone))
    elif local.time() < policy.notice_from:
        local = datetime.combine(local.date(), policy.notice_from, zone(timezone))
    at = local.astimezone(now.tzinfo)
    return at if at <= end_of(month, timezone) - policy.least_warning else None
