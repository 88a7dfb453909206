"""Lines of a file that belong to one order: what they tell of it together, or why that isn't sure."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from unicodedata import normalize

from bot.rules.orders.money import Money
from bot.rules.orders.statuses import Standing
from bot.rules.orders.told import OrderPolicy, OrderState, OrderTold, OrderTrouble

GONE = frozenset({Standing.REFUNDED, Standing.CANCELLED})
"""Statuses of lines whose money went back."""
WAITING = frozenset({Standing.UNPAID, Standing.UNDECIDED})
"""Statuses of orders that nothing is done about yet."""


@dataclass(frozen=True, slots=True)
class OrderLine:
    """One line of a file, read cell by cell."""

    number: int
    ref: str
    amount: Money | OrderTrouble | None
    """None: the cell is empty."""
    standing: Standing | None
    """None: the cell is empty, in a file that tells the status of others."""
    time: str
    codes: tuple[str, ...] = ()
    note: str = ""
    discount: Money | None = None
    """None: the line tells of none that can be read."""
    back: Money | OrderTrouble | None = None
    """What was paid back so far, by a column of its own."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why an order isn't taken, and the line that shows it."""

    line: int
    trouble: OrderTrouble


@dataclass(frozen=True, slots=True)
class DayOrderOpen:
    """The order's date can be read with the day first and with the month first."""

    line: int
    text: str


@dataclass(frozen=True, slots=True)
class FileSays:
    """What the whole file tells about each of its orders."""

    by_item: bool
    """Each line has the amount of its own item: the amounts of an order add up."""
    numbered: bool
    """Each line has the number of its item."""
    currency: str
    """The currency of an order whose amount isn't told."""
    now: datetime
    read_time: Callable[[str], datetime | OrderTrouble | None]
    """The instant in a cell; None where its day order is open."""


Joined = OrderTold | Standing | Refusal | DayOrderOpen
"""An order, or what else came of its lines. A `Standing` is one of `WAITING`: there is nothing to take yet."""


def tells_by_item(groups: Iterable[Sequence[OrderLine]]) -> bool:
    """Whether amounts are each item's: a total that an order's lines repeat would be the same on all of them."""
    paid = [_with_amount(lines) for lines in groups]
    return any(len({line.amount for line in lines}) > 1 and not _times_differ(lines) for lines in paid)


def join(lines: Sequence[OrderLine], file: FileSays, policy: OrderPolicy) -> Joined:
    """What the lines of one order tell of it. The order of the lines doesn't matter."""
    lines = sorted(lines, key=lambda line: line.number)
    forth = [line for line in lines if not _is_negative(line)]
    back = _told_back(lines, file)
    if isinstance(back, Refusal):
        return back
    if not forth and back is not None:
        return _only_back(lines, back, file)
    standing = _standing(forth, some_back=back is not None)
    if not isinstance(standing, Standing) or standing in WAITING:
        return standing
    if standing is Standing.CANCELLED:
        return _cancelled(lines, file)
    value = _value(forth, file, policy)
    return value if isinstance(value, Refusal) else _order(lines, standing, value, back, file)


def _order(
    lines: Sequence[OrderLine], standing: Standing, value: Money, back: Money | None, file: FileSays
) -> OrderTold | Refusal | DayOrderOpen:
    """The order that was paid, less what went back of it."""
    forth = [line for line in lines if not _is_negative(line)]
    went_back = value.value if standing is Standing.REFUNDED else _went_back(forth, back, value)
    codes = _codes(lines)
    if isinstance(went_back, OrderTrouble):
        return Refusal(lines[-1].number, went_back)
    at = _paid_at(forth, file)
    if not isinstance(at, datetime):
        return at
    gone = standing is Standing.REFUNDED or 0 < value.value == went_back
    return OrderTold(
        ref=lines[0].ref,
        value=value.value,
        currency=value.currency,
        at=at,
        codes=codes,
        state=OrderState.REFUNDED if gone else OrderState.PAID,
        taken_back=went_back,
        discount=_discount(forth, value.currency),
        note=_note(lines),
    )


