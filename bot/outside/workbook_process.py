"""Reads a spreadsheet in a process of its own: bytes come by standard input, lines of cells leave as JSON.

Run by `bot/outside/spreadsheets.py`. A small file can ask for any amount of memory, by one cell in a far corner for
example. Here only this process ends by that.
"""

import io
import json
import re
import sys
from collections.abc import Mapping
from datetime import date, datetime, time
from posixpath import join, normpath
from typing import Any
from xml.etree import ElementTree as ET
from zipfile import ZipFile, is_zipfile

import python_calamine

MOST_MEMORY = 768 * 2**20
"""Bytes of memory that this process may have."""
MOST_SECONDS = 20
MOST_CELLS = 3_000_000
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_ID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_ZEROS = re.compile(r"0{2,}")
"""A number format that shows noughts in front: 000000."""
_EXACT = 10**15
"""A spreadsheet keeps 15 digits of a number. Of longer ones the last digits are lost."""


def main() -> None:
    """Read a spreadsheet and write its first visible sheet that has any cells."""
    _limit()
    content = sys.stdin.buffer.read()
    with python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content)) as book:
        json.dump(_first_filled(book, content), sys.stdout)


def _limit() -> None:
    """Bound memory and time, where the system can."""
    try:
        import resource  # noqa: PLC0415  # Windows has no such module
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _first_filled(book: python_calamine.CalamineWorkbook, content: bytes) -> list[tuple[int, list[str]]]:
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
            widths = _find_widths(content, about.name)
            return [(number, _padded(number, cells, widths)) for number, cells in lines]
    return []


def _find_widths(content: bytes, sheet: str) -> Mapping[tuple[int, int], int]:
    """By line and column, how many digits an .xlsx shows of a number at least. The library doesn't tell formats.

    .xls and .ods aren't looked into: there such a number comes without the noughts in front.
    """
    if not is_zipfile(io.BytesIO(content)):
        return {}
    with ZipFile(io.BytesIO(content)) as parts:
        if not {"xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/styles.xml"} <= set(parts.namelist()):
            return {}
        styles = _zero_styles(parts)
        found: dict[tuple[int, int], int] = {}
        if not styles:
            return found
        with parts.open(_part_of(parts, sheet)) as source:
            for _, row in ET.iterparse(source):  # noqa: S314  # this process is bound in memory and time
                if row.tag != f"{_MAIN}row":
                    continue
                for cell in row:
                    where = re.fullmatch(r"([A-Z]+)(\d+)", cell.get("r", ""))
                    if where is not None and cell.get("s") in styles and cell.get("t", "n") == "n":
                        found[int(where[2]), _column(where[1])] = styles[cell.get("s", "")]
                row.clear()
    return found


def _zero_styles(parts: ZipFile) -> dict[str, int]:
    """The styles that show noughts in front, and of how many digits."""
    styles = ET.fromstring(parts.read("xl/styles.xml"))  # noqa: S314
    formats = {one.get("numFmtId"): one.get("formatCode", "") for one in styles.iter(f"{_MAIN}numFmt")}
    used = [formats.get(one.get("numFmtId"), "") for one in styles.iterfind(f"{_MAIN}cellXfs/{_MAIN}xf")]
    return {str(number): len(code) for number, code in enumerate(used) if _ZEROS.fullmatch(code)}


def _part_of(parts: ZipFile, sheet: str) -> str:
    """The part in which the cells of a sheet stand."""
    book = ET.fromstring(parts.read("xl/workbook.xml"))  # noqa: S314
    relations = ET.fromstring(parts.read("xl/_rels/workbook.xml.rels"))  # noqa: S314
    wanted = next(one.get(_ID) for one in book.iter(f"{_MAIN}sheet") if one.get("name") == sheet)
    target = next(one.get("Target", "") for one in relations if one.get("Id") == wanted)
    return normpath(join("/xl", target)).lstrip("/")


def _column(letters: str) -> int:
    """The index of a column, from 0: A, B … Z, AA."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


def _padded(number: int, cells: list[str], widths: Mapping[tuple[int, int], int]) -> list[str]:
    """The cells of a line, whole numbers with the noughts in front that people see."""
    if not widths:
        return cells
    shown = [(cell, widths.get((number, at), 0)) for at, cell in enumerate(cells)]
    return [cell.zfill(width) if cell.isdigit() else cell for cell, width in shown]


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
