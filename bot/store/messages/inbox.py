"""The inbox: updates that were taken and aren't done yet. What can't be handled is set aside."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, LargeBinary, Text, bindparam, cast, delete, select
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.store.engine.hot import Hot, among
from bot.store.engine.sessions import Tx
from bot.store.messages.set_aside import UPDATE, put_aside
from bot.store.tables import Inbox, SetAside
from bot.updates import Sound, Unread, read_body, unfit

ReadPeople = Callable[[Tx, set[int]], dict[int, Any]]

Row = tuple[int, str, datetime]
"""An update's id, its body, and when it was taken."""

_SAVE = Hot.upsert(
    lambda insert_: (
        insert_(Inbox)
        .values(
            bot_id=bindparam("bot_id", type_=BigInteger),
            update_id=bindparam("update_id", type_=BigInteger),
            body=bindparam("body", type_=Text),
            received_at=bindparam("received_at"),
        )
        .on_conflict_do_nothing()
    )
)
_DROP = Hot.each(
    lambda dialect: delete(Inbox).where(
        col(Inbox.bot_id) == bindparam("of_bot", type_=BigInteger), among(col(Inbox.update_id), "ids", dialect)
    )
)


def save(
    tx: Tx,
    bot_id: int,
    rows: Sequence[tuple[int, str]],
    received_at: datetime,
    read_people: ReadPeople,
    strangers: set[int],
) -> tuple[set[int], dict[int, Any]]:
    """Store updates. Returns the ids of those that are new, and what is known of the strangers among the senders."""
    ids = [update_id for update_id, _ in rows]
    stored = tx.touch_many(
        _SAVE,
        [
            {"bot_id": bot_id, "update_id": update_id, "body": body, "received_at": received_at}
            for update_id, body in rows
        ],
    )
    saved = set(ids)
    if stored != len(saved):
        # Some were there before, or the driver doesn't tell. Those of an earlier try, whose commit's answer was lost,
        # have the same instant: they are new as well.
        mine = (col(Inbox.bot_id) == bot_id, col(Inbox.received_at) == received_at)
        saved = set(tx.execute(select(col(Inbox.update_id)).where(*mine, col(Inbox.update_id).in_(ids))).scalars())
    return saved, read_people(tx, strangers) if strangers else {}


def drop(tx: Tx, bot_id: int, update_ids: Sequence[int]) -> None:
    """Delete updates that are done."""
    tx.touch(_DROP, of_bot=bot_id, ids=update_ids)


def left(session: Session, bot_id: int) -> list[int]:
    """The ids of updates that aren't done, in order."""
    found = session.execute(select(col(Inbox.update_id)).where(col(Inbox.bot_id) == bot_id)).scalars()
    return sorted(found)


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
