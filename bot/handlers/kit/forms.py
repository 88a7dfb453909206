"""One-line forms: `name=value name="two words"` into typed values, each error a kind sentence."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Generic, TypeVar
from unicodedata import normalize

from bot.rules.calendar import zone
from bot.rules.forms import (
    BadCode,
    FormError,
    GivenTwice,
    Missing,
    NoSuchZone,
    NotANumber,
    NotATime,
    NotOneOf,
    OpenQuote,
    OutOfRange,
    StrayWord,
    TimeNeverWas,
    TooLong,
    UnknownField,
)

T = TypeVar("T")

QUOTES = {'"': '"', "“": "”", "”": "”", "„": "“", "«": "»", "「": "」", "『": "』", "'": "'", "\uff02": "\uff02"}
"""Phones turn straight quotes into their own; each opening one with what closes it."""
_NAME = re.compile(r"([A-Za-z_]{1,24})\s*[=:\uff1d\uff1a]\s*")
"""The last two are full-width = and :, written so that no editor makes plain ones of them."""
_RELATIVE = re.compile(r"\+(\d{1,6})([mhd])")
_TIME = re.compile(r"(?:(\d{4})-(\d{1,2})-(\d{1,2})[T ])?(\d{1,2}):(\d{2})")
_DATE = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_CODE = re.compile(r"[A-Z0-9_-]{3,32}")
_UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}
FARTHEST = timedelta(days=2 * 366)
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
LONGEST_ECHO = 60


class FormProblem(Exception):  # noqa: N818  # a message to a person, not a failure of ours
    """What is wrong with a form, as an outcome to tell."""

    def __init__(self, error: FormError) -> None:
        super().__init__(type(error).__name__)
        self.error = error


@dataclass(frozen=True, slots=True)
class Moment:
    """What times in a form are relative to."""

    now: datetime
    timezone: str


Reader = Callable[[str, str, Moment], T]
"""(field, value, moment) → the value, or `FormProblem`."""


@dataclass(frozen=True, slots=True)
class Field(Generic[T]):
    """A name that a form takes."""

    read: Reader[T]
    needed: bool = False


@dataclass(frozen=True, slots=True)
class Form:
    """A command's one-line form. `example` is shown when something is missing."""

    fields: dict[str, Field[Any]]
    example: str

    def read(self, line: str, moment: Moment) -> dict[str, Any]:
        """The values that were given.

        Raises:
            FormProblem: the first thing that is wrong.
        """
        values: dict[str, Any] = {}
        for name, text in self._pairs(line):
            field = self.fields.get(name)
            if field is None:
                raise FormProblem(UnknownField(echo(name), tuple(self.fields)))
            if name in values:
                raise FormProblem(GivenTwice(name))
            values[name] = field.read(name, text, moment)
        for name, field in self.fields.items():
            if field.needed and name not in values:
                raise FormProblem(Missing(name, self.example))
        return values

    def _pairs(self, line: str) -> list[tuple[str, str]]:
        pairs: list[tuple[str, str]] = []
        rest = line.strip()
        while rest:
            found = _NAME.match(rest)
            if found is None:
                raise FormProblem(StrayWord(echo(rest.split()[0]), self.example))
            rest = rest[found.end() :]
            closing = QUOTES.get(rest[:1])
            if closing is not None:
                value, rest = self._quoted(rest[1:], closing)
            else:
                parts = rest.split(maxsplit=1) if rest and not rest[0].isspace() else ["", rest]
                value, rest = parts[0] if parts else "", parts[1] if len(parts) > 1 else ""
            pairs.append((found.group(1).lower(), value))
            rest = rest.strip()
        return pairs

    def _quoted(self, text: str, closing: str) -> tuple[str, str]:
        ends = [at for at in (text.find(closing), text.find('"') if closing == "”" else -1) if at >= 0]
        if not ends:
            raise FormProblem(OpenQuote(self.example))
        return text[: min(ends)], text[min(ends) + 1 :]


def whole(least: int, most: int) -> Reader[int]:
    """A whole number between two bounds; thousands may be set apart by a comma."""

    def read(name: str, text: str, _moment: Moment) -> int:
        bare = text.replace(",", "").replace("_", "")
        try:
            number = int(bare) if len(bare) <= 18 else None  # noqa: PLR2004  # what 64 bits hold for sure
        except ValueError:
            raise FormProblem(NotANumber(name, echo(text))) from None
        if number is None or not least <= number <= most:
            raise FormProblem(OutOfRange(name, echo(text), least, most))
        return number

    return read


