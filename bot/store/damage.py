"""Rows that can't be read: an instant that is none, JSON that is none. Found, set aside one by one, and put back.

SQLite stores an instant as any text. One such row ends every query that reads it, so the tables are asked in SQL first.
A promised message is moved out whole. Of a row that others refer to, the raw value is kept and the row stays, with an
instant at which nothing falls due.
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
    func,
    insert,
    not_,
    or_,
    select,
    true,
    type_coerce,
    update,
)
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.logs import apart, get_logger
from bot.store.engine.db import Database
from bot.store.engine.sessions import PROMISED, Tx
from bot.store.messages.set_aside import OUTBOX, put_aside
from bot.store.tables import Outbox, SetAside, metadata
from bot.store.tables.messages import OutboxState

log = get_logger("damage")

MOVED = frozenset({OUTBOX, "dialogue"})
"""Tables to whose rows nothing refers: the whole row is set aside."""
LEFT_OUT = frozenset({"inbox", "set_aside"})
"""The inbox sets its own aside."""
PARKED = datetime(2100, 1, 1, tzinfo=UTC)
"""Stands in place of an instant that can't be read: nothing falls due then."""
INSTANT = "[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9]*"
DAY = "[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]"
LOOK_AGAIN = timedelta(minutes=1)
MOST = 500
"""Damaged rows of a table that one look takes."""


@dataclass(frozen=True, slots=True)
class Damage:
    """One row, by its table and primary key, and its columns that can't be read."""

    table: str
    key: tuple[str, ...]
    columns: tuple[str, ...]


class Repairs:
    """Looks for damaged rows and sets them aside.

    Whoever meets such rows has one of their own: they go on once they have looked, and must not skip that because
    another one is looking just then.
    """

    def __init__(self, db: Database) -> None:
        self._db = db
        self._looked_at: datetime | None = None

    async def look(self, now: datetime) -> int:
        """How many rows were set aside. The tables are read whole, so at most once a minute."""
        if self._looked_at is not None and timedelta(0) <= now - self._looked_at < LOOK_AGAIN:
            return 0
        self._looked_at = now
        mended = 0
        for damage in await self._db.read(find):
            with apart(log, "repair_failed", table=damage.table):
                mended += await self._db.write(set_row_aside, damage, ",".join(damage.columns), now)
        return mended


def find(session: Session) -> list[Damage]:
    """Rows that can't be read. On PostgreSQL there are none: it refuses such values."""
    if session.get_bind().dialect.name != "sqlite":
        return []
    return [damage for table in metadata.sorted_tables if table.name not in LEFT_OUT for damage in _in(session, table)]


def _in(session: Session, table: Table) -> list[Damage]:
    question = _question(table)
    if question is None:
        return []
    looked_at, statement = question
    keys = len(table.primary_key)
    return [
        Damage(
            table.name,
            tuple(row[:keys]),
            tuple(name for name, is_bad in zip(looked_at, row[keys:], strict=True) if is_bad),
        )
        for row in session.execute(statement)
    ]


@cache
def _question(table: Table) -> tuple[tuple[str, ...], Any] | None:
    """What asks for a table's damaged rows, and the columns that it looks at; None if all can always be read.

    Built once: to build it costs more than to run it.
    """
    bad = {column.name: test for column in table.columns if (test := _unreadable(column)) is not None}
    if not bad:
        return None
    keys = [cast(column, Text) for column in table.primary_key]
    statement: Any = select(*keys, *(test.label(None) for test in bad.values())).where(or_(*bad.values())).limit(MOST)
    return tuple(bad), statement


def _unreadable(column: Column[Any]) -> Any:
    """The condition that a column's value can't be read, or None for a kind that always can."""
    raw = type_coerce(column, Text)
    if isinstance(_kind(column), JSON):
        readable = func.json_valid(raw) == 1
    elif isinstance(_kind(column), DateTime | Date):
        is_day = isinstance(_kind(column), Date)
        readable = and_(
            func.typeof(raw) == "text",
            raw.op("GLOB")(DAY if is_day else INSTANT),
            # With a change of nothing SQLite says which day it means: 30 February is none.
            func.coalesce(func.date(raw, "+0 days") == func.substr(raw, 1, 10), False),
        )
    else:
        return None
    return and_(raw.is_not(None), not_(readable))