def _is_negative(line: OrderLine) -> bool:
    return isinstance(line.amount, Money) and line.amount.value < 0


def _with_amount(lines: Sequence[OrderLine]) -> list[OrderLine]:
    """The lines with an amount above nought. Some platforms write 0 beside an order's total instead of nothing."""
    return [line for line in lines if isinstance(line.amount, Money) and line.amount.value > 0]


def _times_differ(lines: Sequence[OrderLine]) -> bool:
    """Items of one order are paid at once. Lines of different times may be the same order told twice."""
    return len({line.time for line in lines if line.time}) > 1


def _standing(forth: Sequence[OrderLine], *, some_back: bool) -> Standing | Refusal:
    """The order's status out of those of its lines. `some_back`: the file tells how much of it went back."""
    told = {line.standing for line in forth if line.standing is not None}
    trouble = _status_trouble(forth, told, some_back=some_back)
    if trouble is not None:
        return Refusal(forth[0].number, trouble)
    if Standing.UNPAID in told:
        return Standing.UNPAID
    if told == {Standing.UNDECIDED} and not some_back:
        return Standing.UNDECIDED
    if told <= GONE:
        return Standing.REFUNDED if Standing.REFUNDED in told else Standing.CANCELLED
    return Standing.PAID


def _status_trouble(forth: Sequence[OrderLine], told: set[Standing], *, some_back: bool) -> OrderTrouble | None:
    """Why the statuses of an order's lines don't say what was paid for it; None if they do."""
    if not told:
        return OrderTrouble.STATUS_UNKNOWN
    if Standing.PARTLY_REFUNDED in told and not some_back:
        return OrderTrouble.PARTLY_BACK
    half_paid = Standing.UNPAID in told and not told <= WAITING
    half_gone = bool(told & GONE) and not told <= GONE
    unsaid = any(line.standing is None or line.amount is None for line in forth)
    return OrderTrouble.STATUS_MIXED if half_paid or (half_gone and unsaid) else None


def _only_back(lines: Sequence[OrderLine], back: Money, file: FileSays) -> Joined:
    """What goes back of an order that isn't in the file: so much of it went back so far."""
    standing = {line.standing for line in lines if line.standing is not None}
    if standing and standing <= WAITING:
        return Standing.UNPAID if Standing.UNPAID in standing else Standing.UNDECIDED
    at = _paid_at(lines, file)
    if not isinstance(at, datetime):
        return at
    return OrderTold(
        lines[0].ref, back.value, back.currency, at, _codes(lines), OrderState.REFUNDED, taken_back=back.value
    )


def _cancelled(lines: Sequence[OrderLine], file: FileSays) -> OrderTold:
    """An order that was called off. Many platforms empty its amount and its time, and neither counts."""
    amounts = [line.amount for line in _with_amount(lines) if isinstance(line.amount, Money)]
    total = amounts[0] if len(amounts) == 1 else Money(0, amounts[0].currency if amounts else file.currency)
    times = [at for line in lines if line.time and isinstance(at := file.read_time(line.time), datetime)]
    return OrderTold(
        ref=lines[0].ref,
        value=total.value,
        currency=total.currency,
        at=min(times, default=file.now),
        codes=_codes(lines),
        state=OrderState.CANCELLED,
        note=_note(lines),
    )


def _value(forth: Sequence[OrderLine], file: FileSays, policy: OrderPolicy) -> Money | Refusal:
    """What was paid for the order: its one amount, or the sum of its items' amounts."""
    told = [line for line in forth if line.amount is not None]
    if not told or (file.by_item and len(told) < len(forth)):
        lacking = next(line for line in forth if line.amount is None)
        return Refusal(lacking.number, OrderTrouble.NO_VALUE)
    amounts = _amounts(told)
    if isinstance(amounts, Refusal):
        return amounts
    paid = _with_amount(told)
    sure = file.numbered or (file.by_item and not _times_differ(paid))
    if len(paid) > 1 and not sure:
        return Refusal(paid[1].number, OrderTrouble.LINES_TWO_WAYS)
    total = sum(amount.value for amount in amounts)
    if total > policy.max_value:
        return Refusal(told[-1].number, OrderTrouble.BAD_VALUE)
    return Money(total, amounts[0].currency)


