"""Orders in a file of rows: which are taken, which are refused and why, and the figures that staff see before."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from bot.rules.orders.blanks import is_blank
from bot.rules.orders.grouping import DayOrderOpen, FileSays, Joined, OrderLine, Refusal, join, tells_by_item
from bot.rules.orders.money import Money, MoneyCell, read_amounts
from bot.rules.orders.numbers import is_order_number
from bot.rules.orders.orders import RefusedLine
from bot.rules.orders.refund_statuses import UnknownWordError, refund_standing_of, with_refund
from bot.rules.orders.statuses import Standing, standing_of
from bot.rules.orders.told import OrderPolicy, OrderState, OrderTold, OrderTrouble, can_be_paid_at
from bot.rules.sheets.sheet import Answers, AskDayOrder, Role, Row, Sheet
from bot.rules.times.files import BadInstant, day_order, read_file_instant

BETWEEN_CODES = re.compile(r"[,;|/+\n\r\t、，；｜／＋]")
"""What stands between the codes of a cell."""
SHORTENED = re.compile(r"\d(?:[.,]\d+)?[eE]\+\d+")
"""A long number as spreadsheets shorten it: its last digits are lost."""
LONGEST_SHOWN = 40
"""Characters of an order's number, or of a word, that a refusal repeats."""


@dataclass(frozen=True, slots=True)
class FileFacts:
    """What is known of a file besides its rows."""

    currency: str
    """The ISO code of amounts that name no currency: the shop's, or what staff said for this file."""
    timezone: str
    """The shop's zone, in which times without a zone are written."""
    now: datetime


@dataclass(frozen=True, slots=True)
class CurrencySum:
    """What paid orders in one currency come to, in its minor units, less what went back."""

    currency: str
    orders: int
    value: int


@dataclass(frozen=True, slots=True)
class OrderCounts:
    """A file's figures for a preview. Orders are counted, not lines."""

    paid: int
    with_code: int
    """Paid orders with a coupon code of whatever kind."""
    partly_back: int
    """Paid orders of which a part went back."""
    refunded: int
    cancelled: int
    unpaid: int
    """They wait to be paid, and aren't taken."""
    undecided: int
    """Somebody wants the money back, and it isn't settled. They aren't taken."""
    sums: tuple[CurrencySum, ...]
    """The largest number of orders first."""
    first: datetime | None
    """The earliest time of payment; None without a paid order."""
    last: datetime | None

    @property
    def without_code(self) -> int:
        """Paid orders without a coupon."""
        return self.paid - self.with_code


@dataclass(frozen=True, slots=True)
class OrderRows:
    """The orders of a file. The number beside an order is its first line's."""

    orders: tuple[tuple[int, OrderTold], ...]
    refused: tuple[RefusedLine, ...]
    counts: OrderCounts

    @property
    def lines(self) -> list[tuple[int, str, OrderTold | OrderTrouble]]:
        """Orders and refused lines as `OrderIntake.take_file` takes them, by line."""
        told: list[tuple[int, str, OrderTold | OrderTrouble]] = [(line, one.ref, one) for line, one in self.orders]
        refused = [(one.line, one.order, one.trouble) for one in self.refused]
        return sorted([*told, *refused], key=lambda one: one[0])


def read_orders(sheet: Sheet, facts: FileFacts, answers: Answers, policy: OrderPolicy) -> OrderRows | AskDayOrder:
    """What a file tells of orders. Lines with one order's number are one order; the lines may stand in any order."""
    refused: list[RefusedLine] = []
    groups: dict[str, list[OrderLine]] = {}
    spoilt: set[str] = set()
    for row, line in zip(sheet.rows, _read_lines(sheet.rows, facts.currency, policy), strict=True):
        ref = _cell(row, Role.ORDER)
        if isinstance(line, RefusedLine):
            refused.append(line)
            spoilt.add(ref)
        else:
            groups.setdefault(ref, []).append(line)
    # A line that can't be read refuses its whole order: the other lines may not be all of it.
    whole = [lines for ref, lines in groups.items() if ref not in spoilt]
    numbered = _are_numbered(sheet.rows)
    file = FileSays(
        by_item=numbered or tells_by_item(whole),
        numbered=numbered,
        currency=facts.currency,
        now=facts.now,
        read_time=partial(_instant, facts=facts, orders=_day_orders(sheet.rows, answers)),
    )
    joined = [(min(line.number for line in lines), lines[0].ref, join(lines, file, policy)) for lines in whole]
    unclear = [one for _, _, one in joined if isinstance(one, DayOrderOpen)]
    if unclear:
        return AskDayOrder(min(unclear, key=lambda one: one.line).text, sheet.shape)
    refused += [
        RefusedLine(one.line, ref[:LONGEST_SHOWN], one.trouble) for _, ref, one in joined if isinstance(one, Refusal)
    ]
    orders = [(line, one) for line, _, one in joined if isinstance(one, OrderTold)]
    return OrderRows(
        orders=tuple(sorted(orders, key=lambda one: one[0])),
        refused=tuple(sorted(refused, key=lambda one: one.line)),
        counts=_counts([one for _, _, one in joined]),
    )


def split_codes(cell: str) -> tuple[str, ...]:
    """The coupon codes in a cell, as written."""
    parts = (part.strip() for part in BETWEEN_CODES.split(cell))
    return tuple(part for part in parts if not is_blank(part))


def is_shortened(text: str) -> bool:
    """Whether a spreadsheet shortened a long number."""
    return SHORTENED.fullmatch(text.strip()) is not None


def _cell(row: Row, role: Role) -> str:
    return row.cells.get(role, "").strip()


