"""Files of codes of the shop's own platform: which lines can be imported."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from bot.rules.files import ImportPolicy
from bot.rules.outcome import Outcome
from bot.rules.sheets.sheet import Row


class Trouble(StrEnum):
    """What is wrong with one line of codes."""

    EMPTY = "empty"
    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    ODD = "odd"
    """It holds blanks, or signs that no code has."""
    TWICE = "twice"
    """The same code stood in an earlier line."""
    TAKEN = "taken"
    """The shop has this code already."""


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that can't be imported."""

    line: int
    text: str
    trouble: Trouble
    first: int | None = None
    """The line in which the code stood first."""


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
    """The first refused lines."""


@dataclass(frozen=True, slots=True)
class Codes:
    """The codes of a file, each with its line."""

    good: tuple[tuple[int, str], ...] = ()
    bad: tuple[BadLine, ...] = field(default=())


def check_codes(rows: Sequence[Row], policy: ImportPolicy) -> Codes:
    """Sort a file's lines into good codes and lines that can't be imported. Capitals stay as they are."""
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


def report_bad_lines(codes: int, bad: Sequence[BadLine], policy: ImportPolicy) -> CodesRefused:
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
