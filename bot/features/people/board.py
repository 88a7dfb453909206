"""The month's board."""

from datetime import datetime
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.rules.calendar import day_of, start_of
from bot.rules.people.members import Board, BoardLine, BoardPolicy
from bot.rules.place import Place
from bot.store.engine.db import Database
from bot.store.ledger import CAME_BACK
from bot.store.tables import Account, Member, Person, Transfer


class MonthBoard:
    """The board of `/top`."""

    def __init__(self, db: Database, policy: BoardPolicy) -> None:
        self._db = db
        self._policy = policy

    async def board(self, place: Place, user_id: int, at: datetime) -> Board:
        """Who earned most coins this month, and where the reader stands."""
        return await self._db.read(board, place, user_id, at, self._policy)


def board(session: Session, place: Place, user_id: int, at: datetime, policy: BoardPolicy) -> Board:
    """Rank members by coins earned since the month began; ties go to who is longer a member."""
    month = day_of(at, place.timezone).replace(day=1)
    earned = _earned_since(place, start_of(month, place.timezone), user_id).subquery()
    ranked = select(
        earned.c.user_id,
        earned.c.name,
        earned.c.coins,
        func.row_number().over(order_by=(earned.c.coins.desc(), earned.c.member_id)).label("place"),
    ).subquery()
    rows = session.execute(
        select(ranked).where((ranked.c.place <= policy.places) | (ranked.c.user_id == user_id)).order_by(ranked.c.place)
    ).all()
    lines = tuple(BoardLine(row.place, row.name, int(row.coins), me=row.user_id == user_id) for row in rows)
    top = tuple(line for line in lines if line.place <= policy.places)
    mine = next((line for line in lines if line.me and line.place > policy.places), None)
    return Board(month, top, mine)


def _earned_since(place: Place, since: datetime, user_id: int) -> Any:
    """Coins that members earned. Members who asked not to be shown are left out, except for the reader."""
    return (
        select(
            col(Member.id).label("member_id"),
            col(Member.user_id).label("user_id"),
            col(Person.name).label("name"),
            func.sum(Transfer.amount).label("coins"),
        )
        .select_from(Transfer)
        .join(Account, col(Account.id) == col(Transfer.credit_id))
        .join(Member, col(Member.id) == col(Account.member_id))
        .join(Person, col(Person.user_id) == col(Member.user_id))
        .where(
            col(Transfer.community_id) == place.community_id,
            col(Transfer.earned_at) >= since,
            col(Transfer.reason) != CAME_BACK,  # earned once, and not once more by coming back
            col(Member.left_at).is_(None),
            or_(col(Member.hidden).is_(False), col(Member.user_id) == user_id),
        )
        .group_by(col(Member.id), col(Member.user_id), col(Person.name))
    )
