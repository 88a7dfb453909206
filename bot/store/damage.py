"""Damaged rows, which hold an invalid instant or invalid JSON: they are found, set aside one by one, and put back.

SQLite accepts any text as an instant. A damaged row makes every query fail that reads it, so a check in SQL finds such
rows first. A damaged promised message is moved out whole. A row that others refer to stays: only its damaged value is
set aside, and an instant at which nothing is due takes its place.
"""

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Date,
    DateTime,
    Integer,
    RowMapping,
    Table,
    Text,
    TypeDecorator,
    and_,
    cast,
    delete,
    false,
    insert,
    literal_column,
    or_,
    select,
    true,
    update,
)
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.logs import get_logger, logging_failures
from bot.store.engine.db import Database
from bot.store.engine.sessions import PROMISED, Tx
from bot.store.messages.set_aside import OUTBOX, put_aside
from bot.store.tables import Outbox, SetAside, metadata
from bot.store.tables.messages import OutboxState

log = get_logger("damage")

MOVED = frozenset({OUTBOX, "dialogue"})
"""Tables whose rows no other table refers to: the whole row is set aside."""
LEFT_OUT = frozenset({"inbox", "set_aside"})
"""Tables that are not checked here. The intake sets damaged rows of the inbox aside itself."""
PARKED = datetime(2100, 1, 1, tzinfo=UTC)
"""Takes the place of a damaged instant. Nothing is due then."""
INSTANT = "[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9]*"
DAY = "[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]"
LOOK_AGAIN = timedelta(minutes=1)
MOST = 500
"""Damaged rows of one table that one check returns at most."""


@dataclass(frozen=True, slots=True)
class Damage:
    """One row, by its table and primary key, and its columns that can't be read."""

    table: str
    key: tuple[str, ...]
    columns: tuple[str, ...]


class Repairs:
    """Finds damaged rows and sets them aside.

    Each service that meets such rows has a `Repairs` of its own. With a shared one, its check could be left out because
    another service had made one within the last minute.
    """

    def __init__(self, db: Database) -> None:
        self._db = db
        self._looked_at: datetime | None = None

    async def repair(self, now: datetime) -> int:
        """Set damaged rows aside; how many were. All tables are read, so this happens at most once a minute."""
        if self._looked_at is not None and timedelta(0) <= now - self._looked_at < LOOK_AGAIN:
            return 0
        self._looked_at = now
        repaired = 0
        for damage in await self._db.read(find_damage):
            with logging_failures(log, "repair_failed", table=damage.table):
                repaired += await self._db.write(set_row_aside, damage, ",".join(damage.columns), now)
        return repaired


def find_damage(session: Session) -> list[Damage]:
    """All damaged rows. On PostgreSQL there are none: it refuses such values."""
    if session.get_bind().dialect.name != "sqlite":
        return []
    return [
        damage
        for table in metadata.sorted_tables
        if table.name not in LEFT_OUT
        for damage in _damage_in(session, table)
    ]


def _damage_in(session: Session, table: Table) -> list[Damage]:
    query = _damage_query(table)
    if query is None:
        return []
    looked_at, statement = query
    keys = len(table.primary_key)
    return [
        Damage(
            table.name,
            tuple(row[:keys]),
            tuple(name for name, is_bad in zip(looked_at, row[keys:], strict=True) if is_bad),
        )
        for row in session.connection().exec_driver_sql(statement)
    ]


@cache
def _damage_query(table: Table) -> tuple[tuple[str, ...], str] | None:
    """The columns of a table that can be damaged, and the query for rows in which one is; None if no column can be.

    It is text, because all tables are looked at in each start: built as expressions it takes 140 ms and 8 MiB.
    """
    bad = {column.name: test for column in table.columns if (test := _unreadable(column)) is not None}
    if not bad:
        return None
    keys = (f"CAST({_quoted(column)} AS TEXT)" for column in table.primary_key)
    query = f'SELECT {", ".join((*keys, *bad.values()))} FROM "{table.name}" WHERE {" OR ".join(bad.values())}'  # noqa: S608  # our own names
    return tuple(bad), f"{query} LIMIT {MOST}"


def _unreadable(column: Column[Any]) -> str | None:
    """The condition that a column's value is damaged; None for a type whose values can always be read."""
    raw = _quoted(column)
    if isinstance(_stored_type(column), JSON):
        readable = f"json_valid({raw}) = 1"
    elif isinstance(_stored_type(column), DateTime | Date):
        shape = DAY if isinstance(_stored_type(column), Date) else INSTANT
        # `+0 days` makes SQLite return the real day, so 30 February is found to be invalid.
        real = f"coalesce(date({raw}, '+0 days') = substr({raw}, 1, 10), 0)"
        readable = f"typeof({raw}) = 'text' AND {raw} GLOB '{shape}' AND {real}"
    else:
        return None
    return f"({raw} IS NOT NULL AND NOT ({readable}))"


def _quoted(column: Column[Any]) -> str:
    return f'"{column.table.name}"."{column.name}"'


