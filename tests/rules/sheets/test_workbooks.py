"""Spreadsheets: the same rows as a CSV of them would give, within bounds."""

import io
import zipfile
from pathlib import Path

import pytest

from bot.outside.spreadsheets import read_spreadsheet
from bot.rules.files import FileEmpty, NumbersShortened, SpreadsheetUnreadable
from bot.rules.sheets.sheet import Grid, SheetKind
from tests.rules.sheets.reading import good, orders, read
from tests.rules.sheets.workbooks import Day, Rows, SixDigits, ods, sheet_xml, xlsx, zipped

WORKBOOKS = Path(__file__).parents[2] / "data" / "workbooks"


def lines(content: bytes) -> list[tuple[int, tuple[str, ...]]]:
    """The lines of a spreadsheet with their numbers."""
    grid = read_spreadsheet(content)
    assert isinstance(grid, Grid)
    return [(line.number, line.cells) for line in grid.lines]


def test_codes_below_a_title() -> None:
    """A workbook with a title, numbered rows and codes that are numbers: the codes are whole, without a point."""
    rows: Rows = [
        ["쿠폰 목록"],
        [],
        ["번호", "쿠폰 번호"],
        [1, 20261101001],
        [2, "SILK-A1B2"],
    ]

    assert good(xlsx(rows)) == ["20261101001", "SILK-A1B2"]


def test_kinds_of_cells() -> None:
    """Numbers, fractions, dates with and without a time, and empty cells read as people see them; line numbers stay."""
    rows: Rows = [["a", None, 2.5], [], [Day(46328.5), Day(46328), 7]]

    assert lines(xlsx(rows)) == [(1, ("a", "", "2.5")), (3, ("2026-11-02 12:00:00", "2026-11-02", "7"))]


def test_numbers_that_show_noughts_in_front() -> None:
    """A format of six digits shows 000123, and that is the code; other numbers stay as they are."""
    rows: Rows = [["no", "code"], [7, SixDigits(123)], [8, SixDigits(1_234_567)], [9, 20261101001]]

    assert good(xlsx(rows)) == ["000123", "1234567", "20261101001"]
    assert good(xlsx([["hidden"], [SixDigits(5)]], [], rows, hidden=[0])) == ["000123", "1234567", "20261101001"]


def test_the_first_visible_sheet_with_cells() -> None:
    """Empty and hidden sheets are passed over."""
    assert lines(xlsx([], [["hidden"]], [["code"]], hidden=[1])) == [(1, ("code",))]


def test_an_open_document() -> None:
    """Spreadsheets of LibreOffice are read too."""
    assert good(ods([["code", "name"], ["ODS-0001", 3], ["ODS-0002", None]])) == ["ODS-0001", "ODS-0002"]


def test_an_old_workbook() -> None:
    """A real .xls of Excel 97: title above, sum below, one number as text and one as a number."""
    found = orders((WORKBOOKS / "orders.xls").read_bytes())

    assert [row["order"] for row in found] == ["20261102000123", "20261102124"]
    assert found[0] == {"order": "20261102000123", "code": "SALE14", "value": "39000", "time": "2026-11-02 11:30:00"}
    assert found[1]["value"] == "25000.5"


def test_long_numbers_are_refused() -> None:
    """A workbook keeps 15 digits of a number. A longer one has lost some, and is never an order's number."""
    rows: Rows = [["Order ID", "Total", "Paid at"], [2026110212345671, 39000, "2026-11-02 11:30"]]

    assert read(xlsx(rows), SheetKind.ORDERS) == NumbersShortened(2, "2.02611E+15", 1)


def test_an_empty_workbook() -> None:
    """A workbook without any cell is an empty file."""
    assert read(xlsx([]), SheetKind.CODES) == FileEmpty()


def far_cell() -> bytes:
    """A workbook of two cells, the second in the last corner there is: a dense table of it would fill the memory."""
    corner = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    return xlsx_with(sheet_xml([["code"]]).replace("</sheetData>", corner))


def xlsx_with(sheet: str) -> bytes:
    """A workbook with this part as its only sheet."""
    with zipfile.ZipFile(io.BytesIO(xlsx([["code"]]))) as archive:
        parts = {name: archive.read(name).decode() for name in archive.namelist()}
    return zipped(parts | {"xl/worksheets/sheet1.xml": sheet})


@pytest.mark.parametrize(
    "content",
    [
        b"PK\x03\x04 no zip at all",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
        zipped({"readme.txt": "a zip, but no workbook"}),
        far_cell(),
        xlsx_with("x" * 300_000_000),
        xlsx([["code"], ["A-1"]])[:-200],
    ],
    ids=["no-zip", "no-ole", "other-zip", "far-cell", "zip-bomb", "cut"],
)
def test_what_is_refused(content: bytes) -> None:
    """Broken files and files that would fill the memory are refused, with what to save instead."""
    assert read(content, SheetKind.CODES) == SpreadsheetUnreadable()
