"""A date and an hour of payment that stand in two columns: found by their names and cells, and joined."""

import re
from collections.abc import Callable, Sequence
from datetime import date, timedelta

from bot.rules.sheets.table import Table
from bot.rules.times.files import BadInstant, read_file_instant
from bot.rules.times.hours import read_clock
from bot.rules.times.vocabulary import tidy

_MIDNIGHT = re.compile(r"\s+0?0:00(:00)?(\.0+)?$")
"""What a spreadsheet writes behind a date without an hour."""
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_SERIAL = re.compile(r"\d{5}")
_SERIAL_ZERO = date(1899, 12, 30)
"""Day 0 of a spreadsheet's serial days."""
_PART_OF_DAY = re.compile(r"0?[.,]\d{1,17}")
_DAY_SECONDS = 86_400


def find_date_and_hour(table: Table, ranks: Sequence[Sequence[int]]) -> tuple[int, int] | None:
    """The columns of the date and of the hour, if one of each has a name of the same rank, or one has a general name.

    `ranks` are the columns that are called like a time, the surest names first and general ones such as *time* last. A
    date of payment and an hour of ordering are no pair. None: there is no pair, or several columns could be one.
    """
    first = next((at for at, columns in enumerate(ranks) if columns), None)
    if first is None:
        return None
    rank_of = {column: rank for rank, columns in enumerate(ranks) for column in columns}
    days = [column for column in rank_of if _all(table, column, is_day)]
    hours = [column for column in rank_of if _all(table, column, is_hour)]
    if not set(ranks[first]) <= {*days, *hours}:
        return None  # a column of the surest names tells the whole instant
    for fits in ({first}, {first, len(ranks) - 1}):
        pairs = [
            (day, hour)
            for day in days
            for hour in hours
            if {rank_of[day], rank_of[hour]} <= fits and first in {rank_of[day], rank_of[hour]}
        ]
        if pairs:
            return pairs[0] if len(pairs) == 1 else None
    return None


def join_date_and_hour(day: str, hour: str) -> str:
    """The cells of a date and an hour as one text. Without an hour it is the date alone."""
    return f"{_plain_day(day)} {_plain_hour(hour)}".strip()


def is_day(cell: str) -> bool:
    """Whether a cell is a date without an hour."""
    text = f"{_plain_day(cell)} 00:01"
    return any(not isinstance(read_file_instant(text, "UTC", day_first=order), BadInstant) for order in (True, False))


def is_hour(cell: str) -> bool:
    """Whether a cell is an hour without a date."""
    return read_clock(tidy(_plain_hour(cell))) is not None


def _all(table: Table, column: int, is_one: Callable[[str], bool]) -> bool:
    cells = set(table.filled(column))
    return bool(cells) and all(map(is_one, cells))


def _plain_day(cell: str) -> str:
    """A date in a way that an hour can stand behind."""
    text = _MIDNIGHT.sub("", cell.strip())
    compact = _COMPACT.fullmatch(text)
    if compact is not None:
        return "-".join(compact.groups())
    return (_SERIAL_ZERO + timedelta(days=int(text))).isoformat() if _SERIAL.fullmatch(text) else text


def _plain_hour(cell: str) -> str:
    """An hour as it is read. A spreadsheet's part of a day becomes one, rounded to the second."""
    text = cell.strip()
    if not _PART_OF_DAY.fullmatch(text):
        return text
    digits = text.lstrip("0")[1:]
    seconds = (2 * int(digits) * _DAY_SECONDS + 10 ** len(digits)) // (2 * 10 ** len(digits))
    minutes, second = divmod(seconds, 60)
    return f"{minutes // 60:02}:{minutes % 60:02}:{second:02}"
