"""Orders out of the rows of a file: what is taken, what is taken back, what is refused with its line."""

import random
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rules.orders.lines import CurrencySum, FileFacts, OrderRows, read_orders, split_codes
from bot.rules.orders.orders import RefusedLine
from bot.rules.orders.told import OrderState, OrderTold, OrderTrouble
from bot.rules.sheets.sheet import Answers, AskDayOrder, Row, Sheet
from tests.rules.orders.order_rows import KOREAN, NOW, PAID_AT, POLICY, USUAL, only, read, sheet, troubles

PAID = OrderTold("A-1", 39_000, "KRW", PAID_AT)
ITEM_PRICES = ({"value": "39000"}, {"value": "12000"})


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({}, {}),
        ({"code": "SILK-1"}, {"codes": ("SILK-1",)}),
        ({"code": "SALE34, FREESHIP"}, {"codes": ("SALE34", "FREESHIP")}),
        ({"code": "SILK-1;silk-1"}, {"codes": ("SILK-1",)}),
        ({"code": "없음"}, {}),
        ({"note": "K7M2QX please"}, {"note": "K7M2QX please"}),
        ({"discount": "5,000"}, {"discount": 5_000}),
        ({"discount": "-5000"}, {"discount": 5_000}),
        ({"discount": "0"}, {"discount": 0}),
        ({"discount": "10%"}, {}),
        ({"discount": "$5"}, {}),
        ({"value": "US$19.90"}, {"value": 1_990, "currency": "USD"}),
        ({"value": "19.90", "currency": "USD"}, {"value": 1_990, "currency": "USD"}),
        ({"value": "0", "code": "FREE"}, {"value": 0, "codes": ("FREE",)}),
        ({"status": "배송완료"}, {}),
        ({"status": "취소완료"}, {"state": OrderState.CANCELLED}),
        ({"status": "반품완료"}, {"state": OrderState.REFUNDED, "taken_back": 39_000}),
        ({"status": "취소완료", "value": "", "time": ""}, {"state": OrderState.CANCELLED, "value": 0, "at": NOW}),
        ({"status": "부분환불", "back": "10000"}, {"taken_back": 10_000}),
        ({"status": "결제완료", "back": "39000"}, {"state": OrderState.REFUNDED, "taken_back": 39_000}),
        ({"status": "결제완료", "back": "0"}, {}),
        ({"value": "-39000"}, {"state": OrderState.REFUNDED, "taken_back": 39_000}),
        ({"status": "결제완료", "refund_status": "반품완료"}, {"state": OrderState.REFUNDED, "taken_back": 39_000}),
        ({"status": "交易成功", "refund_status": "退款成功"}, {"state": OrderState.REFUNDED, "taken_back": 39_000}),
        ({"refund_status": "completed"}, {"state": OrderState.REFUNDED, "taken_back": 39_000}),
        ({"refund_status": "no"}, {}),
        ({"status": "배송완료", "refund_status": "반품철회"}, {}),
        ({"status": "交易成功", "refund_status": "退款成功", "back": "10000"}, {"taken_back": 10_000}),
        ({"status": "결제완료", "refund_status": "취소완료"}, {"state": OrderState.CANCELLED}),
        ({"status": "환불완료", "refund_status": "요청"}, {"state": OrderState.REFUNDED, "taken_back": 39_000}),
    ],
)
def test_one_line(row: dict[str, str], expected: dict[str, Any]) -> None:
    """An order of one line: its codes, note, discount, status and what went back."""
    assert only(sheet(row)) == replace(PAID, **expected)


@pytest.mark.parametrize(
    ("row", "trouble"),
    [
        ({"order": ""}, "no_order"),
        ({"order": "-"}, "no_order"),
        ({"order": "x" * 65}, "no_order"),
        ({"order": "2.02611E+14"}, "shortened"),
        ({"order": "2,02611E+14"}, "shortened"),
        ({"code": "2.02611E+14"}, "shortened"),
        ({"value": "3.9E+04"}, "shortened"),
        ({"code": ",".join(f"C{number}" for number in range(21))}, "many_codes"),
        ({"value": ""}, "no_value"),
        ({"value": "-"}, "no_value"),
        ({"value": "free"}, "bad_value"),
        ({"value": "39.000"}, "value_two_ways"),
        ({"value": "5 kr"}, "currency_open"),
        ({"currency": "shells"}, "bad_currency"),
        ({"value": "₩5", "currency": "USD"}, "two_currencies"),
        ({"time": ""}, "no_time"),
        ({"time": "soon"}, "bad_time"),
        ({"time": "2026-12-24 20:00"}, "bad_time"),
        ({"time": "1999-11-02 11:30"}, "bad_time"),
        ({"status": "접수됨"}, "status_unknown"),
        ({"status": "부분환불"}, "partly_back"),
        ({"status": "결제완료", "refund_status": "部分退款"}, "partly_back"),
        ({"status": "결제완료", "refund_status": "취소"}, "status_unknown"),
        ({"status": "환불완료", "value": ""}, "no_value"),
        ({"status": "결제완료", "back": "50000"}, "back_more"),
        ({"status": "결제완료", "back": "US$5"}, "two_currencies"),
        ({"status": "결제완료", "back": "some"}, "bad_value"),
    ],
)
def test_one_line_that_is_refused(row: dict[str, str], trouble: str) -> None:
    """Each is refused with its line and reason; nothing becomes ₩0 or paid now."""
    assert troubles(sheet(row)) == [(2, trouble)]
    assert read(sheet(row)).orders == ()


