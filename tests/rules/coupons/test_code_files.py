"""Files of codes: what is wrong with a line."""

import pytest

from bot.rules.coupons.code_files import BadLine, Trouble, check_codes
from bot.rules.coupons.codes import code_key
from bot.rules.files import ImportPolicy
from bot.rules.sheets.sheet import Row, Sheet


def sheet(lines: list[dict[str, str]]) -> Sheet:
    """A sheet of these rows."""
    rows = tuple(Row(number, cells) for number, cells in enumerate(lines, start=1))
    return Sheet(rows, frozenset({"code", "status"}))


def test_bad_codes_are_told_by_line() -> None:
    """Each kind of trouble, with the line where a doubled code stood first; codes stay as they are written."""
    lines = ["SILK-1", "ab", "W" * 33, "Silk 2 b", "a  b c", "실크", "SILK-1", "silk-1", "SILK2B", ""]
    found = check_codes(sheet([{"code": code} for code in lines]), ImportPolicy())

    assert found.good == ((1, "SILK-1"), (4, "Silk 2 b"))
    assert found.bad == (
        BadLine(2, "ab", Trouble.TOO_SHORT),
        BadLine(3, "W" * 33, Trouble.TOO_LONG),
        BadLine(5, "a  b c", Trouble.ODD),
        BadLine(6, "실크", Trouble.ODD),
        BadLine(7, "SILK-1", Trouble.TWICE, 1),
        BadLine(8, "silk-1", Trouble.TWICE, 1),
        BadLine(9, "SILK2B", Trouble.TWICE, 4),
        BadLine(10, "", Trouble.EMPTY),
    )


@pytest.mark.parametrize("code", ["<table>", '["SILK1"', "https://x/?c=A1", "A1,B2", "A1|B2", "A1;B2", "a`b", "x\\y"])
def test_signs_that_no_code_has(code: str) -> None:
    """Pieces of HTML, JSON and addresses, and several codes in one cell, aren't codes."""
    assert check_codes(sheet([{"code": code}]), ImportPolicy()).bad == (BadLine(1, code, Trouble.ODD),)


def test_states() -> None:
    """An unknown word is told, because the code may be used; what is left out may be odd, and isn't good later."""
    lines = [("A-1", "used"), ("a-1", ""), ("실크", "expired"), ("A-2", "hmm"), ("A-3", "Active"), ("A-4", "")]
    found = check_codes(sheet([{"code": code, "status": status} for code, status in lines]), ImportPolicy())

    assert found.good == ((5, "A-3"), (6, "A-4"))
    assert found.bad == (BadLine(2, "a-1", Trouble.TWICE, 1), BadLine(4, "hmm", Trouble.STATE_UNKNOWN))
    assert (found.used, found.expired, found.disabled, found.left_out) == (1, 1, 0, 2)


@pytest.mark.parametrize(
    "typed", ["silk 2026 a", "SILK2026A", " Silk  2026 A ", "ｓｉｌｋ２０２６ａ", "silk\u00a02026\u3000a"]
)
def test_keys(typed: str) -> None:
    """Case, width and blanks say nothing about a code."""
    assert code_key(typed) == code_key("SILK 2026 A") == "SILK2026A"
