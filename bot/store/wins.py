"""Wins, in one place for raffles and packets: who won lately can be left out, or come last."""

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
    """Write down that a member won; a second time for the same raffle or packet changes nothing."""
    tx.touch(
        _RECORD,
        community_id=place.community_id,
        member_id=member_id,
        kind=kind.value,
        subject_id=subject_id,
        at=at,
    )


def forget_win(tx: Tx, member_id: int, kind: WinKind, subject_id: int) -> None:
    """Take a win back: the place went to somebody else."""
    tx.execute(
        delete(Win).where(col(Win.member_id) == member_id, col(Win.kind) == kind, col(Win.subject_id) == subject_id)
    )


def won_since(session: Session, place: Place, member_ids: Iterable[int], since: datetime) -> set[int]:
    """Those of the members who won something at `since` or later."""
    wanted = set(member_ids)
    query = select(col(Win.member_id)).where(col(Win.community_id) == place.community_id, col(Win.at) >= since)
    if len(wanted) == 1:
        query = query.where(col(Win.member_id).in_(wanted))
    # A month's wins are few beside a raffle's entrants: asking for each of these by name would be the longer list.
    return wanted & set(session.execute(query).scalars())