def _amounts(lines: Sequence[OrderLine]) -> list[Money] | Refusal:
    """The amounts of lines that have one, if all can be read and are in one currency."""
    amounts: list[Money] = []
    for line in lines:
        if isinstance(line.amount, OrderTrouble):
            return Refusal(line.number, line.amount)
        if line.amount is not None:
            amounts.append(line.amount)
        if amounts and amounts[-1].currency != amounts[0].currency:
            return Refusal(line.number, OrderTrouble.TWO_CURRENCIES)
    return amounts


def _told_back(lines: Sequence[OrderLine], file: FileSays) -> Money | Refusal | None:
    """What went back by negative amounts, or by the column for it. None: nothing is told of."""
    negative = [line for line in lines if _is_negative(line)]
    twice = len({(line.amount, line.time) for line in negative}) < len(negative)
    if twice and not file.by_item:
        return Refusal(negative[1].number, OrderTrouble.LINES_TWO_WAYS)
    column = [replace(line, amount=line.back) for line in lines if line.back not in (None, OrderTrouble.NO_VALUE)]
    told = [line for line in column if not isinstance(line.amount, Money) or line.amount.value]
    if len(told) > 1 and not file.by_item:
        return Refusal(told[1].number, OrderTrouble.LINES_TWO_WAYS)
    sums: set[Money] = set()
    for part in (negative, told):
        amounts = _amounts(part)
        if isinstance(amounts, Refusal):
            return amounts
        if amounts:
            sums.add(Money(sum(abs(amount.value) for amount in amounts), amounts[0].currency))
    if len(sums) > 1:
        return Refusal(told[0].number, OrderTrouble.PARTLY_BACK)
    return next(iter(sums), None)


def _went_back(forth: Sequence[OrderLine], told: Money | None, value: Money) -> int | OrderTrouble:
    """What went back of a paid order, by what is told of it and by the statuses of its items."""
    if told is not None and told.currency != value.currency:
        return OrderTrouble.TWO_CURRENCIES
    gone = sum(line.amount.value for line in forth if line.standing in GONE and isinstance(line.amount, Money))
    back = told.value if told is not None else gone
    if gone not in {0, back}:
        return OrderTrouble.PARTLY_BACK
    return back if back <= value.value else OrderTrouble.BACK_MORE


def _paid_at(forth: Sequence[OrderLine], file: FileSays) -> datetime | Refusal | DayOrderOpen:
    """When the order was paid: the earliest of its lines' times."""
    times: list[datetime] = []
    for line in forth:
        at = file.read_time(line.time) if line.time else None
        if isinstance(at, OrderTrouble):
            return Refusal(line.number, at)
        if at is not None:
            times.append(at)
        elif line.time:
            return DayOrderOpen(line.number, line.time)
    return min(times) if times else Refusal(forth[0].number, OrderTrouble.NO_TIME)


def _codes(lines: Sequence[OrderLine]) -> tuple[str, ...]:
    """Each code once, whatever its case and width."""
    found: dict[str, str] = {}
    for cell in sorted({line.codes for line in lines}):
        for code in cell:
            found.setdefault(normalize("NFKC", code).casefold(), code)
    return tuple(found.values())


def _discount(forth: Sequence[OrderLine], currency: str) -> int | None:
    """What coupons took off, if one line tells it. Several lines may repeat it or share it, so they tell nothing."""
    told = [line.discount for line in forth if line.discount is not None]
    nonzero = [discount for discount in told if discount.value]
    if any(discount.currency != currency for discount in nonzero) or len(nonzero) > 1 or not told:
        return None
    return abs(nonzero[0].value) if nonzero else 0


def _note(lines: Sequence[OrderLine]) -> str | None:
    notes = sorted({line.note for line in lines if line.note})
    return "\n".join(notes) or None
