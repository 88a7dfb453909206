"""What can't be read or stored is set aside: nothing else waits behind it. It is counted, and can be repaired."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.rules.retention import ASIDE_KEPT
from bot.store.engine.sessions import Tx
from bot.store.tables import Inbox, SetAside
from bot.store.tables.base import id_of
from bot.updates import Sound, read_body

MOST = 10_000
"""Rows that are kept at most."""

UPDATE = "update"
"""The kind of an update; its key is the bot's id, a colon, and the update's number or a fingerprint.

All other kinds are tables, whose rows `damage` set aside."""
OUTBOX = "outbox"
"""The kind of a promised message."""


def put_aside(tx: Tx, row: SetAside) -> bool:
    """Keep its body (JSON in ASCII) for whoever repairs it; False if one of this kind and key is there already."""
    known = select(col(SetAside.id)).where(col(SetAside.kind) == row.kind, col(SetAside.key) == row.key)
    if tx.execute(known).first() is not None:
        return False
    tx.add(row)
    tx.flush()
    return True


@dataclass(frozen=True, slots=True)
class Aside:
    """One of what is set aside, without what stands in it."""

    number: int
    kind: str
    key: str
    reason: str
    at: datetime


def list_aside(session: Session) -> list[Aside]:
    """All that is set aside, the oldest first."""
    rows = session.execute(select(SetAside).order_by(col(SetAside.id))).scalars()
    return [Aside(id_of(row), row.kind, row.key, row.reason, row.set_aside_at) for row in rows]


def drop(tx: Tx, numbers: list[int]) -> int:
    """Delete what is set aside under these numbers; how many there were."""
    return len(tx.execute(delete(SetAside).where(col(SetAside.id).in_(numbers)).returning(col(SetAside.id))).all())


def count_aside(session: Session) -> dict[str, int]:
    """How many of each kind are set aside."""
    rows = session.execute(select(col(SetAside.kind), func.count()).group_by(col(SetAside.kind)))
    return {row[0]: row[1] for row in rows}


def take_back(tx: Tx, row_id: int) -> bool:
    """Put an update into the inbox again: it is handled at the next start. False if it still can't be read.

    It counts as taken when it was set aside: a command that waited too long is asked again.
    """
    row = tx.get(SetAside, row_id)
    if row is None or row.kind != UPDATE:
        return False
    found = read_body(row.body)
    bot_id = row.key.partition(":")[0]
    if not isinstance(found, Sound) or not bot_id.isdecimal():
        return False
    if tx.get(Inbox, (int(bot_id), found.update_id)) is None:
        tx.add(
            Inbox(bot_id=int(bot_id), update_id=found.update_id, body=found.written, received_at=row.set_aside_at),
        )
    tx.delete(row)
    tx.flush()
    return True


def forget_person(tx: Tx, user_id: int) -> None:
    """Drop what is known to come from a person."""
    tx.execute(delete(SetAside).where(col(SetAside.user_id) == user_id))


def expire(tx: Tx, now: datetime) -> None:
    """Drop updates and messages that have waited for a repair for too long, and the oldest of what is too much.

    Rows of other tables stay: without what is kept of them they can't be repaired any more.
    """
    too_old = col(SetAside.set_aside_at) < now - ASIDE_KEPT
    tx.execute(delete(SetAside).where(col(SetAside.kind).in_((UPDATE, OUTBOX)), too_old))
    newest = select(col(SetAside.id)).order_by(col(SetAside.id).desc()).limit(1).offset(MOST - 1).scalar_subquery()
    tx.execute(delete(SetAside).where(col(SetAside.id) < newest))
