"""Files as real shops' systems write them (tests/data/shop_files): what is read of each, as far as columns go."""

import pytest

from bot.rules.files import FileLacksColumn, NumbersShortened
from bot.rules.sheets.sheet import Answers, AskColumn, AskManyCodes, ColumnShown, Role, SheetKind
from tests.rules.sheets.reading import FILES, good, orders, read, read_codes

CODES = {
    "codes-apostrophe.csv": ["20261101001", "20261101002"],
    "codes-backtick.csv": ["20261101001", "20261101002"],
    "codes-big5.csv": ["SILKEEE1", "SILKEEE2"],
    "codes-excel-formula-quoted.csv": ["20261101001", "20261101002"],
    "codes-excel-formula.csv": ["20261101001", "20261101002", "SILK-A1B2"],
    "codes-html-lines.xls": ["SILKHHH1"],
    "codes-html.xls": ["SILKGGG1", "SILKGGG2"],
    "codes-json-lines.txt": ["SILKMMM1", "SILKMMM2"],
    "codes-lower.csv": ["silk-ef56", "silk-gh78"],
    "codes-mixed-case.csv": ["Silk-ab12", "Silk-cd34"],
    "codes-pipe.csv": ["SILKLLL1", "SILKLLL2"],
    "codes-preamble.csv": ["SILKAAA1", "SILKAAA2"],
    "codes-second-column.csv": ["SILKBBB1", "SILKBBB2"],
    "codes-shopify-discounts.csv": ["MINA-7Q2K", "MINA-8R3L"],
    "codes-spaces.csv": ["SILK 2026 A", "SILK 2026 B"],
    "codes-traditional.csv": ["SILKDDD1", "SILKDDD2"],
    "codes-trailing.csv": ["SILKJJJ1", "SILKJJJ2"],
    "codes-used-too.csv": ["SILKFFF1"],
    "codes-utf16.txt": ["SILKIII1", "SILKIII2"],
    "codes-woocommerce-coupons.csv": ["silk-x7k2m", "silk-q9p4t"],
    "codes-zero-width.csv": ["SILKKKK1", "SILKKKK2"],
    "codes2-app-store.csv": ["CODE9XYZ01", "CODE9XYZ02"],
    "codes2-dingdang.csv": ["DHM-0001", "DHM-0002"],
    "codes2-promo_code.csv": ["PRM-0001", "PRM-0002"],
    "codes2-sep.csv": ["SEP-0001", "SEP-0002"],
    "codes2-voucher.csv": ["VCHR-0001", "VCHR-0002"],
    "codes2-woo-webtoffee.csv": ["woo-a1b2", "woo-c3d4"],
}
SHORTENED = ("codes-scientific-same.csv", "codes-scientific.csv", "orders-scientific.csv")
ASKED = {"codes-one-line.csv", "orders-duplicate-headers.csv"}
LACKING = {"orders-full-width.csv"}

KEPT = {"order": "D-1", "code": "SALE42", "time": "2026-11-02 11:30"}
FIRST = {
    "orders-formula.csv": {
        "order": "20261102000123",
        "code": "SALE14",
        "value": "39,000원",
        "time": "2026-11-02 11:30:00",
    },
    "orders-lowercased.csv": {"order": "L-1", "code": "mixed-aa01", "value": "39000", "time": "2026-11-02 11:30"},
    "orders-mostly-without.csv": {"order": "N-1", "value": "39000", "time": "2026-11-02 11:30"},
    "orders-naver-lines.csv": {
        "order": "2026110200000001",
        "item": "2026110211111111",
        "code": "SALE33",
        "value": "39000",
        "time": "2026-11-02 11:30:00",
    },
    "orders-negative-refund.csv": {"order": "R-1", "code": "SALE31", "value": "39000", "time": "2026-11-02 11:30"},
    "orders-preamble.csv": {
        "order": "2026110212345671",
        "code": "SALE32",
        "value": "39000",
        "time": "2026-11-02 11:30:00",
    },
    "orders-quoted-newlines.csv": {"order": "Q-1", "code": "SALE43", "value": "39000", "time": "2026-11-02 11:30"},
    "orders-shopify-as-exported.csv": {
        "order": "#1001",
        "code": "SALE01",
        "value": "100.90",
        "currency": "USD",
        "status": "paid",
        "discount": "20.00",
        "time": "2026-11-02 11:30:00 -0500",
    },
    "orders-signs.csv": {"order": "S-1", "code": "SALE07", "value": "₩12,000", "time": "2026-11-02 11:30"},
    "orders-statuses.csv": {
        "order": "K-1",
        "code": "SALE39",
        "value": "39000",
        "time": "2026-11-02 11:30:00",
        "status": "결제완료",
    },
    "orders-taobao-wide.csv": {
        "order": "3912345678901234568",
        "code": "SALE37",
        "value": "129.00",
        "time": "2026-11-02 11:30:00",
        "status": "交易成功",
    },
    "orders-times.csv": {"order": "T-1", "code": "SALE18", "value": "39000", "time": "2026/11/2 9:05:03"},
    "orders-traditional.csv": {"order": "TW-1", "code": "SALE38", "value": "1200", "time": "2026-11-02 11:30"},
    "orders-two-codes.csv": {
        "order": "W-1",
        "code": "SALE34, FREESHIP",
        "value": "39000",
        "time": "2026-11-02 11:30",
    },
    "orders-value-words.csv": {"order": "V-1", "code": "SALE46", "value": "39000 KRW", "time": "2026-11-02 11:30"},
    "orders2-order-id-coupons.csv": {"order": "WO-1", "code": "SALE52", "value": "39000", "time": "2026-11-02 11:30"},
    "orders2-sep.csv": {"order": "SP-1", "code": "SALE53", "value": "39000", "time": "2026-11-02 11:30"},
    "orders2-woo-analytics.csv": {
        "order": "1501",
        "code": "SALE51",
        "value": "&#36;49.90",
        "time": "2026-11-02 11:30:00",
        "status": "completed",
    },
}
FIRST["orders-shopify-renamed.csv"] = FIRST["orders-shopify-as-exported.csv"]
LINES = {
    "orders-mostly-without.csv": range(2, 32),
    "orders-preamble.csv": [4],
    "orders-quoted-newlines.csv": [2, 4],
    "orders2-sep.csv": [3],
    "orders-shopify-as-exported.csv": range(2, 7),
}
"""Line numbers where they aren't plain: below titles, above sums, after line breaks in quotes."""


