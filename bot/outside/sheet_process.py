"""Writes a spreadsheet or a CSV file in a process of its own: lines of JSON come by standard input.

Run by `bot/outside/sheet_files.py`. The first line says where the file goes and what it is; the second names the
columns; each further one is a row. Rows are written as they come, and none is kept.
"""

import csv
import json
import sys
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

MOST_ROWS = 1_000_000
"""Rows of one sheet. More go to a further sheet."""
BOM = "\ufeff"
WIDE = 18
"""The width of a column, in characters."""
INSTANT, DAY = "yyyy-mm-dd hh:mm:ss", "yyyy-mm-dd"
LONGEST_CELL = 32_767
"""Characters of a cell that spreadsheets take."""


def main() -> None:
    """Write the file."""
    wish = json.loads(sys.stdin.readline())
    header = json.loads(sys.stdin.readline())
    rows = (json.loads(line) for line in sys.stdin)
    if wish["format"] == "csv":
        write_csv(Path(wish["path"]), header, rows)
    else:
        write_workbook(wish["path"], header, rows)


def write_csv(path: Path, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Rows as CSV in UTF-8. Instants are text that spreadsheets know."""
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(BOM)
        table = csv.writer(file)
        table.writerow(header)
        table.writerows([cell[1].replace("T", " ") if isinstance(cell, list) else cell for cell in row] for row in rows)


def write_workbook(path: str, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Rows as a workbook, each kept in memory until the next one comes."""
    import xlsxwriter  # noqa: PLC0415  # CSV does without it

    book = xlsxwriter.Workbook(
        path,
        {
            "constant_memory": True,
            "strings_to_numbers": False,
            "strings_to_formulas": False,
            "strings_to_urls": False,
        },
    )
    bold, instant, day = (
        book.add_format(one) for one in ({"bold": True}, {"num_format": INSTANT}, {"num_format": DAY})
    )
    sheet, at = None, MOST_ROWS
    for row in rows:
        if sheet is None or at >= MOST_ROWS:
            sheet, at = _begin(book, header, bold), 0
        at += 1
        for column, cell in enumerate(row):
            if isinstance(cell, str):
                sheet.write_string(at, column, cell[:LONGEST_CELL])
            elif isinstance(cell, list):
                kind, text = cell
                when = datetime.fromisoformat(text) if kind == "at" else date.fromisoformat(text)
                sheet.write_datetime(at, column, when, instant if kind == "at" else day)
            elif cell is not None:
                sheet.write_number(at, column, cell)
    if sheet is None:
        _begin(book, header, bold)
    book.close()


def _begin(book: Any, header: Sequence[str], bold: Any) -> Any:
    sheet = book.add_worksheet()
    sheet.set_column(0, len(header) - 1, WIDE)
    sheet.freeze_panes(1, 0)
    for column, name in enumerate(header):
        sheet.write_string(0, column, name, bold)
    return sheet


if __name__ == "__main__":
    main()