def test_a_column_that_lacks() -> None:
    """Without a column of amounts, or of times, each order says what it lacks."""
    assert troubles(sheet({"order": "A-1", "time": "2026-11-02 11:30"}, usual=False)) == [(2, "no_value")]
    assert troubles(sheet({"order": "A-1", "value": "39000"}, usual=False)) == [(2, "no_time")]


def test_an_unknown_status_is_told_with_its_word() -> None:
    """The word stands beside the line, cut if it is long; an empty status beside told ones is no paid one."""
    rows = sheet({"status": "접수됨" * 30}, {"order": "A-2", "status": ""}, {"order": "A-3", "status": "paid"})
    assert read(rows).refused == (
        RefusedLine(2, "A-1", OrderTrouble.STATUS_UNKNOWN, ("접수됨" * 30)[:40]),
        RefusedLine(3, "A-2", OrderTrouble.STATUS_UNKNOWN),
    )


def test_what_waits_is_counted_and_not_taken() -> None:
    """Unpaid orders, and those whose refund isn't settled."""
    found = read(sheet({"status": "입금대기"}, {"order": "A-2", "status": "반품요청", "value": ""}))
    assert (found.orders, found.refused) == ((), ())
    assert (found.counts.unpaid, found.counts.undecided) == (1, 1)
    asked_back = read(sheet({"status": "배송완료", "refund_status": "반품요청"}))
    assert (asked_back.orders, asked_back.refused, asked_back.counts.undecided) == ((), (), 1)


def test_one_item_of_two_went_back() -> None:
    """A column about refunds tells it of each line; the order counts for the rest."""
    paid = {"status": "배송완료", "item": "1"}
    both = sheet(paid | {"refund_status": ""}, paid | {"item": "2", "value": "12000", "refund_status": "반품완료"})
    assert only(both) == replace(PAID, value=51_000, taken_back=12_000)


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        # Items with their own amounts: the sum.
        (ITEM_PRICES, {"value": 51_000}),
        # The total on the first line, nothing or nought on the next: no second order, no second amount.
        (({}, {"value": ""}), {}),
        (({}, {"value": "", "time": "", "code": ""}), {}),
        (({}, {"value": "0"}), {}),
        (({"status": "paid"}, {"value": "", "status": "", "time": ""}), {}),
        # Items with numbers of their own: equal amounts add up too.
        (({"item": "1"}, {"item": "2"}), {"value": 78_000}),
        # A coupon that both lines name is one.
        (({"value": "39000", "code": "S-1"}, {"value": "1000", "code": "S-1"}), {"value": 40_000, "codes": ("S-1",)}),
        (({"note": "b", "value": "39000"}, {"note": "a", "value": "1000"}), {"value": 40_000, "note": "a\nb"}),
        # Amounts that go back.
        (({}, {"value": "-39000", "time": "2026-11-03 10:00"}), {"state": OrderState.REFUNDED, "taken_back": 39_000}),
        (({}, {"value": "-9000"}), {"taken_back": 9_000}),
        (({}, {"value": "-9000"}, {"value": "-1000"}), {"taken_back": 10_000}),
        (({}, {"value": "-9000"}, {"value": "-9000", "time": "2026-11-04 10:00"}), {"taken_back": 18_000}),
        (({"status": "부분환불"}, {"value": "-9000", "status": "환불완료"}), {"taken_back": 9_000}),
        (({"status": "반품요청"}, {"value": "-9000", "status": ""}), {"taken_back": 9_000}),
        # Items that went back, by their status.
        (
            ({"value": "39000", "status": "구매확정"}, {"value": "12000", "status": "반품완료"}),
            {"value": 51_000, "taken_back": 12_000},
        ),
        (
            ({"value": "39000", "status": "반품완료"}, {"value": "12000", "status": "취소완료"}),
            {"value": 51_000, "taken_back": 51_000, "state": OrderState.REFUNDED},
        ),
        # The same refund, told by its status and by a negative amount.
        (
            (
                {"value": "39000", "status": "구매확정"},
                {"value": "12000", "status": "반품완료"},
                {"value": "-12000", "status": "반품완료"},
            ),
            {"value": 51_000, "taken_back": 12_000},
        ),
    ],
)
def test_lines_of_one_order(rows: tuple[dict[str, str], ...], expected: dict[str, Any]) -> None:
    """They are one order, in whatever order they stand."""
    assert only(sheet(*rows)) == replace(PAID, **expected)
    assert only(sheet(*reversed(rows))) == replace(PAID, **expected)