def content(name: str) -> bytes:
    """A file's bytes."""
    return (FILES / name).read_bytes()


@pytest.mark.parametrize("name", CODES)
def test_codes(name: str) -> None:
    """The codes of the file and nothing else: no header, no other column, no mark."""
    assert good(content(name)) == CODES[name]


def test_used_codes_are_left_out() -> None:
    """Used and expired codes are counted apart."""
    codes = read_codes(content("codes-used-too.csv"))

    assert (codes.used, codes.expired, codes.disabled) == (1, 1, 0)


@pytest.mark.parametrize("name", SHORTENED)
def test_shortened_numbers_are_refused(name: str) -> None:
    """Numbers whose digits a spreadsheet lost are never taken for codes or orders."""
    kind = SheetKind.CODES if name.startswith("codes") else SheetKind.ORDERS

    assert read(content(name), kind) == NumbersShortened(2, "2.02611E+14", 3)


@pytest.mark.parametrize("name", FIRST)
def test_orders(name: str) -> None:
    """Each column by the role that its name says, in the first row."""
    assert orders(content(name))[0] == FIRST[name]


@pytest.mark.parametrize("name", LINES)
def test_line_numbers(name: str) -> None:
    """Rows keep the numbers of their lines as an editor shows them; titles and sums are no rows."""
    sheet = read(content(name), SheetKind.ORDERS)

    assert [row.line for row in getattr(sheet, "rows", ())] == list(LINES[name])


def test_one_line_is_asked_about() -> None:
    """Three codes in one line: one or three is the shop's to say. If it is one, the column is asked."""
    data = content("codes-one-line.csv")
    question = read(data, SheetKind.CODES)

    assert isinstance(question, AskManyCodes)
    assert (question.sample, question.codes) == ("SILKNNN1, SILKNNN2, SILKNNN3", 3)
    assert good(data, Answers(many_codes=True)) == ["SILKNNN1", "SILKNNN2", "SILKNNN3"]
    assert isinstance(read(data, SheetKind.CODES, Answers(many_codes=False)), AskColumn)
    assert good(data, Answers({"code": 1}, many_codes=False)) == ["SILKNNN2"]


def test_two_columns_of_one_name_are_asked_about() -> None:
    """Which of two columns named *value* is the amount can't be known; the answer decides."""
    data = content("orders-duplicate-headers.csv")
    question = read(data, SheetKind.ORDERS)

    assert isinstance(question, AskColumn)
    assert (question.role, question.can_lack) == (Role.VALUE, False)
    assert question.columns == (ColumnShown(2, "value", ("39000",)), ColumnShown(3, "value", ("1",)))
    assert orders(data, Answers({"value": 2})) == [KEPT | {"value": "39000"}]


def test_a_missing_time_is_said() -> None:
    """A file without any column for the time isn't read as paid now."""
    assert read(content("orders-full-width.csv"), SheetKind.ORDERS) == FileLacksColumn(Role.TIME)


def test_every_file_is_here() -> None:
    """No file of the folder goes untested."""
    assert {path.name for path in FILES.iterdir()} == {*CODES, *SHORTENED, *ASKED, *LACKING, *FIRST}
