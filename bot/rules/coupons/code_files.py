"""Files of codes of the shop's own platform: which lines can be imported."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from bot.rules.coupons.code_states import CodeState, state_of
from bot.rules.coupons.codes import code_key
from bot.rules.files import ImportPolicy
from bot.rules.outcome import Outcome
from bot.rules.sheets.sheet import Role, Sheet

ODD_SIGNS = frozenset("<>[]{}\"'`\\|;,")
"""Signs that no code has. They come from files of another kind, or hold several codes apart."""
_LEFT_OUT = (CodeState.USED, CodeState.EXPIRED, CodeState.DISABLED)


class Trouble(StrEnum):
    """What is wrong with one line of codes."""

    EMPTY = "empty"
    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    ODD = "odd"
    """It holds signs that no code has, or several blanks in a row."""
    TWICE = "twice"
    """The same code stood in an earlier line, perhaps in another case or with other blanks."""
    TAKEN = "taken"
    """The shop has this code already."""
    STATE_UNKNOWN = "state_unknown"
    """The line's status is a word that nobody knows, so that it may be used already. The line's text is that word."""


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
class NoCodeLeft(Outcome, name="imports.NoCodeLeft"):
    """Nothing was imported: all codes of the file are used, expired or disabled."""

    used: int
    expired: int
    disabled: int


@dataclass(frozen=True, slots=True)
class Codes:
    """The codes of a file, each with its line."""

    good: tuple[tuple[int, str], ...] = ()
    bad: tuple[BadLine, ...] = field(default=())
    used: int = 0
    """Codes that were left out because the file says that they are used or handed out."""
    expired: int = 0
    disabled: int = 0

    @property
    def left_out(self) -> int:
        """How many codes were left out in all."""
        return self.used + self.expired + self.disabled


def check_codes(sheet: Sheet, policy: ImportPolicy, today: date | None = None) -> Codes:
    """Sort a file's lines into good codes, codes that are left out, and lines that can't be imported.

    Codes stay as they are written. `today` is the shop's calendar day: codes that ended before it are left out.
    """
    good: list[tuple[int, str]] = []
    bad: list[BadLine] = []
    states: Counter[CodeState] = Counter()
    seen: dict[str, int] = {}
    for row in sheet.rows:
        code = row.cells.get(Role.CODE, "")
        state, word = state_of(row.cells, today)
        key = code_key(code)
        trouble = _trouble(code, policy)
        if state in _LEFT_OUT:
            states[state] += 1
            seen.setdefault(key, row.line)
        elif trouble is not None:
            bad.append(BadLine(row.line, code[: policy.max_code + 1], trouble))
        elif state is CodeState.UNKNOWN:
            bad.append(BadLine(row.line, word[: policy.max_code + 1], Trouble.STATE_UNKNOWN))
        elif key in seen:
            bad.append(BadLine(row.line, code, Trouble.TWICE, seen[key]))
        else:
            seen[key] = row.line
            good.append((row.line, code))
    used, expired, disabled = (states[one] for one in _LEFT_OUT)
    return Codes(tuple(good), tuple(bad), used, expired, disabled)


def report_bad_lines(codes: int, bad: Sequence[BadLine], policy: ImportPolicy) -> CodesRefused:
    """The report of lines that can't be imported, in the file's order."""
    lines = sorted(bad, key=lambda one: one.line)
    return CodesRefused(codes, len(lines), tuple(lines[: policy.shown]))


def _trouble(code: str, policy: ImportPolicy) -> Trouble | None:
    if not code:
        return Trouble.EMPTY
    # A blank between two words is fine. Two in a row were typed by mistake, and nobody would see them.
    odd = not code.isascii() or not code.isprintable() or "  " in code or "://" in code
    if odd or not ODD_SIGNS.isdisjoint(code):
        return Trouble.ODD
    if len(code) < policy.min_code:
        return Trouble.TOO_SHORT
    return Trouble.TOO_LONG if len(code) > policy.max_code else None
