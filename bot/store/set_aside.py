"""What couldn't be read or stored is set aside, so that nothing else waits behind it: counted, told, repairable."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.store.db import Tx
from bot.store.tables import SetAside


def put_aside(
    tx: Tx, *, kind: str, key: str, body: str, reason: str, now: datetime, user_id: int | None = None
) -> bool:
    """Keep `body` (JSON in ASCII) for whoever repairs it; False if this one is there already."""
    known = select(col(SetAside.id)).where(col(SetAside.kind) == kind, col(SetAside.key) == key)
    if tx.execute(known).first() is not None:
        return False
    tx.add(
        SetAside(kind=kind, key=key, user_id=user_id, body=body, reason=reason, set_aside_at=now),
    )
    tx.flush()
    return True


def count_aside(session: Session) -> dict[str, int]:
    """How many of each kind are set aside."""
    rows = session.execute(select(col(SetAside.kind), func.count()).group_by(col(SetAside.kind)))
    return {row[0]: row[1] for row in rows}
