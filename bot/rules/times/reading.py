"""Read an instant as people write it. A closed grammar: a text is read as a whole, or it is told what is wrong.

It is a day and an hour (`tomorrow 8pm`, `fri 20:00`, `12/24 20:00`), an hour alone (the next one), or a length of time
from now (`+90m`). The tables of tests/rules/times/ show every clause in three languages.
"""

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, tzinfo
from enum import Enum

from bot.rules.calendar import zone as zone_of
from bot.rules.times.days import Day, split_day
from bot.rules.times.durations import read_wait
from bot.rules.times.hours import Clock, read_clock
from bot.rules.times.vocabulary import NOONS, PARTICLES, PARTS, tidy
from bot.rules.times.wall import instant_of
from bot.rules.times.zones import split_zone

LONGEST = 80
FARTHEST = timedelta(days=2 * 366)
"""How far ahead a time may lie."""
DAY = timedelta(days=1)
_JOINED = re.compile(r"t(?=\d)|at\s+")
"""What joins a day and its hour."""


@dataclass(frozen=True, slots=True)
class When:
    """What a text means."""

    at: datetime
    """The instant, in UTC."""
    other: datetime | None = None
    """The same with the hour of the evening, if the hour that was said may be either's."""


class WhenProblem(Enum):
    """Why a text means no instant."""

    UNREADABLE = "unreadable"
    NO_HOUR = "no_hour"
    """A day was said without an hour."""
    PASSED = "passed"
    """The day was named, and that time of it is over. It is never moved to another day."""
    NEVER_WAS = "never_was"
    """The clocks skip it."""
    TOO_FAR = "too_far"
    """It is further ahead than anything here may be."""


def read_when(text: str, now: datetime, zone: str) -> When | WhenProblem:
    """The instant that a text means at `now` (aware), by the clock of `zone`, or why it means none.

    Raises:
        ValueError: there is no zone called `zone`.
    """
    plain = tidy(text)
    if not plain or len(plain) > LONGEST:
        return WhenProblem.UNREADABLE
    wait = read_wait(plain)
    if wait is not None:
        return When(now + wait) if wait <= FARTHEST else WhenProblem.TOO_FAR
    for candidate in _without_particle(plain):
        found = _read(candidate, now, zone)
        if found is not WhenProblem.UNREADABLE:
            return found
    return WhenProblem.UNREADABLE


def _without_particle(text: str) -> list[str]:
    """The text, and the text without a particle at its end."""
    return [text, *(text.removesuffix(particle).rstrip() for particle in PARTICLES if text.endswith(particle))]


def _read(text: str, now: datetime, zone: str) -> When | WhenProblem:
    local = now.astimezone(zone_of(zone))
    found = split_day(text, local.date())
    if found is not None:
        day, rest = found
        return _on(day, rest, local, zone) if day is not None else WhenProblem.UNREADABLE
    bare = text.removeprefix("at ")
    clock = read_clock(bare)
    if clock is not None:
        return _named(Day(local.date(), every=DAY), clock, local)
    for at, sign in enumerate(bare):
        if sign == " " and read_clock(bare[:at]) is not None:
            behind = split_day(bare[at + 1 :].removeprefix("on "), local.date())
            if behind is not None and behind[0] is not None and not behind[1]:
                return _on(behind[0], bare[:at], local, zone)
    return WhenProblem.UNREADABLE


def _on(day: Day, rest: str, local: datetime, zone: str) -> When | WhenProblem:
    """The time of a day that was named."""
    if not rest or rest in set(PARTS) - set(NOONS):
        return WhenProblem.NO_HOUR if day.day >= local.date() else WhenProblem.PASSED
    joined = _JOINED.match(rest)
    rest = rest[joined.end() :] if joined is not None else rest
    away, iso = None, joined is not None and joined.group() == "t"
    if day.dated and (split := split_zone(rest, zone, day.day.year, iso=iso)) is not None:
        rest, away = split
    clock = read_clock(rest) or (read_clock(f"{rest} o'clock") if joined is not None else None)
    if clock is None:
        return WhenProblem.UNREADABLE
    if iso:
        clock = replace(clock, either=False)
    return _named(day, clock, local, away)


def _named(day: Day, clock: Clock, local: datetime, away: tzinfo | None = None) -> When | WhenProblem:
    """The instant of a clock's time on a day, and of the evening's if the hour may be either's.

    `away` is the zone that was written behind the time, if one was.
    """
    at = _instant(day, clock, local, away)
    if isinstance(at, WhenProblem) or not clock.either:
        return at if isinstance(at, WhenProblem) else When(at)
    other = _instant(day, clock.in_the_evening(), local, away)
    return When(at, other if isinstance(other, datetime) else None)


def _instant(day: Day, clock: Clock, local: datetime, away: tzinfo | None) -> datetime | WhenProblem:
    if day.day < local.date() - 2 * DAY:
        return WhenProblem.PASSED
    if day.day > local.date() + FARTHEST + 2 * DAY:
        return WhenProblem.TOO_FAR
    at = instant_of(day.day, clock, away or local.tzinfo or UTC)
    if at is not None and at <= local and day.every is not None:
        at = instant_of(day.day + day.every, clock, away or local.tzinfo or UTC)
    if at is None:
        return WhenProblem.NEVER_WAS
    if at <= local:
        return WhenProblem.PASSED
    return at if at - local <= FARTHEST else WhenProblem.TOO_FAR