@pytest.mark.parametrize(
    ("rows", "refused"),
    [
        # One amount on both lines: the order's total, or each item's price?
        (({}, {}), [(3, "lines_two_ways")]),
        (({"item": "1"}, {"item": "1"}), [(3, "lines_two_ways")]),
        # Two amounts at two times: the order told again after a change, or two payments?
        (({}, {"value": "45000", "time": "2026-11-02 12:00"}), [(3, "lines_two_ways")]),
        (({}, {"value": "-9000"}, {"value": "-9000"}), [(4, "lines_two_ways")]),
        (({}, {"value": "US$5"}), [(3, "two_currencies")]),
        (({}, {"value": "many"}), [(3, "bad_value")]),
        (({"value": "39000"}, {"value": "12000"}, {"value": ""}), [(4, "no_value")]),
        (({"status": "결제완료"}, {"status": "입금대기", "value": "1"}), [(2, "status_mixed")]),
        (({"status": "결제완료"}, {"status": "반품완료", "value": ""}), [(2, "status_mixed")]),
        (({"status": "결제완료"}, {"status": "접수됨"}), [(3, "status_unknown")]),
        (({}, {"value": "-40000"}), [(3, "back_more")]),
        (
            ({"value": "30000", "status": "반품완료"}, {"value": "9000", "status": "paid"}, {"value": "-5"}),
            [(4, "partly_back")],
        ),
        (({}, {"time": "soon", "value": ""}), [(3, "bad_time")]),
    ],
)
def test_lines_that_contradict_one_another(rows: tuple[dict[str, str], ...], refused: list[tuple[int, str]]) -> None:
    """The order is refused with the line that shows it, and no part of it is taken."""
    found = read(sheet(*rows))
    assert found.orders == ()
    assert [(one.line, one.trouble.value) for one in found.refused] == refused


def test_another_order_shows_that_amounts_are_items() -> None:
    """Where one order's lines have different amounts, equal ones of another order are items too."""
    items = sheet(*ITEM_PRICES, {"order": "A-2"}, {"order": "A-2"})
    assert [(told.ref, told.value) for _, told in read(items).orders] == [("A-1", 51_000), ("A-2", 78_000)]


def test_the_day_order_is_asked_only_if_nothing_tells() -> None:
    """Asked with a sample; another row settles it, or the answer does; a refused or waiting order asks nothing."""
    open_rows = sheet({"time": "11/2/2026 9:05"})
    assert read_orders(open_rows, KOREAN, Answers(), POLICY) == AskDayOrder("11/2/2026 9:05", "shape")
    assert read(open_rows, Answers(day_first=True)).orders[0][1].at.isoformat() == "2026-02-11T00:05:00+00:00"
    assert read(open_rows, Answers(day_first=False)).orders[0][1].at.isoformat() == "2026-11-02T00:05:00+00:00"
    settled = sheet({"time": "11/2/2026 9:05"}, {"order": "A-2", "time": "11/25/2026 9:05"})
    assert read(settled, Answers(day_first=True)).orders[0][1].at.isoformat() == "2026-11-02T00:05:00+00:00"
    assert read(sheet({"time": "11/2/2026 9:05", "status": "unpaid"})).orders == ()


def test_dates_that_contradict_one_another() -> None:
    """If some dates have the day first and others the month, one that can be read both ways is refused."""
    rows = sheet(
        {"order": "1", "time": "25/10/2026 9:05"},
        {"order": "2", "time": "10/25/2026 9:05"},
        {"order": "3", "time": "11/2/2026 9:05"},
    )
    for day_first in (None, True):
        found = read(rows, Answers(day_first=day_first))
        assert [(told.ref, told.at.day, told.at.month) for _, told in found.orders] == [("1", 25, 10), ("2", 25, 10)]
        assert [(one.line, one.trouble.value) for one in found.refused] == [(4, "bad_time")]


