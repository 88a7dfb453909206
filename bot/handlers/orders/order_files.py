"""Files of orders: what each line tells."""

from collections.abc import Sequence
from datetime import UTC, datetime

from bot.handlers.kit.forms import FormProblem, Moment, instant
from bot.rules.calendar import zone
from bot.rules.orders.money import read_money
from bot.rules.orders.told import OrderPolicy, OrderTold, OrderTrouble, can_be_paid_at
from bot.rules.sheets.sheet import Row


def read_orders(
    rows: Sequence[Row], currency: str, moment: Moment, policy: OrderPolicy
) -> list[tuple[int, str, OrderTold | OrderTrouble]]:
    """What each line tells of an order, or why it can't be read."""
    return [(row.line, row.cells.get("order", "")[:40], _order(row, currency, moment, policy)) for row in rows]


def _order(row: Row, currency: str, moment: Moment, policy: OrderPolicy) -> OrderTold | OrderTrouble:
    code, ref = row.cells.get("code", ""), row.cells.get("order", "")
    if not ref or len(ref) > policy.max_ref or not ref.isprintable():
        return OrderTrouble.NO_ORDER
    money = read_money(row.cells.get("value") or "0", row.cells.get("currency") or currency, policy)
    if isinstance(money, OrderTrouble):
        return money
    at = _paid_at(row.cells.get("time", ""), moment)
    return OrderTold(ref, *money, at, codes=(code,) if code else ()) if at is not None else OrderTrouble.BAD_TIME


def _paid_at(text: str, moment: Moment) -> datetime | None:
    """When the order was paid: now if the file doesn't say; else by the shop's own clock, or with its zone."""
    if not text:
        return moment.now
    plain = text.replace("/", "-").replace(".", "-", 2) if text[:5].strip("0123456789") in {"/", "."} else text
    try:
        at = datetime.fromisoformat(plain)
        at = at if at.tzinfo is not None else at.replace(tzinfo=zone(moment.timezone))
        at = at.astimezone(UTC)
    except (ValueError, OverflowError):
        try:
            at = instant("time", plain, moment)
        except FormProblem:
            return None
    return at if can_be_paid_at(at, moment.now) else None
