"""Free make-ups of missed days: attended streams, and make-ups bought in the coin shop."""

from datetime import date, datetime

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.rules.coin_shop.shelf import ItemKind, PurchaseState
from bot.store.engine.sessions import Tx
from bot.store.tables import Attendance, Purchase


def unused_free_make_ups(session: Session, member_id: int, since: datetime) -> int:
    """How many free make-ups a member has: unused streams attended since `since`, and all unused bought make-ups."""
    attended = session.execute(
        select(func.count())
        .select_from(Attendance)
        .where(
            col(Attendance.member_id) == member_id,
            col(Attendance.mended_day).is_(None),
            col(Attendance.at) >= since,
        )
    ).scalar_one()
    bought = session.execute(select(func.count()).select_from(Purchase).where(*_unused(member_id))).scalar_one()
    return attended + bought


def use_free_make_up(tx: Tx, member_id: int, since: datetime, day: date) -> None:
    """Use a free make-up for `day`: the oldest unused attended stream, else the oldest unused bought make-up."""
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
    used = tx.execute(
        update(Attendance)
        .where(col(Attendance.member_id) == member_id, col(Attendance.airing_id) == oldest)
        .values(mended_day=day)
        .returning(col(Attendance.airing_id))
    ).first()
    if used is None:
        first = select(col(Purchase.id)).where(*_unused(member_id)).order_by(col(Purchase.id)).limit(1)
        tx.execute(update(Purchase).where(col(Purchase.id) == first.scalar_subquery()).values(mended_day=day))


def _unused(member_id: int) -> tuple[ColumnElement[bool], ...]:
    return (
        col(Purchase.member_id) == member_id,
        col(Purchase.kind) == ItemKind.MAKE_UP,
        col(Purchase.state) == PurchaseState.DONE,
        col(Purchase.mended_day).is_(None),
    )
