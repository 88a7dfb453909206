"""Spreadsheets (.xlsx, .xls, .ods) as cells, read by python-calamine."""

import io
import zipfile
from datetime import date, datetime, time
from typing import Any

from bot.rules.sheets.sheet import Grid, Line

_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
LARGEST_UNPACKED = 50_000_000
"""Bytes that a spreadsheet's parts may have together once they are unpacked."""
MOST_CELLS = 2_000_000
_EXACT = 10**15
"""A spreadsheet keeps 15 digits of a number. Of longer ones the last digits are lost."""


def is_spreadsheet(content: bytes) -> bool:
    """Whether the bytes begin as a spreadsheet's do."""
    return content.startswith((_ZIP, _OLE))


def read_spreadsheet(content: bytes) -> Grid | None:
    """The cells of the first sheet that has any; None if it is no spreadsheet, is encrypted, broken, or too large."""
    if not is_spreadsheet(content) or (content.startswith(_ZIP) and not _fits(content)):
        return None
    # Loaded only here: the bot mostly runs without a spreadsheet ever coming.
    import python_calamine  # noqa: PLC0415

    try:
        with python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content)) as book:
            for name in book.sheet_names:
                sheet = book.get_sheet_by_name(name)
                if sheet.total_height * sheet.total_width > MOST_CELLS:
                    return None
                grid = _grid(sheet.to_python(skip_empty_area=False))
                if grid.lines:
                    return grid
    except (python_calamine.CalamineError, OSError, ValueError):
        return None
    return Grid(())


def _fits(content: bytes) -> bool:
    """Whether the parts of a zip say that they stay within bounds, so that a small file can't fill the memory."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return sum(part.file_size for part in archive.infolist()) <= LARGEST_UNPACKED
    except (zipfile.BadZipFile, ValueError, OSError):
        return False


def _grid(rows: list[list[Any]]) -> Grid:
    lines = [Line(number, tuple(_text(cell) for cell in row)) for number, row in enumerate(rows, start=1)]
    return Grid(tuple(line for line in lines if any(cell.strip() for cell in line.cells)))


def _text(cell: Any) -> str:
    """A cell as people read it. A whole number has no point; one that lost its last digits shows that."""
    if isinstance(cell, bool):
        return str(cell).lower()
    if isinstance(cell, int | float):
        return _number(cell)
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ")
    return cell.isoformat() if isinstance(cell, date | time) else str(cell)


def _number(cell: float) -> str:
    if abs(cell) >= _EXACT:
        return f"{cell:.5E}"
    return str(int(cell)) if float(cell).is_integer() else repr(cell)
