"""Text of all kinds as cells: encodings, separators, quotes, HTML, JSON."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rules.coupons.code_files import check_codes
from bot.rules.files import FileIsPicture, FileUnreadable
from bot.rules.sheets.encodings import decode
from bot.rules.sheets.sheet import Answers, Sheet, SheetKind
from bot.rules.sheets.text import read_text
from tests.rules.sheets.reading import POLICY, good, read

KOREAN = [
    "번호,관리번호,발급상태\n1,B1,미발급\n",
    "상품명,코드\n실크 스카프,A1\n",
    "상태,이름\nA,김민준\nB,이서연\n",
    "쿠폰번호\nA1\n",
]
SIMPLIFIED = ["兑换码,状态\nD,未使用\n", "姓名,备注\n某买家,你好\n王小明,谢谢\n", "券号\nA1\n", "商品,代码\n丝巾,A1\n"]
TRADITIONAL = ["優惠碼,狀態\nS,未使用\n", "折扣碼\nA1\n", "兌換序號,會員\nA1,陳小姐\n", "商品,序號\n絲巾,A1\n"]
WESTERN = ["Gutscheincode;Gültig für\nA1;Düsseldorf\n", "código,descripción\nA1,mañana\n", "order,value\nA,£49.90\n"]
OLDER = [
    *((text, "cp949") for text in KOREAN),
    *((text, "gb18030") for text in (*SIMPLIFIED, *TRADITIONAL)),
    *((text, "big5") for text in TRADITIONAL),
    *((text, "cp1252") for text in WESTERN),
]
ALL = [*KOREAN, *SIMPLIFIED, *TRADITIONAL, *WESTERN]
SIGNS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32")


def lines(text: str) -> list[tuple[int, tuple[str, ...]]]:
    """The lines of a text with their numbers."""
    grid = read_text(text.encode())
    assert grid is not None
    return [(line.number, line.cells) for line in grid.lines]


@pytest.mark.parametrize(("text", "encoding"), OLDER)
def test_older_encodings(text: str, encoding: str) -> None:
    """Files out of Korean, Chinese and Western spreadsheets are told apart by what reads as words."""
    assert decode(text.encode(encoding)) == text


@pytest.mark.parametrize("encoding", SIGNS)
@pytest.mark.parametrize("text", ALL)
def test_unicode(text: str, encoding: str) -> None:
    """All kinds of Unicode, with a byte order mark and without."""
    assert (decode(text.encode(encoding)) or "").lstrip("\ufeff") == text


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"\x00\x01\x02\x03" * 9, bytes(range(128, 256)) * 3])
def test_noise(content: bytes) -> None:
    """What reads as no words in any encoding isn't read as something else."""
    assert read(content, SheetKind.CODES) == FileUnreadable()


@pytest.mark.parametrize(
    "content", [b"\x89PNG\r\n\x1a\n", b"%PDF-1.7\n", b"\xff\xd8\xff\xe0", b"\x00\x00\x00\x18ftypheic"]
)
def test_pictures(content: bytes) -> None:
    """A photo of a list is told what to send instead."""
    assert read(content, SheetKind.CODES) == FileIsPicture()


@pytest.mark.parametrize("mark", [",", ";", "\t", "|", "，"])
def test_separators_and_quotes(mark: str) -> None:
    """Each usual separator; quotes keep it within a cell; empty lines are passed over but counted."""
    text = f'\ncode{mark}name\n"SILK-1"{mark}"a{mark}b"\n\nSILK-2{mark}c\n'

    assert lines(text) == [(2, ("code", "name")), (3, ("SILK-1", f"a{mark}b")), (5, ("SILK-2", "c"))]


@pytest.mark.parametrize(
    ("text", "cells"),
    [
        ("order;value\nA;39,00\nB;1,50\n", ("A", "39,00")),
        ("A-1;39,00;x\nB-1;1,50;y\n", ("B-1", "1,50", "y")),
        ("매장, 지점 목록\n주문번호\t결제금액\nA\t1,000\n", ("A", "1,000")),
        ("sep=|\ncode|x\nA,1|b;c\n", ("A,1", "b;c")),
        ('"sep=;"\r\ncode;x\r\nA;b\r\n', ("A", "b")),
        ("sep=\t\ncode\tx\nA\tb\n", ("A", "b")),
    ],
)
def test_the_separator_is_the_headers(text: str, cells: tuple[str, ...]) -> None:
    """Decimal commas and commas in titles don't separate columns where another sign does."""
    found = lines(text)

    assert cells in [line for _, line in found]
    assert not any("sep=" in cell for _, line in found for cell in line)


