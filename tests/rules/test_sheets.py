"""Files of lines and columns in every usual shape, the codes in them, and money as people write it."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rules.files import BadLine, ImportPolicy, Trouble, sift
from bot.rules.orders.orders import OrderPolicy, OrderTold, OrderTrouble, is_signed, read_call, read_money, sign
from bot.rules.sheets import Row, Sheet, read_sheet

CODES = ("code",)
NOW = datetime(2026, 11, 2, 3, 0, tzinfo=UTC)
POLICY = OrderPolicy()


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
    found = sift(sheet.rows, ImportPolicy())
    assert len(found.good) + len(found.bad) == len(sheet.rows)
    assert len({code for _, code in found.good}) == len(found.good)
    assert all(3 <= len(code) <= 32 and code.isascii() and " " not in code for _, code in found.good)


def test_bad_codes_are_told_by_line() -> None:
    """Each kind of trouble, with the line where a doubled code stood first; letters stay as they are."""
    lines = ["SILK-1", "ab", "W" * 33, "a b c", "실크", "SILK-1", "silk-1"]
    rows = [Row(number, {"code": code}) for number, code in enumerate(lines, start=1)]
    found = sift([*rows, Row(8, {})], ImportPolicy())
    assert found.good == ((1, "SILK-1"), (7, "silk-1"))
    assert found.bad == (
        BadLine(2, "ab", Trouble.TOO_SHORT),
        BadLine(3, "W" * 33, Trouble.TOO_LONG),
        BadLine(4, "a b c", Trouble.ODD),
        BadLine(5, "실크", Trouble.ODD),
        BadLine(6, "SILK-1", Trouble.TWICE, 1),
        BadLine(8, "", Trouble.EMPTY),
    )


@pytest.mark.parametrize(
    ("text", "currency", "expected"),
    [
        ("12,000", "KRW", (12_000, "KRW")),
        ("₩12,000", None, (12_000, "KRW")),
        ("12000원", "KRW", (12_000, "KRW")),
        ("$19.9", None, (1_990, "USD")),
        ("129.00元", None, (12_900, "CNY")),
        ("usd 5", None, (500, "USD")),
        ("0", "USD", (0, "USD")),
        ("19.999", "USD", OrderTrouble.BAD_VALUE),
        ("1.5", "KRW", OrderTrouble.BAD_VALUE),
        ("-1", "KRW", OrderTrouble.BAD_VALUE),
        ("NaN", "KRW", OrderTrouble.BAD_VALUE),
        ("1e99", "KRW", OrderTrouble.BAD_VALUE),
        ("many", "KRW", OrderTrouble.BAD_VALUE),
        ("5", None, OrderTrouble.BAD_CURRENCY),
        ("5", "won", (500, "WON")),
    ],
)
def test_money(text: str, currency: str | None, expected: tuple[int, str] | OrderTrouble) -> None:
    """Sums become whole minor units, or a trouble."""
    assert read_money(text, currency, POLICY) == expected


@given(st.text(max_size=30), st.none() | st.text(max_size=4))
def test_no_text_breaks_the_reader_of_money(text: str, currency: str | None) -> None:
    """Whatever stands in a column of sums."""
    found = read_money(text, currency, POLICY)
    assert isinstance(found, OrderTrouble) or 0 <= found[0] <= POLICY.max_value


CALL = {"order": "A-1", "code": "SILK-1", "value": 39000, "currency": "krw", "at": "2026-11-02T12:00:00+09:00"}


def test_a_call_is_read() -> None:
    """A body as documented; without a time it is now, without a state it is paid."""
    assert read_call(CALL, NOW, POLICY) == OrderTold("A-1", "SILK-1", 39_000, "KRW", NOW)
    assert read_call({**CALL, "at": None}, NOW, POLICY) == OrderTold("A-1", "SILK-1", 39_000, "KRW", NOW)


@pytest.mark.parametrize(
    "wrong",
    [
        {"order": ""},
        {"order": 1},
        {"order": "x" * 65},
        {"order": "a\nb"},
        {"code": 5},
        {"value": 1.5},
        {"value": True},
        {"value": -1},
        {"value": 10**20},
        {"currency": "원화"},
        {"currency": None},
        {"at": "yesterday"},
        {"at": "2026-11-02T12:00:00"},
        {"at": 5},
        {"state": "lost"},
        {"state": []},
    ],
    ids=repr,
)
def test_a_call_that_is_none(wrong: dict[str, object]) -> None:
    """What isn't as documented is no order."""
    assert read_call({**CALL, **wrong}, NOW, POLICY) is None
    assert read_call([CALL], NOW, POLICY) is None


def test_signatures() -> None:
    """Right and fresh passes; another secret, body, time, or an old, early or strange stamp doesn't."""
    stamp = str(int(NOW.timestamp()))
    good = sign("secret", stamp, b"body")
    assert is_signed("secret", stamp, b"body", good.upper(), NOW, POLICY)
    assert is_signed("secret", stamp, b"body", good, NOW + POLICY.fresh, POLICY)
    late = NOW + POLICY.fresh + timedelta(seconds=1)
    assert not is_signed("secret", stamp, b"body", good, late, POLICY)
    assert not is_signed("secret", stamp, b"body", good, NOW - POLICY.fresh - timedelta(seconds=1), POLICY)
    assert not is_signed("other", stamp, b"body", good, NOW, POLICY)
    assert not is_signed("secret", stamp, b"body2", good, NOW, POLICY)
    assert not is_signed("secret", f"{stamp}0", b"body", good, NOW, POLICY)
    for strange in ("", "soon", "١٢٣", "1" * 40, "-5"):
        assert not is_signed("secret", strange, b"body", sign("secret", strange, b"body"), NOW, POLICY)
    assert not is_signed("secret", stamp, b"body", "ключ", NOW, POLICY)