def words(most: int, example: str) -> Reader[str]:
    """Free text of at most `most` characters, without line breaks."""

    def read(name: str, text: str, _moment: Moment) -> str:
        clean = " ".join("".join(c for c in text if c.isprintable() or c.isspace()).split())
        if not clean:
            raise FormProblem(Missing(name, example))
        if len(clean) > most:
            raise FormProblem(TooLong(name, most))
        return clean

    return read


def one_of(values: dict[str, T]) -> Reader[T]:
    """One of a few words."""

    def read(name: str, text: str, _moment: Moment) -> T:
        if text.lower() not in values:
            raise FormProblem(NotOneOf(name, echo(text), tuple(values)))
        return values[text.lower()]

    return read


def timezone(name: str, text: str, _moment: Moment) -> str:
    """An IANA time zone."""
    try:
        return zone(text).key
    except ValueError:
        raise FormProblem(NoSuchZone(echo(text), f"{name}=Asia/Seoul")) from None


def shared_code(_name: str, text: str, _moment: Moment) -> str:
    """A code that everybody gets: letters, digits, `-` and `_`."""
    code = text.strip().upper()
    if not _CODE.fullmatch(code):
        raise FormProblem(BadCode(echo(text)))
    return code


def instant(name: str, text: str, moment: Moment) -> datetime:
    """`2026-11-23T20:00`, `20:00` (the next one), `+90m`, `+2h`, `+3d`, or a date (its end), in the shop's zone."""
    typed, text = text, normalize("NFKC", text.strip())
    relative = _RELATIVE.fullmatch(text)
    if relative is not None:
        wait = int(relative.group(1)) * _UNITS[relative.group(2)]
        if wait > FARTHEST:
            raise FormProblem(NotATime(name, echo(typed)))
        return moment.now + wait
    clock = _TIME.fullmatch(text)
    day = _DATE.fullmatch(text)
    try:
        if clock is not None:
            return _clock_time(name, typed, clock, moment)
        if day is not None:
            last = datetime(*(int(part) for part in day.groups()), tzinfo=zone(moment.timezone))  # type: ignore[misc,arg-type]
            return _in_reach((last + timedelta(days=1)).astimezone(UTC), moment)
    except (ValueError, OverflowError):
        pass
    raise FormProblem(NotATime(name, echo(typed)))


def _clock_time(name: str, text: str, clock: re.Match[str], moment: Moment) -> datetime:
    year, month, day, hour, minute = clock.groups()
    here = moment.now.astimezone(zone(moment.timezone))
    if year is not None:
        local = datetime(int(year), int(month), int(day), int(hour), int(minute), tzinfo=zone(moment.timezone))
    else:
        local = here.replace(hour=int(hour), minute=int(minute), second=0, microsecond=0)
        if local <= here:
            local += timedelta(days=1)
    there_and_back = local.astimezone(UTC).astimezone(zone(moment.timezone))
    if (there_and_back.hour, there_and_back.minute) != (local.hour, local.minute):
        raise FormProblem(TimeNeverWas(name, echo(text)))
    return _in_reach(local.astimezone(UTC), moment)


def _in_reach(at: datetime, moment: Moment) -> datetime:
    """The instant itself, if it isn't in another age: Telegram's date-time entity ends where 1970 begins."""
    if at < EARLIEST or at - moment.now > FARTHEST:
        raise ValueError(at)
    return at


def echo(text: str) -> str:
    """What somebody typed, short enough to be told back."""
    clean = " ".join("".join(c for c in text if c.isprintable() or c.isspace()).split())
    return clean if len(clean) <= LONGEST_ECHO else clean[: LONGEST_ECHO - 1] + "…"


def quoted(value: str) -> str:
    """A value as it stands in a line: in quotes that don't end within it, where it needs any."""
    if not any(c.isspace() for c in value) and value[:1] not in QUOTES:
        return value
    for opening, closing in QUOTES.items():
        if closing not in value and (closing != "”" or '"' not in value):
            return f"{opening}{value}{closing}"
    return '"' + value.replace('"', " ") + '"'