def _stored_type(column: Column[Any]) -> Any:
    """A column's type in the database. The type of our instants wraps it."""
    return column.type.impl_instance if isinstance(column.type, TypeDecorator) else column.type


def set_row_aside(tx: Tx, damage: Damage, reason: str, now: datetime) -> bool:
    """Store the row in `set_aside`, then delete it, or replace its damaged values.

    False if the row is gone or is no longer damaged.
    """
    table = metadata.tables[damage.table]
    this_row = _has_key(table, damage.key)
    # Two services may check at once. A row that the other one has repaired meanwhile can be read again.
    bad = [test for name in damage.columns if (test := _unreadable(table.c[name])) is not None]
    still = or_(*(literal_column(test, Boolean()) for test in bad)) if bad else true()
    raw = (
        tx.execute(select(*(cast(column, Text).label(column.name) for column in table.columns)).where(this_row, still))
        .mappings()
        .first()
    )
    if raw is None:
        return False
    moved = table.name in MOVED or any(table.c[name].primary_key for name in damage.columns)
    body = json.dumps({"row": dict(raw), "columns": damage.columns, "moved": moved})
    key = ":".join(damage.key)
    user_id = _person_in(raw)
    aside = SetAside(kind=table.name, key=key, user_id=user_id, body=body, reason=reason, set_aside_at=now)
    while not put_aside(tx, aside):
        aside.key += "+"  # SQLite gives the id of a row that is gone to another one
    if moved:
        tx.execute(delete(table).where(this_row))
    else:
        parked = {name: _placeholder(table.c[name]) for name in damage.columns}
        tx.execute(update(table).where(this_row).values(parked))
    log.error("set_aside", table=table.name, key=aside.key, reason=reason)
    return True


def _person_in(raw: RowMapping) -> int | None:
    """The person that a row names, or None. Their set-aside rows are deleted together with their data."""
    named = raw.get("user_id") or raw.get("chat_id") or ""
    return int(named) if named.isascii() and named.isdecimal() else None


def put_back(tx: Tx, row_id: int, now: datetime) -> bool:
    """Put a row back as it was, to be tried again. False if it still can't be read, or another row has its key.

    A damaged instant becomes `now`. A promised message waits again.
    """
    aside = tx.get(SetAside, row_id)
    table = metadata.tables.get(aside.kind) if aside is not None else None
    if aside is None or table is None:
        return False
    kept = json.loads(aside.body)
    names = list(table.columns.keys()) if kept["moved"] else kept["columns"]
    try:
        values = {name: _value_from_text(table.c[name], kept["row"].get(name), now) for name in names}
    except ValueError:
        return False
    key = tuple(str(kept["row"][column.name]) for column in table.primary_key)
    if not kept["moved"]:
        tx.execute(update(table).where(_has_key(table, key)).values(values))
    elif tx.execute(select(*table.primary_key).where(_has_key(table, key))).first() is not None:
        return False
    else:
        if table.name == OUTBOX:
            values |= {"state": OutboxState.WAITING.value, "attempts": 0, "problem": None}
            if tx.execute(select(col(Outbox.id)).where(_is_promised_anew(values))).first() is not None:
                return False
            tx.info[PROMISED] = True
        tx.execute(insert(table).values(values))
    tx.delete(aside)
    tx.flush()
    return True


def _is_promised_anew(values: dict[str, Any]) -> Any:
    """The condition that the same message was promised again meanwhile."""
    waiting = and_(col(Outbox.fold_key) == values["fold_key"], col(Outbox.state) == OutboxState.WAITING)
    taken = [(values["key"], col(Outbox.key) == values["key"]), (values["fold_key"], waiting)]
    return or_(false(), *(same for value, same in taken if value is not None))


def _has_key(table: Table, key: tuple[str, ...]) -> Any:
    return and_(*(cast(column, Text) == value for column, value in zip(table.primary_key, key, strict=True)))


def _placeholder(column: Column[Any]) -> Any:
    """The value that takes the place of a damaged one."""
    if isinstance(_stored_type(column), JSON):
        return None if column.nullable else {}
    return PARKED.date() if isinstance(_stored_type(column), Date) else PARKED


def _value_from_text(column: Column[Any], raw: str | None, now: datetime) -> Any:
    """Read a column's value from its text; `now` if it is a damaged instant.

    Raises:
        ValueError: it is damaged JSON or no number.
    """
    if raw is None:
        return None
    kind = _stored_type(column)
    if isinstance(kind, DateTime | Date):
        try:
            return date.fromisoformat(raw) if isinstance(kind, Date) else _instant(raw)
        except ValueError:
            return now.date() if isinstance(kind, Date) else now
    if isinstance(kind, JSON):
        return json.loads(raw)
    if isinstance(kind, Boolean):
        return raw in {"1", "true"}
    return int(raw) if isinstance(kind, Integer) else raw


def _instant(raw: str) -> datetime:
    at = datetime.fromisoformat(raw)
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at
