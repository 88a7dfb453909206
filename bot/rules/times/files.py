"""Read an instant in a shop's file, as its system or its spreadsheet wrote it. A text is read as a whole or refused."""

import re
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from enum import Enum

from bot.rules.calendar import start_of
from bot.rules.calendar import zone as zone_of
from bot.rules.times.dates import NAMED_MONTH, YEAR_AT_END, YEAR_FIRST, YEAR_LAST, Found, find_date, weekday_of
from bot.rules.times.hours import Clock, read_clock
from bot.rules.times.vocabulary import MONTHS, tidy
from bot.rules.times.wall import instant_of
from bot.rules.times.zones import split_zone


class BadInstant(Enum):
    """Why an instant can't be read."""

    UNREADABLE = "unreadable"
    """It isn't a time, or not one time for sure: two digits of a year, a zone that several places call so."""
    DAY_ORDER_OPEN = "day_order_open"
    """Its day and month can be read either way round."""
    NEVER_WAS = "never_was"
    """The clocks skip it."""


YEARS = range(2000, 2100)
LONGEST = 80
MONTHS_OF_YEAR = 12
DAY_SECONDS = 86_400
_SERIAL_ZERO = date(1899, 12, 30)
"""Day 0 of a spreadsheet's serial days."""
_SERIAL = re.compile(r"(?P<day>\d{5})(?:[.,](?P<part>\d{1,15}))?")
_COMPACT = re.compile(
    r"(?P<y>\d{4})(?P<m>\d{2})(?P<d>\d{2})(?:[t ]?(?P<h>\d{2})(?P<n>\d{2})(?P<s>\d{2})?)?(?P<zone>\D.*)?"
)
_JOINED = re.compile(r"(?:t(?=\d)|at\s+|-\s+)")
"""What joins a date and a time."""


def read_file_instant(text: str, zone: str, *, day_first: bool | None) -> datetime | BadInstant:
    """The instant that a cell means, in UTC. What it says without a zone is by the clock of `zone`, the shop's.

    `day_first` is the order of `11/2/2026` in this file: True is 11 February, False is 2 November, None is unknown. A
    date alone is the beginning of its day. A date with points whose year is last has its day first.

    Raises:
        ValueError: there is no zone called `zone`.
    """
    plain = tidy(text)
    if not plain or len(plain) > LONGEST:
        return BadInstant.UNREADABLE
    serial = _SERIAL.fullmatch(plain)
    if serial is not None:
        return _from_serial(serial, zone)
    found = _find(plain, day_first)
    if isinstance(found, BadInstant):
        return found
    day = found.on(found.year) if found.year is not None and found.year in YEARS else None
    return _at(day, found.rest, zone) if day is not None else BadInstant.UNREADABLE


def day_order(texts: Iterable[str]) -> bool | None:
    """Whether a file's dates have the day first (True) or the month first (False).

    None: nothing tells, or its dates contradict each other. Then no date that can be read both ways may be read.
    """
    orders: set[bool] = set()
    for text in texts:
        found = YEAR_LAST.fullmatch(tidy(text[:LONGEST]))
        if found is not None and found["sep"] != ".":
            one, two = int(found["one"]), int(found["two"])
            if (one > MONTHS_OF_YEAR) != (two > MONTHS_OF_YEAR):
                orders.add(one > MONTHS_OF_YEAR)
    return orders.pop() if len(orders) == 1 else None


def _from_serial(found: re.Match[str], zone: str) -> datetime | BadInstant:
    """The instant of a serial day, rounded to the second as the spreadsheet shows it."""
    part = found["part"] or "0"
    seconds = (2 * int(part) * DAY_SECONDS + 10 ** len(part)) // (2 * 10 ** len(part))
    day = _SERIAL_ZERO + timedelta(days=int(found["day"]) + seconds // DAY_SECONDS)
    if day.year not in YEARS:
        return BadInstant.UNREADABLE
    if found["part"] is None:
        return start_of(day, zone)
    minutes, second = divmod(seconds % DAY_SECONDS, 60)
    hour, minute = divmod(minutes, 60)
    at = instant_of(day, Clock(hour, minute, second), zone_of(zone))
    return at if at is not None else BadInstant.NEVER_WAS


def _find(text: str, day_first: bool | None) -> Found | BadInstant:
    """The date with which a cell begins, or ends."""
    found = find_date(text, (*YEAR_FIRST, *NAMED_MONTH))
    if found is not None:
        return found
    match = YEAR_LAST.fullmatch(text)
    if match is not None:
        return _year_last(match, day_first)
    match = YEAR_AT_END.fullmatch(text)
    if match is not None:
        clock = f"{match['time']} {match['zone'] or ''}".strip()
        return Found(MONTHS[match["m"]], int(match["d"]), weekday_of(match), clock, int(match["y"]))
    match = _COMPACT.fullmatch(text)
    if match is None or (match["h"] is None and match["zone"]):
        return BadInstant.UNREADABLE
    clock = ":".join(part for part in match.group("h", "n", "s") if part)
    return Found(int(match["m"]), int(match["d"]), None, f"{clock}{match['zone'] or ''}", int(match["y"]))


def _year_last(match: re.Match[str], day_first: bool | None) -> Found | BadInstant:
    one, two, year = int(match["one"]), int(match["two"]), int(match["y"])
    day_then_month = Found(two, one, weekday_of(match), match["rest"], year)
    month_then_day = Found(one, two, weekday_of(match), match["rest"], year)
    if match["sep"] == "." or day_first is True:
        return day_then_month
    if day_first is False:
        return month_then_day
    can_be = {day: found for found in (day_then_month, month_then_day) if (day := found.on(year)) is not None}
    if len(can_be) > 1:
        return BadInstant.DAY_ORDER_OPEN
    return next(iter(can_be.values()), BadInstant.UNREADABLE)


def _at(day: date, rest: str, zone: str) -> datetime | BadInstant:
    """The instant of a time that stands behind its date."""
    if not rest:
        return start_of(day, zone)
    split = split_zone(_JOINED.sub("", rest, count=1) if _JOINED.match(rest) else rest, zone, day.year)
    clock = read_clock(split[0]) if split is not None else None
    if split is None or clock is None:
        return BadInstant.UNREADABLE
    at = instant_of(day, clock, split[1] or zone_of(zone))
    return at if at is not None else BadInstant.NEVER_WAS
