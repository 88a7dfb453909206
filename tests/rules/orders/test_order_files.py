"""Files of orders as shops' systems write them, from bytes to orders: what each comes to."""

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bot.rules.files import FileLacksColumn, NumbersShortened
from bot.rules.orders.lines import FileFacts, OrderRows, read_orders
from bot.rules.orders.told import OrderState, OrderTold
from bot.rules.sheets.columns import understand
from bot.rules.sheets.sheet import Answers, AskColumn, AskDayOrder, Role, Sheet, SheetKind
from bot.rules.sheets.text import read_text
from tests.rules.orders.order_rows import NOW, PAID_AT, POLICY

FOLDER = Path(__file__).parents[2] / "data" / "shop_files"
TWO_AMOUNTS = "orders-duplicate-headers.csv"
"""A file that has to be asked about."""
REFUSED = {
    "orders-full-width.csv": FileLacksColumn(Role.TIME),
    "orders-scientific.csv": NumbersShortened(2, "2.02611E+14", 3),
}
"""Files that are refused as a whole: they don't say when anything was paid, or lost digits of order numbers."""
KRW, CNY, USD = "KRW", "CNY", "USD"


@dataclass(frozen=True)
class Comes:
    """What must come of a file in a shop that sells in won."""

    paid: dict[str, tuple[int, str]]
    """Order number → what counts of it."""
    codes: dict[str, tuple[str, ...]] = field(default_factory=dict)
    gone: dict[str, OrderState] = field(default_factory=dict)
    unpaid: int = 0
    refused: dict[int, str] = field(default_factory=dict)
    """Line → trouble."""


SHOPIFY = Comes(
    paid={"#1001": (10_090, USD), "#1004": (3_000, USD)},
    codes={"#1001": ("SALE01",), "#1004": ()},
    gone={"#1002": OrderState.REFUNDED},
    unpaid=1,
)
FILES = {
    "orders-formula.csv": Comes({"20261102000123": (39_000, KRW)}, {"20261102000123": ("SALE14",)}),
    "orders-lowercased.csv": Comes(
        {"L-1": (39_000, KRW), "L-2": (39_000, KRW)}, {"L-1": ("mixed-aa01",), "L-2": ("MIXED-BB02",)}
    ),
    "orders-mostly-without.csv": Comes(
        {f"N-{number}": (39_000, KRW) for number in range(1, 31)}, {"N-24": (), "N-25": ("SALE44",)}
    ),
    "orders-naver-lines.csv": Comes({"2026110200000001": (51_000, KRW)}, {"2026110200000001": ("SALE33",)}),
    "orders-negative-refund.csv": Comes({}, gone={"R-1": OrderState.REFUNDED}),
    "orders-preamble.csv": Comes({"2026110212345671": (39_000, KRW)}, {"2026110212345671": ("SALE32",)}),
    "orders-quoted-newlines.csv": Comes(
        {"Q-1": (39_000, KRW), "Q-2": (39_000, KRW)}, {"Q-1": ("SALE43",), "Q-2": ("NOPE",)}
    ),
    "orders-shopify-as-exported.csv": SHOPIFY,
    "orders-shopify-renamed.csv": SHOPIFY,
    "orders-signs.csv": Comes(
        {
            "S-1": (12_000, KRW),
            "S-2": (120_000, CNY),
            "S-3": (4_990, "EUR"),
            "S-4": (1_990, USD),
            "S-5": (1_990, USD),
            "S-6": (1_200, "TWD"),
            "S-7": (12_900, CNY),
        }
    ),
    "orders-statuses.csv": Comes(
        {"K-1": (39_000, KRW)}, gone={"K-2": OrderState.CANCELLED, "K-3": OrderState.REFUNDED}
    ),
    "orders-traditional.csv": Comes({"TW-1": (1_200, KRW)}, {"TW-1": ("SALE38",)}),
    "orders-two-codes.csv": Comes(
        {"W-1": (39_000, KRW), "W-2": (39_000, KRW)},
        {"W-1": ("SALE34", "FREESHIP"), "W-2": ("SALE35", "WELCOME")},
    ),
    "orders-value-words.csv": Comes(
        {"V-1": (39_000, KRW), "V-2": (39_000, KRW), "V-5": (39_000, KRW)},
        refused={4: "value_two_ways", 5: "no_value"},
    ),
    "orders2-order-id-coupons.csv": Comes({"WO-1": (39_000, KRW)}, {"WO-1": ("SALE52",)}),
    "orders2-sep.csv": Comes({"SP-1": (39_000, KRW)}, {"SP-1": ("SALE53",)}),
    "orders2-woo-analytics.csv": Comes({"1501": (4_990, USD)}, {"1501": ("SALE51",)}),
    "orders-times.csv": Comes({f"T-{number}": (39_000, KRW) for number in range(1, 14)}),
}
KOREAN = FileFacts(KRW, "Asia/Seoul", NOW)


