"""Read a length of time: `1h30m`, `90m`, `in 2 hours`, and the same with the words of three languages."""

import re
from datetime import timedelta

from bot.rules.times.vocabulary import (
    AND_A_HALF,
    DAYS_OR_DATE,
    HALF_HOURS,
    HALVES,
    LATER,
    ONE,
    SPELT,
    UNITS,
    any_of,
    tidy,
)

LONGEST = 60
_HALF_HOUR = timedelta(minutes=30)
_BEHIND = rf"(?:\s*(?P<half>{any_of(HALVES)}))?"
_LENGTH = re.compile(
    "".join(
        rf"(?:(?P<{unit}>\d{{1,6}}(?:\.5)?|{any_of((*SPELT, *ONE))})\s*(?P<{unit}_word>{any_of(words)})(?![a-z])"
        rf"{_BEHIND if unit == 'hours' else ''}(?:\s*,)?(?:\s*and\b)?\s*)?"
        for unit, words in UNITS.items()
    )
)
_LATER = re.compile(rf"(?P<first>\+|in\s)?\s*(?P<length>.*?)\s*(?P<last>{any_of(LATER)})?")


def read_length(text: str) -> timedelta | None:
    """The length that a text means as a whole, whether or not it says *later*; None if it means none."""
    found = _split(text)
    return found[0] if found is not None else None


def read_wait(text: str) -> timedelta | None:
    """The length of time from now that a text means; None if it means none, or may be a day of the month."""
    found = _split(text)
    if found is None:
        return None
    length, later, alone = found
    return length if later or alone != DAYS_OR_DATE else None


def _split(text: str) -> tuple[timedelta, bool, str | None] | None:
    """The length, whether the text counts it from now, and the word for days if nothing shorter stands with it."""
    plain = tidy(text)
    if len(plain) > LONGEST:
        return None
    found = _LATER.fullmatch(plain)
    if found is None or (found["first"] and found["last"]):
        return None
    later = bool(found["first"] or found["last"])
    said = found["length"]
    if said in HALF_HOURS:
        return _HALF_HOUR, later, None
    for whole, apart in AND_A_HALF.items():
        said = said.replace(whole, apart)
    units = _LENGTH.fullmatch(said)
    if units is None and (units := _LENGTH.fullmatch(f"{said}m")) is not None and not units["hours"]:
        return None  # minutes go without their unit behind hours only
    if units is None or not any(units[unit] for unit in UNITS):
        return None
    length = timedelta(**{unit: _number(units[unit]) for unit in UNITS if units[unit]})
    if units["half"]:
        length += _HALF_HOUR
    shorter = any(units[unit] for unit in ("hours", "minutes", "seconds"))
    return length, later, None if shorter else units["days_word"]


def _number(text: str) -> float:
    return SPELT.get(text) or (1 if text in ONE else float(text))
