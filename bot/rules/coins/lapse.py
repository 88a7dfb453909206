"""Coins lapse at the end of the month a year after they were earned, those earned first being spent first.

By the end of a month a member loses what they earned before the same month's end a year ago and haven't spent since:
earnings before that *cut-off* − (spending − what was given back), never below nought. Earlier lapses are spending;
what is given back is negative spending, no earning. As a balance is earnings − (spending − given back), this is the
balance − earnings since the cut-off: no purse can lapse below nought, however late the lapse comes.

Coins that a fan gives away in a packet are no spending: they leave one purse's earnings and come into another's, or
back, with the date on which they were earned (`rules/lots.py`).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from bot.rules.calendar import DAY, day_of, start_of, zone
from bot.rules.lots import Lapse
from bot.rules.outcome import Outcome

YEAR = 12
"""Months for which coins are good, after the one in which they were earned."""


class LapseStep(StrEnum):
    """What the clock does about a month's end."""

    NOTICE = "notice"
    LAPSE = "lapse"


@dataclass(frozen=True, slots=True)
class LapsePolicy:
    """How lapsing coins are told of, and how many members one transaction takes."""

    dates_shown: int = 2
    """Dates that a fan's card names."""
    notice_from: time = time(10)
    notice_until: time = time(20)
    """Local hours in which the notice may leave, from the first day of the month at whose end the coins lapse."""
    least_warning: timedelta = timedelta(days=7)
    """No notice leaves later than this before the lapse (the bot was away for a month)."""
    chunk: int = 250
    """Members whose year of earnings is added up in one transaction, which must not hold the writer for 50 ms."""


@dataclass(frozen=True, slots=True)
class LapseNotice(Outcome, name="lapse.LapseNotice"):
    """Told in private about a month before: something will lapse."""

    day: date
    """The last day on which they are good."""
    coins: int
    balance: int


def month_after(month: date, months: int = 1) -> date:
    """The first day of the month that comes so many months after that of `month`; earlier if negative."""
    years, index = divmod(month.month - 1 + months, 12)
    return date(month.year + years, index + 1, 1)


def ended_month(now: datetime, timezone: str) -> date:
    """The first day of the latest month that is over."""
    return month_after(day_of(now, timezone), -1)


def end_of(month: date, timezone: str) -> datetime:
    """The first instant after a month."""
    return start_of(month_after(month), timezone)


def cut_off(month: date, timezone: str) -> datetime:
    """Coins earned before this instant are good until the end of `month`."""
    return start_of(month_after(month, 1 - YEAR), timezone)


def lapsing(balance: int, earned_since: int) -> int:
    """Coins that lapse, of a balance and what was earned since the cut-off."""
    return max(0, balance - earned_since)


def months_ahead(now: datetime, timezone: str) -> tuple[date, ...]:
    """Months at whose ends something earned by now can lapse: this one and the next twelve."""
    this = day_of(now, timezone)
    return tuple(month_after(this, months) for months in range(YEAR + 1))


def upcoming(balance: int, earned_since: Iterable[tuple[date, int]], most: int) -> tuple[Lapse, ...]:
    """What lapses when, the nearest dates first, if nothing is earned, spent or given back until then.

    `earned_since` tells for months in order what was earned since their cut-offs.
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
    """When the notice of what lapses at the end of `month` may leave, not before `now`; None once it is too late."""
    at_first = datetime.combine(month, policy.notice_from, zone(timezone))
    local = max(at_first, now.astimezone(zone(timezone)))
    if local.time() >= policy.notice_until:
        local = datetime.combine(local.date() + DAY, policy.notice_from, zone(timezone))
    elif local.time() < policy.notice_from:
        local = datetime.combine(local.date(), policy.notice_from, zone(timezone))
    at = local.astimezone(now.tzinfo)
    return at if at <= end_of(month, timezone) - policy.least_warning else None
