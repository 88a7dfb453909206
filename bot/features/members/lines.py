"""Lines that staff wrote and that buttons of the answer belong to: a segment, tags, coins with a reason."""

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.rules.members.care import CarePolicy
from bot.store.engine.inserts import insert_into
from bot.store.engine.sessions import Tx
from bot.store.tables.fans import WrittenLine

LIST, TAG, GRANT = "list", "tag", "grant"
"""What a line is."""
CHUNK = 250
"""Old lines that one transaction deletes."""


def remember_line(tx: Tx, community_id: int, kind: str, line: str, at: datetime) -> int:
    """The number of a line. The same line has one number, and is kept longer when it is written again."""
    row = tx.execute(
        insert_into(tx, WrittenLine)
        .values(community_id=community_id, kind=kind, line=line, at=at)
        .on_conflict_do_update(
            index_elements=[col(WrittenLine.community_id), col(WrittenLine.kind), col(WrittenLine.line)],
            set_={"at": at},
        )
        .returning(col(WrittenLine.id))
    ).scalar_one()
    return int(row or 0)


def line_of(session: Session, community_id: int, kind: str, line_id: int) -> str | None:
    """The line of this shop with this number; None if it isn't kept any more."""
    return session.execute(
        select(col(WrittenLine.line)).where(
            col(WrittenLine.id) == line_id,
            col(WrittenLine.community_id) == community_id,
            col(WrittenLine.kind) == kind,
        )
    ).scalar_one_or_none()


def drop_lines(tx: Tx, now: datetime, policy: CarePolicy) -> bool:
    """Delete a chunk of old lines; whether there may be more."""
    old = select(col(WrittenLine.id)).where(col(WrittenLine.at) < now - policy.line_kept)
    ids = list(tx.execute(old.order_by(col(WrittenLine.at)).limit(CHUNK)).scalars())
    if ids:
        tx.execute(delete(WrittenLine).where(col(WrittenLine.id).in_(ids)))
    return len(ids) == CHUNK
