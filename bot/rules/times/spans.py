"""Read hours of a day from one time to another: `22:00-08:00`, `10pm to 8am`, and the same in three languages."""

import re

from bot.rules.times.hours import Clock, read_clock
from bot.rules.times.vocabulary import BETWEEN_HOURS, PARTICLES, any_of, tidy

LONGEST = 60
"""Characters of a text that is read at all."""
_BETWEEN = re.compile(any_of(BETWEEN_HOURS))
_BARE = re.compile(r"\d{1,2}")


def read_span(text: str) -> tuple[Clock, Clock] | None:
    """The two times of day that a text names as a whole; None if it names anything else."""
    plain = tidy(text).removeprefix("from ")
    if len(plain) > LONGEST:
        return None
    for found in _BETWEEN.finditer(plain):
        first, second = _time(plain[: found.start()]), _time(plain[found.end() :])
        if first is not None and second is not None:
            return first, second
    return None


def _time(text: str) -> Clock | None:
    """One of the two times. Here a bare number is an hour as well."""
    said = text.strip()
    for particle in PARTICLES:
        said = said.removesuffix(particle).rstrip()
    if _BARE.fullmatch(said):
        said = f"{said}:00"
    return read_clock(said)