def test_an_open_quote_is_refused() -> None:
    """A quote that is never closed would swallow the rest of the file: it is refused instead."""
    assert read('code\n"SILK-1\nSILK-2\nSILK-3\n', SheetKind.CODES) == FileUnreadable()


OPEN = "<table><tr><th>code<th>x<tr><td>A-1<td>b<tr><td>A-2</table>"
TWO = (
    "<html><body><table><tr><td>menu</td></tr></table><table><thead><tr><th><b>co</b>de</th></tr></thead>"
    "<tbody><tr><td style='x'>A-1</td></tr><tr><td><span>A-2</span></td></tr></tbody></table></body></html>"
)
NESTED = (
    "<table><tr><td><table><tr><td>code</td></tr><tr><td>A-1</td></tr><tr><td>A-2</td></tr></table></td></tr></table>"
)
SPANNED = (
    '<table><tr><td colspan="2">title</td></tr><tr><td>n</td><td>code</td></tr><tr><td>1</td><td>A&#45;1</td></tr>'
    "<tr><td>2</td><td>A-2&nbsp;</td></tr></table>"
)
ROW = '<ss:Row><ss:Cell ss:Index="2"><ss:Data>{0}</ss:Data></ss:Cell></ss:Row>'
OLD_XML = (
    '<?xml version="1.0"?><ss:Workbook><ss:Worksheet><ss:Table>'
    f"{ROW.format('code')}{ROW.format('A-1')}{ROW.format('A-2')}</ss:Table></ss:Worksheet></ss:Workbook>"
)
SCRIPT = "<table><tr><td>code</td></tr><script>var a = '<td>X-1</td>'</script><tr><td>A-1</td></tr><tr><td>A-2"


@pytest.mark.parametrize("text", [OPEN, TWO, NESTED, SPANNED, OLD_XML, SCRIPT])
def test_tables_of_html(text: str) -> None:
    """Tables that are called .xls: open tags, nested tables, entities, spans, XML of old spreadsheets."""
    assert good(text) == ["A-1", "A-2"]


@pytest.mark.parametrize("text", ["<html><body>Please log in</body></html>", "<table></table>", "<svg/>"])
def test_pages_without_a_table(text: str) -> None:
    """A page that says *log in* is no file of codes."""
    assert read(text, SheetKind.CODES) == FileUnreadable()


@pytest.mark.parametrize(
    "text",
    [
        '["A-1", "A-2"]',
        '{"codes": ["A-1", "A-2"], "count": 2}',
        '[{"id": 7, "code": "A-1", "status": "active"}, {"id": 8, "code": "A-2"}]',
        '{"code": "A-1"}\n{"code": "A-2"}\n',
    ],
)
def test_json(text: str) -> None:
    """Lists of codes, and of objects with one."""
    assert good(text) == ["A-1", "A-2"]


@pytest.mark.parametrize("text", ['{"a": {"b": 1}}', '["A-1", "A-2"', '[["A-1"], ["A-2"]]', "[]", '{"code": "A-1"}'])
def test_other_json(text: str) -> None:
    """JSON of another shape gives no code."""
    sheet = read(text, SheetKind.CODES)

    assert not isinstance(sheet, Sheet) or check_codes(sheet, POLICY).good == ()


@given(st.binary(max_size=400))
def test_no_bytes_break_the_reader(content: bytes) -> None:
    """Whatever a file holds, it is read or it isn't; what is read is good, left out or told of, line by line."""
    sheet = read(content.removeprefix(b"PK"), SheetKind.CODES, Answers())
    if not isinstance(sheet, Sheet):
        return
    found = check_codes(sheet, POLICY)
    assert len(found.good) + len(found.bad) + found.left_out == len(sheet.rows)
    assert len({code.upper() for _, code in found.good}) == len(found.good)
    assert all(3 <= len(code) <= 32 and code.isascii() and "  " not in code for _, code in found.good)
