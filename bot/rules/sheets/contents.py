"""What a column's cells look like: codes, states, or something else."""

import re
from collections.abc import Sequence

from bot.rules.sheets import statuses
from bot.rules.sheets.cells import name_key
from bot.rules.sheets.sheet import SheetKind

_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._#%&*!$+~-]{2,31}")
_DATE = re.compile(r"\d{2,4}[-/.]\d{1,2}[-/.]\d{1,4}.*")
_PHONE = re.compile(r"\+?0?\d{1,3}-\d{3,4}-\d{4}")
_AMOUNT = re.compile(r"[+-]?\d{1,7}|[+-]?\d[\d,]*\.\d+|\d{1,3}(?:,\d{3})+")
_BETWEEN_CODES = re.compile(r"[\s/+\u3001\u00b7,;|]+")
_NUMBER = re.compile(r"[\d\s.,:/+%-]+")
_MOST_WITHOUT_DIGIT = 0.2
_ENOUGH_LONG = 4
_DIGIT = re.compile(r"\d")


def could_be_code(cell: str) -> bool:
    """Whether a cell could be a code: one word of usual signs, but no date, amount or telephone number."""
    other = _DATE.fullmatch(cell) or _PHONE.fullmatch(cell) or _AMOUNT.fullmatch(cell)
    return _CODE.fullmatch(cell) is not None and other is None


def could_be_codes(cells: Sequence[str]) -> bool:
    """Whether a column could hold codes: all cells could be one, and no two are the same."""
    return bool(cells) and all(could_be_code(cell) for cell in cells) and len({c.upper() for c in cells}) == len(cells)


def look_like_codes(cells: Sequence[str]) -> bool:
    """Whether a column's cells are like codes: they could be, and nearly all have a digit, as machines make them."""
    plain = sum(not has_digit(cell) for cell in cells)
    return could_be_codes(cells) and plain <= _MOST_WITHOUT_DIGIT * len(cells)


def look_like_statuses(cells: Sequence[str], kind: SheetKind) -> bool:
    """Whether each cell is a known word for the state of a code or an order."""
    known = statuses.OF_CODES if kind is SheetKind.CODES else statuses.OF_ORDERS
    return bool(cells) and all(name_key(cell) in known for cell in cells)


def codes_within(cell: str) -> list[str]:
    """The codes of a cell that seems to hold several; empty if it seems to hold one."""
    if _BETWEEN_CODES.search(cell) is None:
        return []
    parts = [part for part in _BETWEEN_CODES.split(cell) if part]
    several = len(parts) > 1 and all(len(part) >= _ENOUGH_LONG for part in parts) and look_like_codes(parts)
    return parts if several else []


def is_number(cell: str) -> bool:
    """Whether a cell is a number, an amount or a date in digits. No header is called so."""
    return _NUMBER.fullmatch(cell) is not None


def has_digit(cell: str) -> bool:
    """Whether any digit stands in a cell."""
    return _DIGIT.search(cell) is not None