def sheet_of(name: str, answers: Answers | None = None) -> object:
    """What reading a file's columns gives."""
    grid = read_text((FOLDER / name).read_bytes())
    assert grid is not None
    return understand(grid, SheetKind.ORDERS, answers or Answers())


def rows_of(name: str, facts: FileFacts = KOREAN) -> OrderRows:
    """The orders of a file; where the day order is asked, the month stands first."""
    sheet = sheet_of(name)
    assert isinstance(sheet, Sheet), sheet
    found = read_orders(sheet, facts, Answers(), POLICY)
    if isinstance(found, AskDayOrder):
        assert (name, found.sample) == ("orders-times.csv", "11/2/2026 9:05")
        found = read_orders(sheet, facts, Answers(day_first=False), POLICY)
    assert isinstance(found, OrderRows)
    return found


def counted(told: OrderTold) -> tuple[int, str]:
    """What counts of an order."""
    return told.value - told.taken_back, told.currency


@pytest.mark.parametrize("name", sorted(FILES))
def test_what_comes_of_a_file(name: str) -> None:
    """Each order with its amount and codes, what went back, what waits, and what is refused with its line."""
    comes, found = FILES[name], rows_of(name)
    orders = {told.ref: told for _, told in found.orders}
    paid = {ref: counted(told) for ref, told in orders.items() if told.state is OrderState.PAID}
    assert paid == comes.paid
    assert {ref: orders[ref].codes for ref in comes.codes} == comes.codes
    assert {ref: told.state for ref, told in orders.items() if ref not in paid} == comes.gone
    assert {one.line: one.trouble.value for one in found.refused} == comes.refused
    assert found.counts.unpaid == comes.unpaid


def test_a_chinese_platforms_file_in_a_chinese_shop() -> None:
    """An amount without a sign is in the shop's currency."""
    found = rows_of("orders-taobao-wide.csv", FileFacts(CNY, "Asia/Shanghai", NOW))
    [(_, told)] = found.orders
    assert (told.ref, counted(told), told.codes) == ("3912345678901234568", (12_900, CNY), ("SALE37",))
    assert told.at.isoformat() == "2026-11-02T03:30:00+00:00"


def test_every_way_to_write_an_instant() -> None:
    """All thirteen are the 2nd of November: at 9:05, 11:30 or 13:30 in Seoul."""
    hours = {told.ref: told.at for _, told in rows_of("orders-times.csv").orders}
    assert hours["T-12"] == PAID_AT
    assert {at.date() for at in hours.values()} == {PAID_AT.date()}
    assert {(at.hour + 9, at.minute) for at in hours.values()} == {(9, 5), (11, 30), (13, 30), (9, 33)}


def test_two_columns_of_amounts() -> None:
    """Which of them is meant is asked, and with the answer the order is read."""
    question = sheet_of(TWO_AMOUNTS)
    assert isinstance(question, AskColumn)
    assert question.role is Role.VALUE
    sheet = sheet_of(TWO_AMOUNTS, Answers({Role.VALUE: question.columns[0].index}))
    assert isinstance(sheet, Sheet)
    found = read_orders(sheet, KOREAN, Answers(), POLICY)
    assert isinstance(found, OrderRows)
    assert [counted(told) for _, told in found.orders] == [(39_000, KRW)]


@pytest.mark.parametrize(("name", "problem"), REFUSED.items())
def test_files_that_are_refused(name: str, problem: object) -> None:
    """Nothing of them is ₩0, paid now, or an order with a wrong number."""
    assert sheet_of(name) == problem


def test_every_file_is_tried() -> None:
    """No file of orders in the folder is left out here."""
    there = {path.name for path in FOLDER.glob("orders*")}
    assert there == {*FILES, *REFUSED, TWO_AMOUNTS, "orders-taobao-wide.csv"}
