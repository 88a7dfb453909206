"""A row in every table for each of several shops, whatever the tables are: for tests that go through all of them."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import JSON, Boolean, CheckConstraint, Column, Date, Integer, String, Table, insert, select
from sqlalchemy.orm import Session

from bot.store.tables import metadata

NOON = datetime(2026, 11, 2, 3, 0, tzinfo=UTC)
OTHER_SIDE = ("credit_id", "friend_id")
"""What must refer to another row than its neighbour does."""
FITTING: dict[str, list[dict[str, Any]]] = {
    "person": [{}, {}],
    "member": [{}, {}],
    "account": [{}, {"kind": "shop", "member_id": None, "balance": None}],
    "gift_offer": [{"kind": "coupon"}],
    "gift_reward": [{"state": "due"}],
    "purchase": [{"kind": "makeup", "state": "done"}],
    "fan_group": [{"is_home": True}],
    "raffle_naming": [{"state": "posted"}],
    "shop_order": [{"belongs": "coupon"}],
}
"""Rows of tables whose CHECKs ask for more than one column at a time; each row gives what differs from `value_of`."""


def fill(session: Session, shop: int) -> None:
    """Put at least one row into every table for this shop, with ids of its own."""
    made: dict[str, list[dict[str, Any]]] = {}
    for table in metadata.sorted_tables:
        made[table.name] = []
        for nth, differing in enumerate(FITTING.get(table.name, [{}])):
            row = {column.name: value_of(column, shop, nth, made) for column in table.columns} | differing
            session.execute(insert(table).values(row))
            made[table.name].append(row)


def value_of(column: Column[Any], shop: int, nth: int, made: dict[str, list[dict[str, Any]]]) -> Any:
    """Something that the column takes: the shop's own row of the table that it refers to, else what fits its type."""
    for key in column.foreign_keys:
        parents = made[key.column.table.name]
        if not parents:  # a row can't refer to itself, nor to what comes later
            return None
        return parents[-1 if column.name in OTHER_SIDE else min(nth, len(parents) - 1)][key.column.name]
    words = _words(column)
    if words:
        return words[0]
    number = 1000 * shop + nth
    if isinstance(column.type, Integer):
        return number if column.primary_key or column.name.endswith("_id") else 1
    kind = getattr(column.type, "impl", column.type)
    fitting = {Boolean: False, Date: date(2026, 11, shop), JSON: {}, String: f"{column.name} {number}"}
    return next((fitting[one] for one in fitting if isinstance(kind, one)), NOON + timedelta(days=shop))


def _words(column: Column[Any]) -> list[str]:
    """The words that a CHECK of `one_of` allows in the column."""
    for constraint in column.table.constraints:
        if isinstance(constraint, CheckConstraint):
            head, _, listed = str(constraint.sqltext).partition(" IN (")
            if head == column.name:
                return [word.strip().strip("'") for word in listed.rstrip(")").split(",")]
    return []


def everything_in(session: Session) -> dict[str, list[tuple[Any, ...]]]:
    """All rows of all tables, in an order of their own."""
    return {table.name: _rows(session, table) for table in metadata.sorted_tables}


def _rows(session: Session, table: Table) -> list[tuple[Any, ...]]:
    rows = [tuple(row) for row in session.execute(select(table))]
    return sorted(rows, key=lambda row: [str(value) for value in row])