def _read_lines(rows: Sequence[Row], currency: str, policy: OrderPolicy) -> list[OrderLine | RefusedLine]:
    """Each row by itself, but that its amounts are read in the light of all others."""
    kinds = (Role.VALUE, Role.DISCOUNT, Role.BACK)
    cells = [MoneyCell(_cell(row, kind), _cell(row, Role.CURRENCY)) for kind in kinds for row in rows]
    found = [None if one is OrderTrouble.NO_VALUE else one for one in read_amounts(cells, currency, policy)]
    amounts, discounts, backs = (found[len(rows) * at : len(rows) * (at + 1)] for at in range(len(kinds)))
    has_status = any(not is_blank(_cell(row, Role.STATUS)) for row in rows)
    lines: list[OrderLine | RefusedLine] = []
    for row, amount, discount, back in zip(rows, amounts, discounts, backs, strict=True):
        refused = _refused(row, policy)
        sums = amount, discount if isinstance(discount, Money) else None, back
        lines.append(refused or _order_line(row, sums, has_status=has_status))
    return lines


Amount = Money | OrderTrouble | None


def _order_line(row: Row, sums: tuple[Amount, Money | None, Amount], *, has_status: bool) -> OrderLine:
    """A row's line. In a file without the statuses of orders each line is of a paid one, unless it says otherwise."""
    time, status = _cell(row, Role.TIME), _cell(row, Role.STATUS)
    amount, discount, back = sums
    standing = (None if is_blank(status) else standing_of(status)) if has_status else Standing.PAID
    refund = refund_standing_of(_cell(row, Role.REFUND_STATUS))
    return OrderLine(
        number=row.line,
        ref=_cell(row, Role.ORDER),
        amount=amount,
        standing=with_refund(standing, refund, sum_told=isinstance(back, Money) and back.value != 0),
        time="" if is_blank(time) else time,
        codes=split_codes(_cell(row, Role.CODE)),
        note=_cell(row, Role.NOTE),
        discount=discount,
        back=back,
    )


def _refused(row: Row, policy: OrderPolicy) -> RefusedLine | None:
    """Why a row can't be read at all, or None."""
    ref, status = _cell(row, Role.ORDER), _cell(row, Role.STATUS)
    trouble, word = None, ""
    if any(is_shortened(_cell(row, role)) for role in (Role.ORDER, Role.CODE, Role.VALUE)):
        trouble = OrderTrouble.SHORTENED
    elif is_blank(ref) or not is_order_number(ref, policy.max_ref):
        trouble = OrderTrouble.NO_ORDER
    elif len(split_codes(_cell(row, Role.CODE))) > policy.max_codes:
        trouble = OrderTrouble.MANY_CODES
    elif not is_blank(status) and standing_of(status) is None:
        trouble, word = OrderTrouble.STATUS_UNKNOWN, status
    else:
        try:
            refund_standing_of(_cell(row, Role.REFUND_STATUS))
        except UnknownWordError as unknown:
            trouble, word = OrderTrouble.STATUS_UNKNOWN, unknown.word
    return RefusedLine(row.line, ref[:LONGEST_SHOWN], trouble, word[:LONGEST_SHOWN]) if trouble is not None else None


def _are_numbered(rows: Sequence[Row]) -> bool:
    """Whether each line has an item's number of its own."""
    items = [_cell(row, Role.ITEM) for row in rows]
    return len(set(items)) == len(items) and not any(is_blank(item) or is_shortened(item) for item in items)


def _day_orders(rows: Sequence[Row], answers: Answers) -> set[bool]:
    """The day orders of the file's dates: those that its dates show, else the one that was answered."""
    shown = {order for row in rows if (order := day_order([_cell(row, Role.TIME)])) is not None}
    return shown or ({answers.day_first} if answers.day_first is not None else set())


def _instant(text: str, *, facts: FileFacts, orders: set[bool]) -> datetime | OrderTrouble | None:
    """When an order was paid; None if that depends on the day order of the file's dates, and nothing tells it.

    Where the file's dates contradict one another, none that can be read both ways is believed.
    """
    at = read_file_instant(text, facts.timezone, day_first=next(iter(orders)) if len(orders) == 1 else None)
    if at is BadInstant.DAY_ORDER_OPEN and not orders:
        return None
    return at if isinstance(at, datetime) and can_be_paid_at(at, facts.now) else OrderTrouble.BAD_TIME


def _counts(joined: Iterable[Joined]) -> OrderCounts:
    """The figures of a preview."""
    joined = list(joined)
    orders = [one for one in joined if isinstance(one, OrderTold)]
    paid = [one for one in orders if one.state is OrderState.PAID]
    sums: dict[str, CurrencySum] = {}
    for one in paid:
        before = sums.get(one.currency, CurrencySum(one.currency, 0, 0))
        sums[one.currency] = CurrencySum(one.currency, before.orders + 1, before.value + one.value - one.taken_back)
    return OrderCounts(
        paid=len(paid),
        with_code=sum(bool(one.codes) for one in paid),
        partly_back=sum(bool(one.taken_back) for one in paid),
        refunded=sum(one.state is OrderState.REFUNDED for one in orders),
        cancelled=sum(one.state is OrderState.CANCELLED for one in orders),
        unpaid=sum(one is Standing.UNPAID for one in joined),
        undecided=sum(one is Standing.UNDECIDED for one in joined),
        sums=tuple(sorted(sums.values(), key=lambda one: (-one.orders, one.currency))),
        first=min((one.at for one in paid), default=None),
        last=max((one.at for one in paid), default=None),
    )
