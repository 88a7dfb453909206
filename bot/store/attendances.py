"""Attended streams, as the streaks of streams and of check-ins both need them."""

from datetime import date, datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.store.db import Tx
from bot.store.tables import Attendance


def unused_mends(session: Session, member_id: int, since: datetime) -> int:
    """Streams that the member attended since then and that haven't made up a missed day yet."""
    return len(
        session.execute(
            select(col(Attendance.airing_id)).where(
                col(Attendance.member_id) == member_id,
                col(Attendance.mended_day).is_(None),
                col(Attendance.at) >= since,
            )
        ).all()
    )


def use_mend(tx: Tx, member_id: int, since: datetime, day: date) -> None:
    """Let the oldest unused attended stream make up `day`."""
    oldest = (
        select(col(Attendance.airing_id))
        .where(
            col(Attendance.member_id) == member_id,
            col(Attendance.mended_day).is_(None),
            col(Attendance.at) >= since,
        )
        .order_by(col(Attendance.at))
        .limit(1)
        .scalar_subquery()
    )
    tx.execute(
        update(Attendance)
        .where(col(Attendance.member_id) == member_id, col(Attendance.airing_id) == oldest)
        .values(mended_day=day)
    )
