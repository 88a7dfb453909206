"""Reads a spreadsheet in a process of its own: bytes come by standard input, lines of cells leave as JSON.

Run by `bot/outside/spreadsheets.py`. A small file can ask for any amount of memory, by one cell in a far corner for
example. Here only this process ends by that.
"""

import io
import json
import sys
from datetime import date, datetime, time
from typing import Any

import python_calamine

MOST_MEMORY = 768 * 2**20
"""Bytes of memory that this process may have."""
MOST_SECONDS = 20
MOST_CELLS = 3_000_000
_EXACT = 10**15
"""A spreadsheet keeps 15 digits of a number. Of longer ones the last digits are lost."""


def main() -> None:
    """Read a spreadsheet and write its first visible sheet that has any cells."""
    _limit()
    with python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(sys.stdin.buffer.read())) as book:
        json.dump(_first_filled(book), sys.stdout)


def _limit() -> None:
    """Bound memory and time, where the system can."""
    try:
        import resource  # noqa: PLC0415  # Windows has no such module
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _first_filled(book: python_calamine.CalamineWorkbook) -> list[tuple[int, list[str]]]:
    for about in book.sheets_metadata:
        if (
            about.typ != python_calamine.SheetTypeEnum.WorkSheet
            or about.visible != python_calamine.SheetVisibleEnum.Visible
        ):
            continue
        sheet = book.get_sheet_by_name(about.name)
        if sheet.total_height * sheet.total_width > MOST_CELLS:
            raise ValueError("too many cells")
        rows = enumerate(sheet.to_python(skip_empty_area=False), start=1)
        lines = [(number, [_text(cell) for cell in row]) for number, row in rows]
        lines = [(number, cells) for number, cells in lines if any(cell.strip() for cell in cells)]
        if lines:
            return lines
    return []


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


if __name__ == "__main__":
    main()
