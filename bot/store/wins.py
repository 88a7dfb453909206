"""Wins in raffles and packets, so that recent winners can be left out of a draw, or come last."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import String, bindparam, delete, select
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.rules.place import Place
from bot.store.engine.hot import Hot
from bot.store.engine.sessions import Tx
from bot.store.tables import Win
from bot.store.tables.wins import WinKind

_RECORD = Hot.upsert(
    lambda insert_: (
        insert_(Win)
        .values(
            community_id=bindparam("community_id"),
            member_id=bindparam("member_id"),
            kind=bindparam("kind", type_=String),
            subject_id=bindparam("subject_id"),
            at=bindparam("at"),
        )
        .on_conflict_do_nothing()
    )
)


def record_win(tx: Tx, place: Place, member_id: int, kind: WinKind, subject_id: int, at: datetime) -> None:
    """Store that a member won. A second call for the same raffle or packet changes nothing."""
    tx.touch(
        _RECORD,
        community_id=place.community_id,
        member_id=member_id,
        kind=kind.value,
        subject_id=subject_id,
        at=at,
    )


def forget_win(tx: Tx, member_id: int, kind: WinKind, subject_id: int) -> None:
    """Delete a win, because somebody else got the place."""
    tx.execute(
        delete(Win).where(col(Win.member_id) == member_id, col(Win.kind) == kind, col(Win.subject_id) == subject_id)
    )


def won_since(session: Session, place: Place, member_ids: Iterable[int], since: datetime) -> set[int]:
    """Which of these members won something at `since` or later."""
    wanted = set(member_ids)
    query = select(col(Win.member_id)).where(col(Win.community_id) == place.community_id, col(Win.at) >= since)
    if len(wanted) == 1:
        query = query.where(col(Win.member_id).in_(wanted))
    # A month has fewer wins than a raffle has entrants, so all wins are read instead of asking for each member.
    return wanted & set(session.execute(query).scalars())
