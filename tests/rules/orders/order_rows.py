"""Rows of order files for tests."""

from datetime import UTC, datetime

from bot.rules.orders.lines import FileFacts, OrderRows, read_orders
from bot.rules.orders.told import OrderPolicy, OrderTold
from bot.rules.sheets.sheet import Answers, AskDayOrder, Row, Sheet

NOW = datetime(2026, 11, 30, 3, tzinfo=UTC)
PAID_AT = datetime(2026, 11, 2, 2, 30, tzinfo=UTC)
KOREAN = FileFacts("KRW", "Asia/Seoul", NOW)
POLICY = OrderPolicy()
USUAL = {"order": "A-1", "code": "", "value": "39000", "time": "2026-11-02 11:30"}


def sheet(*rows: dict[str, str], usual: bool = True) -> Sheet:
    """A sheet whose rows are `USUAL` but for what is given. The header stands in line 1."""
    whole = [USUAL | row if usual else row for row in rows]
    cells = tuple(Row(line, row) for line, row in enumerate(whole, start=2))
    return Sheet(cells, frozenset(name for row in whole for name in row), "shape")


def read(rows: Sheet, answers: Answers | None = None, facts: FileFacts = KOREAN) -> OrderRows:
    """The orders of a sheet that needs no question."""
    found = read_orders(rows, facts, answers or Answers(), POLICY)
    assert not isinstance(found, AskDayOrder)
    return found


def only(rows: Sheet) -> OrderTold:
    """The one order of a sheet, nothing of which is refused."""
    found = read(rows)
    assert found.refused == ()
    [(_, told)] = found.orders
    return told


def troubles(rows: Sheet) -> list[tuple[int, str]]:
    """The refused lines of a sheet, and why."""
    return [(one.line, one.trouble.value) for one in read(rows).refused]
