"""The month's board."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.rules.calendar import day_of, month_of
from bot.rules.people.members import Board, BoardLine, BoardPolicy
from bot.rules.place import Place
from bot.store.engine.db import Database
from bot.store.tables import Account, Member, Person


class MonthBoard:
    """The board of `/top`."""

    def __init__(self, db: Database, policy: BoardPolicy) -> None:
        self._db = db
        self._policy = policy

    async def board(self, place: Place, user_id: int, at: datetime) -> Board:
        """Who earned most coins this month, and where the reader stands."""
        return await self._db.read(board, place, user_id, at, self._policy)


def board(session: Session, place: Place, user_id: int, at: datetime, policy: BoardPolicy) -> Board:
    """Rank members by coins earned this month; ties go to who is longer a member.

    The ledger adds up a month's earnings as they happen, and an index keeps them in order.
    """
    month = day_of(at, place.timezone).replace(day=1)
    ranked: Any = session.execute(
        _earners(place, month)
        .where(or_(col(Member.hidden).is_(False), col(Member.user_id) == user_id))
        .order_by(col(Account.earned).desc(), col(Account.member_id))
        .limit(policy.places)
    ).all()
    top = tuple(
        BoardLine(nth, row.name, row.earned, me=row.user_id == user_id) for nth, row in enumerate(ranked, start=1)
    )
    mine = None if any(line.me for line in top) else _line_of(session, place, month, user_id)
    return Board(month, top, mine)


def _line_of(session: Session, place: Place, month: date, user_id: int) -> BoardLine | None:
    """The reader's own line; None if they earned nothing this month, or aren't here."""
    me: Any = session.execute(_earners(place, month).where(col(Member.user_id) == user_id)).one_or_none()
    if me is None:
        return None
    longer = and_(col(Account.earned) == me.earned, col(Account.member_id) < me.member_id)
    # Nobody's name is asked for here, so that half of the month's earners are counted by the index and their row.
    above = select(func.count()).join_from(Account, Member, col(Member.id) == col(Account.member_id))
    place_above: int = session.execute(
        above.where(
            *_earned(place, month),
            col(Account.earned) >= me.earned,
            or_(col(Account.earned) > me.earned, longer),
            col(Member.hidden).is_(False),
        )
    ).scalar_one()
    return BoardLine(place_above + 1, me.name, me.earned, me=True)


def _earners(place: Place, month: date) -> Any:
    """Members who are here and earned something this month, whether they asked to be hidden or not."""
    return (
        select(col(Account.member_id), col(Member.user_id), col(Person.name), col(Account.earned))
        .join(Member, col(Member.id) == col(Account.member_id))
        .join(Person, col(Person.user_id) == col(Member.user_id))
        .where(*_earned(place, month))
    )


def _earned(place: Place, month: date) -> tuple[Any, ...]:
    return (
        col(Account.community_id) == place.community_id,
        col(Account.earned_month) == month_of(month),
        col(Account.earned) > 0,
        col(Member.left_at).is_(None),
    )
