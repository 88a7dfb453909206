"""Read which day is meant: today, a weekday, a date with or without its year."""

import re
from dataclasses import dataclass, replace
from datetime import date, timedelta

from bot.rules.times.dates import NAMED_MONTH, NO_YEAR, YEAR_FIRST, Found, find_date
from bot.rules.times.vocabulary import COMING, DAYS, SHORT_DAYS, WEEKDAYS, WEEKS, any_of

WEEK = timedelta(days=7)
HALF_A_YEAR = timedelta(days=183)
_SHORT = re.compile(rf"(?:{any_of(SHORT_DAYS)})(?![a-z])")
_DAY = re.compile(rf"(?P<day>{any_of(DAYS)})(?![a-z])(?:\s*,)?\s*(?P<rest>.*)")
_WEEKDAY = re.compile(
    rf"(?:(?P<week>{any_of(WEEKS)})\s*|(?:{any_of(COMING)})\s+)?(?P<weekday>{any_of(WEEKDAYS)})(?![a-z])"
    r"(?:\s*,)?\s*(?P<rest>.*)"
)


@dataclass(frozen=True, slots=True)
class Day:
    """A day that was named."""

    day: date
    every: timedelta | None = None
    """After how long the day comes again: of a weekday that was named alone the next one ahead is meant."""
    dated: bool = False
    """Whether its year was said too, as machines write it."""


def split_day(text: str, today: date) -> tuple[Day | None, str] | None:
    """The day with which a tidy text begins, and the rest of it. None: it begins with none.

    The day itself is None if a date is named that no calendar has, or that isn't the weekday that stands beside it.
    """
    short = _SHORT.match(text)
    if short is not None:
        text = SHORT_DAYS[short.group()] + text[short.end() :]
    found = _DAY.fullmatch(text)
    if found is not None:
        return Day(today + timedelta(days=DAYS[found["day"]])), found["rest"]
    found = _WEEKDAY.fullmatch(text)
    if found is not None and (found["week"] or not _has_date(text)):
        return _weekday(found, today), found["rest"]
    dated = find_date(text, (*YEAR_FIRST, *NAMED_MONTH))
    if dated is not None and dated.year is not None:
        day = dated.on(dated.year)
        return (Day(day, dated=True) if day is not None else None), dated.rest
    dated = find_date(text, NO_YEAR)
    return (_nearest(dated, today), dated.rest) if dated is not None else None


def _has_date(text: str) -> bool:
    """Whether a weekday only stands beside a date."""
    return find_date(text, (*YEAR_FIRST, *NAMED_MONTH, *NO_YEAR)) is not None


def _weekday(found: re.Match[str], today: date) -> Day:
    weekday = WEEKDAYS[found["weekday"]]
    if found["week"]:
        monday = today - timedelta(days=today.weekday())
        return Day(monday + WEEKS[found["week"]] * WEEK + timedelta(days=weekday))
    return Day(today + timedelta(days=(weekday - today.weekday()) % 7), every=WEEK)


def _nearest(found: Found, today: date) -> Day | None:
    """The year that wasn't said: this one, or the next if the date is over for more than half a year by then."""
    bare = replace(found, weekday=None)
    this, following = bare.on(today.year), bare.on(today.year + 1)
    day = this if this is not None and today - this <= HALF_A_YEAR else following
    return Day(day) if day is not None and found.weekday in {None, day.weekday()} else None
