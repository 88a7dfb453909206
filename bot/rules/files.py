"""Files that staff hand in: what can be wrong with one, and with the codes in it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from bot.rules.outcome import Outcome
from bot.rules.sheets import Row


class Trouble(StrEnum):
    """What is wrong with one line of codes."""

    EMPTY = "empty"
    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    ODD = "odd"
    """Blanks, or signs that no code has."""
    TWICE = "twice"
    """The same code stood in an earlier line."""
    TAKEN = "taken"
    """The shop has this code already."""


@dataclass(frozen=True, slots=True)
class ImportPolicy:
    """Limits of files."""

    max_bytes: int = 1_000_000
    max_codes: int = 100_000
    min_code: int = 3
    max_code: int = 32
    shown: int = 20
    """Lines that a report tells one by one."""
    chunk: int = 500


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that can't be imported."""

    line: int
    text: str
    trouble: Trouble
    first: int | None = None
    """The line in which the code stood first."""


@dataclass(frozen=True, slots=True)
class FileTooLarge(Outcome, name="imports.FileTooLarge"):
    """A file larger than is read."""

    most: int
    """Kilobytes."""


@dataclass(frozen=True, slots=True)
class FileUnreadable(Outcome, name="imports.FileUnreadable"):
    """It is no text of lines and columns: a spreadsheet, a picture."""


@dataclass(frozen=True, slots=True)
class FileGone(Outcome, name="imports.FileGone"):
    """Telegram doesn't give it out (any more)."""


@dataclass(frozen=True, slots=True)
class FileEmpty(Outcome, name="imports.FileEmpty"):
    """Not a line in it."""


@dataclass(frozen=True, slots=True)
class TooManyLines(Outcome, name="imports.TooManyLines"):
    """More lines than one file may bring."""

    lines: int
    most: int


@dataclass(frozen=True, slots=True)
class FileBringsCodes(Outcome, name="imports.FileBringsCodes"):
    """`code=` beside a file, or a `stock=` that isn't its number of codes."""

    codes: int


@dataclass(frozen=True, slots=True)
class CodesRefused(Outcome, name="imports.CodesRefused"):
    """Nothing was imported: these lines can't be."""

    codes: int
    """Lines of the file."""
    count: int
    """Bad ones, in all."""
    lines: tuple[BadLine, ...]
    """The first of them."""


FileProblem = FileTooLarge | FileUnreadable | FileGone | FileEmpty | TooManyLines


@dataclass(frozen=True, slots=True)
class Codes:
    """The codes of a file, each with its line."""

    good: tuple[tuple[int, str], ...] = ()
    bad: tuple[BadLine, ...] = field(default=())


def sift(rows: Sequence[Row], policy: ImportPolicy) -> Codes:
    """Tell good codes from lines that can't be imported. A code keeps its letters as they are."""
    good: list[tuple[int, str]] = []
    bad: list[BadLine] = []
    seen: dict[str, int] = {}
    for row in rows:
        code = row.cells.get("code", "")
        trouble = _trouble(code, policy)
        if trouble is None and code in seen:
            bad.append(BadLine(row.line, code, Trouble.TWICE, seen[code]))
        elif trouble is not None:
            bad.append(BadLine(row.line, code[: policy.max_code + 1], trouble))
        else:
            seen[code] = row.line
            good.append((row.line, code))
    return Codes(tuple(good), tuple(bad))


def refused(codes: int, bad: Sequence[BadLine], policy: ImportPolicy) -> CodesRefused:
    """The report of lines that can't be imported, in the file's order."""
    lines = sorted(bad, key=lambda one: one.line)
    return CodesRefused(codes, len(lines), tuple(lines[: policy.shown]))


def _trouble(code: str, policy: ImportPolicy) -> Trouble | None:
    if not code:
        return Trouble.EMPTY
    if any(not sign.isascii() or not sign.isprintable() or sign.isspace() for sign in code):
        return Trouble.ODD
    if len(code) < policy.min_code:
        return Trouble.TOO_SHORT
    return Trouble.TOO_LONG if len(code) > policy.max_code else None
