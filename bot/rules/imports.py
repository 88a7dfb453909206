"""Imports: files that staff handed in, from the first question about them until they are taken or given up."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from bot.rules.outcome import Outcome
from bot.rules.sheets.sheet import Answers, AskColumn, AskDayOrder, AskManyCodes, ColumnShown, Question, Role

_THREE_NUMBERS = re.compile(r"(\d{1,2})\D{1,3}(\d{1,2})\D{1,3}(\d{4}|\d{2})(?!\d)")
_CENTURY = 100


class ImportState(StrEnum):
    """How far an import is."""

    OPEN = "open"
    """It is asked about, or its preview is shown. Nothing was taken."""
    DOING = "doing"
    """Somebody pressed *do it*. What was interrupted goes on under that press's cause."""
    DONE = "done"
    CANCELLED = "cancelled"


class Verb(StrEnum):
    """What a button of an import says."""

    COLUMN = "c"
    """With the column's index, or `NOWHERE`."""
    DAYS = "d"
    """`1`: the day stands first; `0`: the month."""
    CODES = "m"
    """`1`: several codes; `0`: one."""
    HOUR = "h"
    """The evening's hour instead of the morning's, in the command's line."""
    DO = "do"
    CANCEL = "x"
    AGAIN = "again"


@dataclass(frozen=True, slots=True)
class HandedFile:
    """A file as Telegram knows it. Its content is fetched whenever it is needed, and never stored."""

    file_id: str
    name: str
    size: int | None
    """Bytes, as far as Telegram tells."""


@dataclass(frozen=True, slots=True)
class Asked:
    """The question that an import's message shows, as far as an answer needs it."""

    verb: str
    shape: str
    role: str = ""


@dataclass(frozen=True, slots=True)
class Shown:
    """What each question and preview of an import carries, for its buttons and its first line."""

    import_id: int
    turn: int
    """Counts what changed about the import: a button of an older turn acts no more."""
    files: tuple[str, ...]
    """The files' names."""
    as_last_time: bool = False
    """Whether answers about an earlier file of this shape were used."""
    answered: bool = False
    """Whether anything was answered, now or then, that could be asked again."""


@dataclass(frozen=True, slots=True)
class AskFileColumn(Outcome, name="imports.AskFileColumn"):
    """Which column is it?"""

    shown: Shown
    file: str
    role: Role
    columns: tuple[ColumnShown, ...]
    can_lack: bool


@dataclass(frozen=True, slots=True)
class AskFileDays(Outcome, name="imports.AskFileDays"):
    """Does the day or the month stand first? The days are the sample read both ways; None where it is no date."""

    shown: Shown
    file: str
    sample: str
    day_first: date | None
    month_first: date | None


@dataclass(frozen=True, slots=True)
class AskFileCodes(Outcome, name="imports.AskFileCodes"):
    """Is the file's only line one code, or several?"""

    shown: Shown
    file: str
    count: int


@dataclass(frozen=True, slots=True)
class ProblemInFile(Outcome, name="imports.ProblemInFile"):
    """Which file of several has the problem that is told below."""

    file: str


@dataclass(frozen=True, slots=True)
class ImportCancelled(Outcome, name="imports.ImportCancelled"):
    """The import was given up; nothing was taken."""


@dataclass(frozen=True, slots=True)
class ImportGone(Outcome, name="imports.ImportGone"):
    """A button of an import that waits no more: a day has passed, or it is another shop's."""


FileQuestion = AskFileColumn | AskFileDays | AskFileCodes


def question_of(question: Question, shown: Shown, file: str) -> tuple[FileQuestion, Asked]:
    """A question about a file as staff see it, and what its answer needs."""
    match question:
        case AskColumn(role=role, columns=columns, shape=shape, can_lack=can_lack):
            filled = tuple(column for column in columns if column.name or any(column.samples))
            return AskFileColumn(shown, file, role, filled or columns, can_lack), Asked(Verb.COLUMN, shape, role)
        case AskDayOrder(sample=sample, shape=shape):
            day_first, month_first = read_both_ways(sample) or (None, None)
            return AskFileDays(shown, file, sample, day_first, month_first), Asked(Verb.DAYS, shape)
        case AskManyCodes(codes=codes, shape=shape):
            return AskFileCodes(shown, file, codes), Asked(Verb.CODES, shape)


def with_answer(answers: Answers, asked: Asked, value: int) -> Answers:
    """The answers with one more."""
    match asked.verb:
        case Verb.COLUMN:
            return replace(answers, columns={**answers.columns, asked.role: value})
        case Verb.DAYS:
            return replace(answers, day_first=bool(value))
        case _:
            return replace(answers, many_codes=bool(value))


def over(older: Answers, newer: Answers) -> Answers:
    """Answers about an earlier file, and what was answered since, which goes before."""
    return Answers(
        columns={**older.columns, **newer.columns},
        day_first=older.day_first if newer.day_first is None else newer.day_first,
        many_codes=older.many_codes if newer.many_codes is None else newer.many_codes,
    )


def is_empty(answers: Answers) -> bool:
    """Whether nothing was answered."""
    return not answers.columns and answers.day_first is None and answers.many_codes is None


def answers_to_facts(answers: Answers) -> dict[str, object]:
    """Answers as a row keeps them."""
    return {
        "columns": {str(role): index for role, index in answers.columns.items()},
        "day_first": answers.day_first,
        "many_codes": answers.many_codes,
    }


def answers_from_facts(facts: Mapping[str, object]) -> Answers:
    """Answers as a row kept them. What isn't an answer is left out: the question is asked again."""
    columns, day_first, many_codes = facts.get("columns"), facts.get("day_first"), facts.get("many_codes")
    return Answers(
        columns={role: index for role, index in columns.items() if isinstance(index, int)}
        if isinstance(columns, dict)
        else {},
        day_first=day_first if isinstance(day_first, bool) else None,
        many_codes=many_codes if isinstance(many_codes, bool) else None,
    )


def read_both_ways(sample: str) -> tuple[date, date] | None:
    """A date such as `11/2/2026` with the day first, and with the month first; None if one of them is no day."""
    found = _THREE_NUMBERS.search(sample)
    if found is None:
        return None
    one, two, year = map(int, found.groups())
    year += 20 * _CENTURY if year < _CENTURY else 0
    try:
        return date(year, two, one), date(year, one, two)
    except ValueError:
        return None
