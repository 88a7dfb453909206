"""The inbox: updates that were taken and aren't done yet. What can't be handled is set aside."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Integer,
    LargeBinary,
    Text,
    bindparam,
    cast,
    column,
    delete,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.store.engine.hold import PRESENT
from bot.store.engine.hot import Hot
from bot.store.engine.sessions import Tx
from bot.store.messages.set_aside import UPDATE, put_aside
from bot.store.tables import Inbox, SetAside
from bot.updates import Sound, Unread, read_body, unfit

ReadPeople = Callable[[Session, set[int]], dict[int, Any]]

Row = tuple[int, str, datetime]
"""An update's id, its body, and when it was taken."""


@dataclass(frozen=True, slots=True)
class Taken:
    """When updates were taken, and by which of several processes."""

    at: datetime
    by: int | None = None


_SAVE = Hot.upsert(
    lambda insert_: (
        insert_(Inbox)
        .values(
            bot_id=bindparam("bot_id", type_=BigInteger),
            update_id=bindparam("update_id", type_=BigInteger),
            body=bindparam("body", type_=Text),
            received_at=bindparam("received_at"),
            worker=bindparam("worker", type_=Integer),
        )
        .on_conflict_do_nothing()
        .returning(col(Inbox.update_id))
    )
)

_ALIVE = (
    text(
        "SELECT objid::bigint AS worker FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 2 "
        "AND classid = CAST(:present AS bigint) "
        "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    )
    .bindparams(present=PRESENT)
    .columns(column("worker", BigInteger))
    .subquery("alive")
)
"""The numbers of the processes that live: each holds a lock with its own."""
_HAS_ENDED = text("SELECT pg_try_advisory_xact_lock(CAST(:present AS int), CAST(:worker AS int))")


def save(
    tx: Tx,
    bot_id: int,
    rows: Sequence[tuple[int, str]],
    taken: Taken,
    read_people: ReadPeople,
    strangers: set[int],
) -> tuple[set[int], dict[int, Any]]:
    """Store updates. Returns the ids of those that are new, and what is known of the strangers among the senders."""
    saved = {
        row[0]
        for update_id, body in rows
        for row in tx.rows(_SAVE, bot_id=bot_id, update_id=update_id, body=body, received_at=taken.at, worker=taken.by)
    }
    if len(saved) < len(rows):
        # The answer to an earlier try's commit may have been lost: then these are there already, at the same instant.
        mine = (
            *(col(Inbox.bot_id) == bot_id, col(Inbox.received_at) == taken.at),
            col(Inbox.worker).is_not_distinct_from(taken.by),
        )
        ids = [update_id for update_id, _ in rows]
        saved |= set(tx.execute(select(col(Inbox.update_id)).where(*mine, col(Inbox.update_id).in_(ids))).scalars())
    return saved, read_people(tx, strangers) if strangers else {}


def drop(tx: Tx, bot_id: int, update_ids: Sequence[int]) -> None:
    """Delete updates that are done."""
    tx.execute(delete(Inbox).where(col(Inbox.bot_id) == bot_id, col(Inbox.update_id).in_(update_ids)))


def left(session: Session, bot_id: int) -> list[int]:
    """The ids of updates that aren't done, in order."""
    found = session.execute(select(col(Inbox.update_id)).where(col(Inbox.bot_id) == bot_id)).scalars()
    return sorted(found)


def unowned(session: Session, bot_id: int) -> list[int]:
    """The ids of updates that belong to no process that lives, in order. Only PostgreSQL can tell."""
    nobodys = or_(col(Inbox.worker).is_(None), col(Inbox.worker).not_in(select(_ALIVE.c.worker)))
    found = session.execute(select(col(Inbox.update_id)).where(col(Inbox.bot_id) == bot_id, nobodys)).scalars()
    return sorted(found)


def take_over(tx: Tx, bot_id: int, update_ids: Sequence[int], worker: int) -> list[int]:
    """Give those of these updates to `worker` that belong to no living process; all of them that are its now, in order.

    A process that comes back just now keeps its own: it and this transaction keep each other out by its lock.
    """
    these = (col(Inbox.bot_id) == bot_id, col(Inbox.update_id).in_(update_ids))
    owners = tx.execute(select(col(Inbox.worker)).where(*these).distinct()).scalars().all()
    others = [one for one in owners if one is not None and one != worker]
    ended = [one for one in others if tx.execute(_HAS_ENDED, {"present": PRESENT, "worker": one}).scalar_one()]
    nobodys = or_(col(Inbox.worker).is_(None), col(Inbox.worker).in_(ended))
    tx.execute(update(Inbox).where(*these, nobodys).values(worker=worker))
    return sorted(tx.execute(select(col(Inbox.update_id)).where(*these, col(Inbox.worker) == worker)).scalars())


def owned(session: Session, bot_id: int, worker: int) -> set[int]:
    """The ids of the updates that belong to this process."""
    mine = (col(Inbox.bot_id) == bot_id, col(Inbox.worker) == worker)
    return set(session.execute(select(col(Inbox.update_id)).where(*mine)).scalars())


def read(session: Session, bot_id: int, update_ids: Sequence[int]) -> list[Row]:
    """The updates that were stored under these ids, in order.

    Raises:
        ValueError: an instant can't be read.
    """
    rows = session.execute(
        select(col(Inbox.update_id), col(Inbox.body), col(Inbox.received_at))
        .where(col(Inbox.bot_id) == bot_id, col(Inbox.update_id).in_(update_ids))
        .order_by(col(Inbox.update_id))
    )
    return [(row[0], row[1], row[2]) for row in rows]


def lay_aside(tx: Tx, bot_id: int, unread: Sequence[Unread], now: datetime) -> int:
    """Set updates aside, and take them out of the inbox if they are in it; how many weren't set aside before."""
    drop(tx, bot_id, [one.update_id for one in unread if one.update_id is not None])
    return sum(
        put_aside(
            tx,
            SetAside(
                kind=UPDATE,
                key=f"{bot_id}:{one.key}",
                user_id=one.user_id,
                body=one.body,
                reason=one.reason,
                set_aside_at=now,
            ),
        )
        for one in unread
    )


def lay_row_aside(tx: Tx, bot_id: int, update_id: int, now: datetime) -> None:
    """Set a row aside that can't be read: its instant is none, or its text isn't UTF-8."""
    of_sqlite = tx.get_bind().dialect.name == "sqlite"  # which keeps whatever it is given, whatever the column's type
    stored: Any = cast(col(Inbox.body), LargeBinary) if of_sqlite else col(Inbox.body)
    body: bytes | str | None = tx.execute(
        select(stored).where(col(Inbox.bot_id) == bot_id, col(Inbox.update_id) == update_id)
    ).scalar_one_or_none()
    if body is not None:
        found = read_body(body)
        if isinstance(found, Sound):
            found = unfit(found.body, "a row that is damaged")
        lay_aside(tx, bot_id, [replace(found, update_id=update_id)], now)
