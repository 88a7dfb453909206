"""Read the zone that stands behind a time: `Z`, `+09:00`, `KST`, `GMT+8`, a name."""

import re
from datetime import datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from zoneinfo import available_timezones

from bot.rules.calendar import zone
from bot.rules.times.vocabulary import ZONE_NAMES

HOURS = {
    "kst": 9,
    "jst": 9,
    "hkt": 8,
    "sgt": 8,
    "awst": 8,
    "ict": 7,
    "wib": 7,
    "msk": 3,
    "cet": 1,
    "cest": 2,
    "eet": 2,
    "eest": 3,
    "est": -5,
    "edt": -4,
    "cdt": -5,
    "mst": -7,
    "mdt": -6,
    "pst": -8,
    "pdt": -7,
    "aest": 10,
    "aedt": 11,
    "nzst": 12,
    "nzdt": 13,
    "z": 0,
    "utc": 0,
    "gmt": 0,
}
"""Abbreviations → hours ahead of UTC. Those that mean other hours elsewhere, such as CST and IST, aren't here."""
_FARTHEST = timedelta(hours=14)
_QUARTER = 15
_LONGEST = 40
_OFFSET = re.compile(r"(?P<named>utc|gmt)?(?P<sign>[+\u2212-])(?P<hours>\d{1,2})(?::?(?P<minutes>\d{2}))?")
_NOTED = re.compile(r"(?P<offset>[^(\[]+)(?:\([^()]+\)|\[[^\[\]]+\])")
"""An offset and the zone's name behind it, as some systems write both. The offset says all, so the name isn't read."""
_ABBREVIATION = re.compile(r"[a-z]{1,5}")


def split_zone(text: str, here: str, year: int) -> tuple[str, tzinfo | None] | None:
    """A tidy time and the zone that stands behind it, if one does; None if that zone isn't certain.

    `here` is the shop's zone. It settles an abbreviation that it uses itself in that year, such as CST in China.
    """
    for at in range(max(1, len(text) - _LONGEST), len(text)):
        head, tail = text[:at].rstrip(), "".join(text[at:].split())
        inside_word = head[-1:].isalpha() and tail[:1].isalpha()
        if not inside_word and (found := read_zone(tail, here, year)) is not None:
            return None if _is_range(head, tail) else (head, found)
    return text, None


def read_zone(text: str, here: str, year: int) -> tzinfo | None:
    """The zone that a tidy text without blanks means as a whole; None if it means none, or not one for sure."""
    noted = _NOTED.fullmatch(text)
    offset = offset_of(noted["offset"] if noted is not None else text)
    if offset is not None:
        return timezone(offset)
    bare = text[1:-1] if text[:1] + text[-1:] in {"()", "[]"} else text
    if bare in ZONE_NAMES:
        return zone(ZONE_NAMES[bare])
    if "/" in bare:
        key = key_of(bare)
        return zone(key) if key is not None else None
    if not _ABBREVIATION.fullmatch(bare):
        return None
    ours = _abbreviations(here, year)
    if bare in ours:
        return timezone(ours[bare])
    return timezone(timedelta(hours=HOURS[bare])) if bare in HOURS else None


def offset_of(text: str) -> timedelta | None:
    """How far ahead of UTC `utc+9`, `gmt-03:30` or `+0900` is; None for any other text. It is tidy, without blanks."""
    found = _OFFSET.fullmatch(text)
    if found is None or not (found["named"] or len(found["hours"]) > 1):
        return None
    minutes = int(found["minutes"] or 0)
    ahead = timedelta(hours=int(found["hours"]), minutes=minutes)
    if ahead > _FARTHEST or minutes % _QUARTER:
        return None
    return ahead if found["sign"] == "+" else -ahead


def key_of(text: str) -> str | None:
    """The IANA zone that is written so, in whatever case."""
    return _keys().get(text.casefold())


@lru_cache(maxsize=1)
def _keys() -> dict[str, str]:
    return {key.casefold(): key for key in available_timezones()}


@lru_cache(maxsize=64)
def _abbreviations(here: str, year: int) -> dict[str, timedelta]:
    """What a zone's clocks are called in a year, and how far ahead of UTC they are."""
    seasons = [datetime(year, month, 1, tzinfo=zone(here)) for month in (1, 7)]
    return {(at.tzname() or "").casefold(): at.utcoffset() or timedelta(0) for at in seasons}


def _is_range(head: str, tail: str) -> bool:
    """Whether `09:00-10:00` looks like two times rather than a time and an offset."""
    return tail[:1] == "-" and ":" in tail and head.count(":") == 1 and "t" not in head
