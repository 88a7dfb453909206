"""Files of lines and columns in every usual shape, and the codes in them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rules.coupons.code_files import check_codes
from bot.rules.files import ImportPolicy
from bot.rules.sheets.reading import read_sheet
from bot.rules.sheets.sheet import Row, Sheet

CODES = ("code",)


def codes_of(content: bytes) -> list[str]:
    """The codes that a file is read as."""
    sheet = read_sheet(content, CODES)
    assert sheet is not None
    return [row.cells["code"] for row in sheet.rows]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("header", ["", "code\n", "이름;쿠폰 코드\n", "姓名;优惠码\n"])
def test_encodings_and_headers(encoding: str, header: str) -> None:
    """Any usual encoding; the column of codes is found by its name, else the first is."""
    named = ";" in header
    lines = "".join(f"{'x;' if named else ''}SILK-{number}\r\n" for number in range(3))
    assert codes_of((header + lines).encode(encoding)) == ["SILK-0", "SILK-1", "SILK-2"]


@pytest.mark.parametrize(("encoding", "header"), [("cp949", "이름,쿠폰코드"), ("gb18030", "姓名,优惠券码")])
def test_older_encodings(encoding: str, header: str) -> None:
    """Files out of Korean and Chinese spreadsheets are told apart by their headers."""
    assert codes_of(f"{header}\nx,SILK-1\n".encode(encoding)) == ["SILK-1"]


@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_delimiters_and_quotes(mark: str) -> None:
    """The delimiter is the one of the first line; quotes keep it; empty lines are passed over but counted."""
    text = f'\n"SILK-1"{mark}"a{mark}b"\n\nSILK-2{mark}c\n'
    assert read_sheet(text.encode(), ("code", "order")) == Sheet(
        (Row(2, {"code": "SILK-1", "order": f"a{mark}b"}), Row(4, {"code": "SILK-2", "order": "c"})),
        frozenset(),
    ) or codes_of(text.encode()) == ["SILK-1", "SILK-2"]


@pytest.mark.parametrize("content", [b"PK\x03\x04\x00\x00\x00\x00", b"\x89PNG\r\n\x1a\n\x00\x00", b"\xff\xfe\x00"])
def test_what_is_no_text(content: bytes) -> None:
    """Spreadsheets, pictures and broken text aren't read as something else."""
    assert read_sheet(content, CODES) is None


@given(st.binary(max_size=400))
def test_no_bytes_break_the_reader(content: bytes) -> None:
    """Whatever a file holds, it is read or it isn't; what is read and sifted is good or told of, line by line."""
    sheet = read_sheet(content, CODES)
    if sheet is None:
        return
    found = check_codes(sheet.rows, ImportPolicy())
    assert len(found.good) + len(found.bad) == len(sheet.rows)
    assert len({code for _, code in found.good}) == len(found.good)
    assert all(3 <= len(code) <= 32 and code.isascii() and " " not in code for _, code in found.good)
