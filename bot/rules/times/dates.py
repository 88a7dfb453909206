"""Find the date at the beginning of a text, in every way that it is written with a day of the month."""

import re
from dataclasses import dataclass
from datetime import date

from bot.rules.times.vocabulary import DATE_SIGNS, MONTHS, WEEKDAYS, any_of

_WEEKDAY = rf"(?:{any_of(WEEKDAYS)})"
_BEFORE = rf"(?:(?P<early>{_WEEKDAY})\.?\s*,?\s*)?"
_BEHIND = (
    rf"(?:\s*,?\s*(?:\(\s*(?P<noted>{_WEEKDAY})\s*\)|(?P<said>{_WEEKDAY})(?=[\s\d,]|$)))?"
    r"(?:(?<!\d)|(?!\d))\s*,?\s*(?P<rest>.*)"
)
_MONTH = rf"(?P<m>{any_of(MONTHS)})\b\.?"
_NTH = r"(?P<d>\d{1,2})(?:st|nd|rd|th)?\b"

YEAR_FIRST = (
    re.compile(
        rf"{_BEFORE}(?P<y>\d{{4}})\s*(?P<sep>[-/.])\s*(?P<m>\d{{1,2}})\s*(?P=sep)\s*(?P<d>\d{{1,2}})\.?{_BEHIND}"
    ),
    *(
        re.compile(rf"{_BEFORE}(?P<y>\d{{4}})\s*{y}\s*(?P<m>\d{{1,2}})\s*{m}\s*(?P<d>\d{{1,2}})\s*{d}{_BEHIND}")
        for y, m, d in DATE_SIGNS
    ),
)
"""`2026-12-24`, `2026. 12. 24.`, and the same with signs for year, month and day."""
NAMED_MONTH = (
    re.compile(rf"{_BEFORE}{_MONTH}\s*{_NTH}\s*,?\s*(?P<y>\d{{4}}){_BEHIND}"),
    re.compile(rf"{_BEFORE}{_NTH}[\s-]*{_MONTH}[\s,-]*(?P<y>\d{{4}}){_BEHIND}"),
)
"""`Dec 24, 2026` and `24 December 2026`."""
NO_YEAR = (
    re.compile(rf"{_BEFORE}(?P<m>\d{{1,2}})/(?P<d>\d{{1,2}}){_BEHIND}"),
    *(re.compile(rf"{_BEFORE}(?P<m>\d{{1,2}})\s*{m}\s*(?P<d>\d{{1,2}})\s*{d}{_BEHIND}") for _, m, d in DATE_SIGNS),
    re.compile(rf"{_BEFORE}{_MONTH}\s*{_NTH}{_BEHIND}"),
    re.compile(rf"{_BEFORE}{_NTH}[\s-]*{_MONTH}{_BEHIND}"),
)
"""`12/24`, `Dec 24`, and the same with signs for month and day."""
YEAR_LAST = re.compile(
    rf"{_BEFORE}(?P<one>\d{{1,2}})\s*(?P<sep>[-/.])\s*(?P<two>\d{{1,2}})\s*(?P=sep)\s*(?P<y>\d{{4}})\.?{_BEHIND}"
)
"""`24.12.2026`, and `12/24/2026` with either number first."""
YEAR_AT_END = re.compile(
    rf"{_BEFORE}{_MONTH}\s*{_NTH}\s+(?P<time>\d{{1,2}}:\d{{2}}(?::\d{{2}})?)\s+(?P<zone>[a-z]{{1,5}}\s+)?(?P<y>\d{{4}})"
)
"""`Thu Dec 24 09:05:03 KST 2026`."""


@dataclass(frozen=True, slots=True)
class Found:
    """A date, and what stands behind it."""

    month: int
    day: int
    weekday: int | None
    """The weekday that was said with it, Monday as 0."""
    rest: str
    year: int | None = None

    def on(self, year: int) -> date | None:
        """This day of a year; None if no calendar has it, or if it isn't the weekday that was said."""
        try:
            day = date(year, self.month, self.day)
        except ValueError:
            return None
        return day if self.weekday in {None, day.weekday()} else None


def find_date(text: str, patterns: tuple[re.Pattern[str], ...]) -> Found | None:
    """The date at the beginning of a tidy text, by the first of the patterns that fits."""
    for pattern in patterns:
        found = pattern.fullmatch(text)
        if found is not None:
            parts = found.groupdict()
            month = parts["m"]
            return Found(
                month=MONTHS[month] if month in MONTHS else int(month),
                day=int(parts["d"]),
                weekday=weekday_of(found),
                rest=parts["rest"],
                year=int(parts["y"]) if parts.get("y") else None,
            )
    return None


def weekday_of(found: re.Match[str]) -> int | None:
    """The weekday that stands beside a date; None if none does, −1 if two do that differ."""
    parts = found.groupdict()
    said = {WEEKDAYS[word] for name in ("early", "noted", "said") if (word := parts.get(name))}
    return next(iter(said)) if len(said) == 1 else -1 if said else None
