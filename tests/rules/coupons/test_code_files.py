"""Files of codes: what is wrong with a line."""

from bot.rules.coupons.code_files import BadLine, Trouble, check_codes
from bot.rules.files import ImportPolicy
from bot.rules.sheets.sheet import Row


def test_bad_codes_are_told_by_line() -> None:
    """Each kind of trouble, with the line where a doubled code stood first; letters stay as they are."""
    lines = ["SILK-1", "ab", "W" * 33, "a b c", "실크", "SILK-1", "silk-1"]
    rows = [Row(number, {"code": code}) for number, code in enumerate(lines, start=1)]
    found = check_codes([*rows, Row(8, {})], ImportPolicy())
    assert found.good == ((1, "SILK-1"), (7, "silk-1"))
    assert found.bad == (
        BadLine(2, "ab", Trouble.TOO_SHORT),
        BadLine(3, "W" * 33, Trouble.TOO_LONG),
        BadLine(4, "a b c", Trouble.ODD),
        BadLine(5, "실크", Trouble.ODD),
        BadLine(6, "SILK-1", Trouble.TWICE, 1),
        BadLine(8, "", Trouble.EMPTY),
    )
