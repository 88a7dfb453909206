"""Read a time of day: `20:00`, `8:30 pm`, and the same with the words of three languages."""

import re
from dataclasses import dataclass

from bot.rules.times.parts import Part, hour_in
from bot.rules.times.vocabulary import (
    FRACTIONS,
    HOUR_SIGNS,
    MINUTE_SIGNS,
    NOONS,
    PARTS,
    SECOND_SIGNS,
    SPELT,
    any_of,
)

LAST_HOUR = 24
LAST_MINUTE = 59
HALF_DAY = 12

_PART = any_of(PARTS)
_CLOCK = re.compile(
    rf"(?:(?P<before>{_PART})\s*)?"
    rf"(?P<hour>\d{{1,2}}|{any_of(SPELT)})"
    r"(?:"
    r"\s*:\s*(?P<minute>\d{2})(?:\s*:\s*(?P<second>\d{2})(?:[.,]\d{1,9})?)?"
    rf"|\s*(?P<sign>{any_of(HOUR_SIGNS)})"
    rf"(?:\s*(?:(?P<fraction>{any_of(FRACTIONS)})|(?P<signed>\d{{1,2}})\s*(?:{any_of(MINUTE_SIGNS)})?))?"
    rf"(?:(?<=[^\d\s])\s*(?P<seconds>\d{{1,2}})\s*(?:{any_of(SECOND_SIGNS)}))?"
    r"|\s*(?P<clock>o'?clock)"
    r")?"
    rf"(?:\s*(?P<after>{_PART}))?"
)


@dataclass(frozen=True, slots=True)
class Clock:
    """A time of day as it was said."""

    hour: int
    """0 to 24. Minutes after 24 belong to the next day."""
    minute: int = 0
    second: int = 0
    either: bool = False
    """Whether an hour from 1 to 11 was said that may be of the morning or of the evening. The morning's stands here."""

    @property
    def seconds(self) -> int:
        """Seconds since the day's 0:00 by the wall clock."""
        return (self.hour * 60 + self.minute) * 60 + self.second

    def in_the_evening(self) -> "Clock":
        """The other hour of the day that the same words can mean."""
        return Clock(self.hour + HALF_DAY, self.minute, self.second)


def read_clock(text: str) -> Clock | None:
    """The time of day that a tidy text means as a whole; None if it means none.

    A bare number is an hour only beside a word for a part of the day.
    """
    if text in NOONS:
        return Clock(HALF_DAY)
    found = _CLOCK.fullmatch(text)
    if found is None or (found["before"] and found["after"]):
        return None
    word = found["before"] or found["after"]
    part = PARTS[word] if word else None
    if part is None and not (found["minute"] or found["sign"] or found["clock"]):
        return None
    return _clock(found, part)


def _clock(found: re.Match[str], part: Part | None) -> Clock | None:
    said = found["hour"]
    number = SPELT[said] if said in SPELT else int(said)
    fraction = found["fraction"]
    minute = FRACTIONS[fraction] if fraction else int(found["minute"] or found["signed"] or 0)
    second = int(found["second"] or found["seconds"] or 0)
    hour = hour_in(part, number) if part is not None else number
    if hour is None or hour > LAST_HOUR or minute > LAST_MINUTE or second > LAST_MINUTE:
        return None
    at_night = part is Part.EVENING and number == HALF_DAY
    if hour == LAST_HOUR and (minute or second) and not at_night:
        return None
    either = part is None and 1 <= hour < HALF_DAY and not said.startswith("0")
    return Clock(hour, minute, second, either)