def test_the_figures_of_a_preview() -> None:
    """Orders by what became of them; sums apart by currency, less what went back; the first and the last payment."""
    found = read(
        sheet(
            {"order": "1", "code": "SILK-1", "status": "paid"},
            {"order": "2", "status": "paid"},
            {"order": "2", "status": "", "value": "-9000"},
            {"order": "3", "status": "paid", "value": "$5", "time": "2026-11-03 11:30"},
            {"order": "4", "status": "refunded"},
            {"order": "5", "status": "cancelled"},
            {"order": "6", "status": "pending"},
            {"order": "7", "status": "?"},
        )
    )
    counts = found.counts
    assert (counts.paid, counts.with_code, counts.without_code, counts.partly_back) == (3, 1, 2, 1)
    assert (counts.refunded, counts.cancelled, counts.unpaid, counts.undecided) == (1, 1, 1, 0)
    assert counts.sums == (CurrencySum("KRW", 2, 69_000), CurrencySum("USD", 1, 500))
    assert (counts.first, counts.last) == (PAID_AT, PAID_AT.replace(day=3))
    assert [(line, ref, getattr(one, "value", None)) for line, ref, one in found.lines] == [
        *((2, "1", 39_000), (3, "2", 39_000), (5, "3", 500), (6, "4", 39_000), (7, "5", 39_000)),
        (9, "7", "status_unknown"),
    ]


def test_an_empty_file() -> None:
    """No rows, no orders, no figures."""
    found = read(Sheet((), frozenset({"order"})))
    assert (found.orders, found.refused, found.counts.sums, found.counts.first) == ((), (), (), None)


@pytest.mark.parametrize(
    ("cell", "codes"),
    [
        ("", ()),
        ("-", ()),
        ("SALE34", ("SALE34",)),
        ("K7M2 QX4P", ("K7M2 QX4P",)),
        ("SALE35|WELCOME", ("SALE35", "WELCOME")),
        ("A;B", ("A", "B")),
        ("A / B", ("A", "B")),
        ("A + B", ("A", "B")),
        ("A\nB", ("A", "B")),
        ("A、B，C", ("A", "B", "C")),
        ("A,,", ("A",)),
    ],
)
def test_codes_of_one_cell(cell: str, codes: tuple[str, ...]) -> None:
    """Each code by itself, as written."""
    assert split_codes(cell) == codes


CELLS = {
    "order": st.sampled_from(["A-1", "A-2", "A-3", "", "2.0E+14"]),
    "code": st.sampled_from(["", "S-1", "S-1, s-2", "W"]),
    "value": st.sampled_from(["39000", "12,000", "39.000", "1.234,50 €", "-9000", "-39000", "", "0", "$5", "x"]),
    "time": st.sampled_from(["2026-11-02 11:30", "2026-11-03", "3/11/2026 9:05", "25/11/2026 9:05", "", "soon"]),
    "status": st.sampled_from(["paid", "입금대기", "반품완료", "취소완료", "partially refunded", "退款中", "", "?"]),
    "discount": st.sampled_from(["", "5000", "x"]),
    "note": st.sampled_from(["", "K7M2QX", "hi"]),
    "item": st.sampled_from(["", "1", "2", "3"]),
    "back": st.sampled_from(["", "0", "9000"]),
    "currency": st.sampled_from(["", "KRW", "USD"]),
}


@given(st.lists(st.fixed_dictionaries(CELLS), max_size=7), st.sets(st.sampled_from(sorted(CELLS))), st.randoms())
def test_the_order_of_rows_changes_nothing(
    rows: list[dict[str, str]], lacking: set[str], chance: random.Random
) -> None:
    """Shuffled rows give the same orders, the same figures and refuse as many; every order number is told of once."""
    numbered = [
        Row(line, {name: cell for name, cell in row.items() if name not in lacking})
        for line, row in enumerate(rows, start=2)
    ]
    shuffled = list(numbered)
    chance.shuffle(shuffled)
    columns = frozenset(CELLS) - lacking

    first, second = (
        read_orders(Sheet(tuple(some), columns), KOREAN, Answers(), POLICY) for some in (numbered, shuffled)
    )

    assert first == second
    if isinstance(first, OrderRows):
        refs = [told.ref for _, told in first.orders]
        assert len(set(refs)) == len(refs)
        assert not {one.order for one in first.refused} & set(refs)
        assert all(0 <= told.taken_back <= told.value for _, told in first.orders)


def test_a_shops_currency_and_zone_are_arguments() -> None:
    """The same rows mean yuan and Shanghai's clock in a shop there."""
    rows = sheet({"value": "129.00"})
    [(_, told)] = read(rows, facts=FileFacts("CNY", "Asia/Shanghai", NOW)).orders
    assert (told.value, told.currency, told.at.hour) == (12_900, "CNY", 3)
    assert USUAL["value"] == "39000"