def _kind(column: Column[Any]) -> Any:
    """A column's type as the database has it: our instants decorate its own."""
    return column.type.impl_instance if isinstance(column.type, TypeDecorator) else column.type


def set_row_aside(tx: Tx, damage: Damage, reason: str, now: datetime) -> bool:
    """Keep what the row holds, then move it out or park what can't be read; False if it is gone or was there before."""
    table = metadata.tables[damage.table]
    this = _this(table, damage.key)
    # Two may look at once: what was parked since it was found can be read.
    bad = [test for name in damage.columns if (test := _unreadable(table.c[name])) is not None]
    still = or_(*bad) if bad else true()
    raw = (
        tx.execute(select(*(cast(column, Text).label(column.name) for column in table.columns)).where(this, still))
        .mappings()
        .first()
    )
    if raw is None:
        return False
    moved = table.name in MOVED or any(table.c[name].primary_key for name in damage.columns)
    body = json.dumps({"row": dict(raw), "columns": damage.columns, "moved": moved})
    key = ":".join(damage.key)
    user_id = _whose(raw)
    aside = SetAside(kind=table.name, key=key, user_id=user_id, body=body, reason=reason, set_aside_at=now)
    while not put_aside(tx, aside):
        aside.key += "+"  # SQLite gives the id of a row that is gone to another one
    if moved:
        tx.execute(delete(table).where(this))
    else:
        parked = {name: _parked(table.c[name]) for name in damage.columns}
        tx.execute(update(table).where(this).values(parked))
    log.error("set_aside", table=table.name, key=aside.key, reason=reason)
    return True


def _whose(raw: RowMapping) -> int | None:
    """The person of a row, where it names one: what is set aside of them goes with them."""
    named = raw.get("user_id") or raw.get("chat_id") or ""
    return int(named) if named.isascii() and named.isdecimal() else None


def put_back(tx: Tx, row_id: int, now: datetime) -> bool:
    """Put a row back as it was, to be tried again; False if it still can't be read, or its place is taken.

    In place of an instant that can't be read stands `now`. A promised message waits again.
    """
    aside = tx.get(SetAside, row_id)
    table = metadata.tables.get(aside.kind) if aside is not None else None
    if aside is None or table is None:
        return False
    kept = json.loads(aside.body)
    names = list(table.columns.keys()) if kept["moved"] else kept["columns"]
    try:
        values = {name: _typed(table.c[name], kept["row"].get(name), now) for name in names}
    except ValueError:
        return False
    key = tuple(str(kept["row"][column.name]) for column in table.primary_key)
    if not kept["moved"]:
        tx.execute(update(table).where(_this(table, key)).values(values))
    elif tx.execute(select(*table.primary_key).where(_this(table, key))).first() is not None:
        return False
    else:
        if table.name == OUTBOX:
            values |= {"state": OutboxState.WAITING.value, "attempts": 0, "problem": None}
            if tx.execute(select(col(Outbox.id)).where(_taken(values))).first() is not None:
                return False
            tx.info[PROMISED] = True
        tx.execute(insert(table).values(values))
    tx.delete(aside)
    tx.flush()
    return True


def _taken(values: dict[str, Any]) -> Any:
    """Whether the same was promised anew meanwhile."""
    waiting = and_(col(Outbox.fold_key) == values["fold_key"], col(Outbox.state) == OutboxState.WAITING)
    taken = [(values["key"], col(Outbox.key) == values["key"]), (values["fold_key"], waiting)]
    return or_(false(), *(same for value, same in taken if value is not None))


def _this(table: Table, key: tuple[str, ...]) -> Any:
    return and_(*(cast(column, Text) == value for column, value in zip(table.primary_key, key, strict=True)))


def _parked(column: Column[Any]) -> Any:
    """What stands in a row meanwhile, in place of what can't be read."""
    if isinstance(_kind(column), JSON):
        return None if column.nullable else {}
    return PARKED.date() if isinstance(_kind(column), Date) else PARKED


def _typed(column: Column[Any], raw: str | None, now: datetime) -> Any:
    """A value out of its text; `now` in place of an instant that can't be read.

    Raises:
        ValueError: it is JSON or a number that can't be read.
    """
    if raw is None:
        return None
    kind = _kind(column)
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
