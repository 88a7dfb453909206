"""One-line forms: `name=value name="two words"` into typed values, each error a kind sentence."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from bot.rules.amounts import read_amount
from bot.rules.calendar import zone
from bot.rules.forms import (
    BadCode,
    FormError,
    GivenTwice,
    Missing,
    NotANumber,
    NotATag,
    NotATime,
    NotOneOf,
    OpenQuote,
    OutOfRange,
    StrayWord,
    TimeHourMissing,
    TimeNeverWas,
    TimePassed,
    TimeTooFar,
    TooLong,
    UnknownField,
)
from bot.rules.lines import Open, Pair, Stray, echo, quoted, split_pairs, visible
from bot.rules.segments import BadSegment, Segment, read_segment
from bot.rules.tags import LONGEST as LONGEST_TAG
from bot.rules.tags import read_tag
from bot.rules.times.reading import When, WhenProblem, read_when

__all__ = ["Field", "Form", "FormProblem", "Moment", "Reader", "echo", "instant", "one_of", "quoted", "words"]

T = TypeVar("T")

_CODE = re.compile(r"[A-Z0-9_-]{3,32}")
_DIGITS = re.compile(r"[-+]?[\d,_]+")
_TIME_PROBLEMS: dict[WhenProblem, Callable[[str, str], FormError]] = {
    WhenProblem.UNREADABLE: NotATime,
    WhenProblem.NO_HOUR: TimeHourMissing,
    WhenProblem.PASSED: TimePassed,
    WhenProblem.NEVER_WAS: TimeNeverWas,
    WhenProblem.TOO_FAR: TimeTooFar,
}


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
        for pair in self.pairs(line):
            field = self.fields.get(pair.name)
            if field is None:
                raise FormProblem(UnknownField(echo(pair.name), tuple(self.fields)))
            if pair.name in values:
                raise FormProblem(GivenTwice(pair.name))
            values[pair.name] = field.read(pair.name, pair.value, moment)
        for name, field in self.fields.items():
            if field.needed and name not in values:
                raise FormProblem(Missing(name, self.example))
        return values

    def pairs(self, line: str) -> list[Pair]:
        """The names and values of a line, as they stand in it.

        Raises:
            FormProblem: a word belongs to no name, or a quote isn't closed.
        """
        found = split_pairs(line, {name: isinstance(field.read, FreeText) for name, field in self.fields.items()})
        if isinstance(found, Stray):
            raise FormProblem(StrayWord(echo(found.word), self.example))
        if isinstance(found, Open):
            raise FormProblem(OpenQuote(self.example))
        return found


@dataclass(frozen=True, slots=True)
class FreeText:
    """Reads text of at most `most` characters, without line breaks."""

    most: int
    example: str

    def __call__(self, name: str, text: str, _moment: Moment) -> str:
        """The text on one line."""
        clean = visible(text)
        if not clean:
            raise FormProblem(Missing(name, self.example))
        if len(clean) > self.most:
            raise FormProblem(TooLong(name, self.most))
        return clean


def words(most: int, example: str) -> Reader[str]:
    """Free text of at most `most` characters, without line breaks."""
    return FreeText(most, example)


def whole(least: int, most: int) -> Reader[int]:
    """A whole number between two bounds, as people write it: `1,000`, `50 pcs`."""

    def read(name: str, text: str, _moment: Moment) -> int:
        number = read_amount(text)
        if number is None and not _DIGITS.fullmatch(text):
            raise FormProblem(NotANumber(name, echo(text)))
        if number is None or not least <= number <= most:
            raise FormProblem(OutOfRange(name, echo(text), least, most))
        return number

    return read


def one_of(values: dict[str, T]) -> Reader[T]:
    """One of a few words."""

    def read(name: str, text: str, _moment: Moment) -> T:
        if text.lower() not in values:
            raise FormProblem(NotOneOf(name, echo(text), tuple(values)))
        return values[text.lower()]

    return read


def segment(_name: str, text: str, _moment: Moment) -> Segment:
    """Fans by conditions, such as `tier>=loyal tag=silk`."""
    found = read_segment(text)
    if isinstance(found, BadSegment):
        raise FormProblem(found)
    return found


def tag(name: str, text: str, _moment: Moment) -> str:
    """A word that the shop keeps of fans; blanks in it become `-`."""
    found = read_tag(text)
    if found is None:
        raise FormProblem(NotATag(name, echo(text), LONGEST_TAG))
    return found


def shared_code(_name: str, text: str, _moment: Moment) -> str:
    """A code that everybody gets: letters, digits, `-` and `_`."""
    code = text.strip().upper()
    if not _CODE.fullmatch(code):
        raise FormProblem(BadCode(echo(text)))
    return code


def instant(name: str, text: str, moment: Moment) -> datetime:
    """An instant as people write it, by the shop's clock: `20:00` (the next one), `fri 8pm`, `+90m`."""
    found = read_when(text, moment.now, moment.timezone)
    if isinstance(found, WhenProblem):
        raise FormProblem(_TIME_PROBLEMS[found](name, echo(text)))
    return found.at


def either_hour(read: Reader[Any], text: str, moment: Moment) -> When | None:
    """What a time means whose hour may be of the morning or of the evening; None for any other value."""
    found = read_when(text, moment.now, moment.timezone) if read is instant else None
    return found if isinstance(found, When) and found.other is not None else None


def wall_clock(at: datetime, moment: Moment) -> str:
    """An instant as it is kept in a line: by the shop's clock, and with its offset where that clock shows it twice."""
    local = at.astimezone(zone(moment.timezone))
    form = "%Y-%m-%dT%H:%M:%S" if local.second else "%Y-%m-%dT%H:%M"
    offset = local.isoformat()[-6:] if local.fold else ""
    return f"{local:{form}}{offset}"
