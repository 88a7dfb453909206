"""What several domains read of airings: which are on or coming, who asked to be reminded, and who came."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.rules.airings import AiringFacts, AiringState, Repeat
from bot.store.engine.hot import Hot
from bot.store.engine.sessions import Tx
from bot.store.messages.cards import (
    touch_cards,
)
from bot.store.private_messages import may_write_privately
from bot.store.tables import (
    Airing,
    Attendance,
    Member,
    Person,
    Stream,
    Subscription,
)
from bot.store.tables.base import Id

CARD = "stream"
"""The kind of an airing's living card."""

OPEN = (AiringState.PLANNED.value, AiringState.LIVE.value)
"""States of an airing that isn't over."""

_COLUMNS = (
    col(Airing.id),
    col(Airing.stream_id),
    col(Stream.number),
    col(Stream.title),
    col(Stream.repeat),
    col(Airing.planned_at),
    col(Airing.starts_at),
    col(Airing.ends_at),
    col(Airing.state),
    col(Airing.url),
    col(Airing.word),
    col(Airing.replay_url),
    col(Airing.on_air_at),
    col(Airing.asked_at),
    col(Airing.closed_at),
    col(Airing.posted),
)
"""In the order of the fields of `AiringFacts`."""
AIRINGS = select(*_COLUMNS).join(Stream, col(Stream.id) == col(Airing.stream_id))
"""Rows that `facts_of` reads."""
_BY_ID = Hot(
    AIRINGS.where(
        and_(
            col(Airing.id) == bindparam("airing_id", type_=Id),
            col(Airing.community_id) == bindparam("community_id", type_=Id),
        )
    )
)


def find_airing(tx: Tx, community_id: int, airing_id: int) -> AiringFacts | None:
    """An airing of this community, or None. The statement is compiled once, for taps."""
    row = tx.row(_BY_ID, airing_id=airing_id, community_id=community_id)
    return facts_of(row) if row is not None else None


def airing_of(session: Session, community_id: int, airing_id: int) -> AiringFacts | None:
    """An airing of this community, or None, through any session."""
    row = session.execute(
        AIRINGS.where(col(Airing.id) == airing_id, col(Airing.community_id) == community_id)
    ).one_or_none()
    return facts_of(tuple(row)) if row is not None else None


def open_airings(session: Session, community_id: int, *, stream_id: int | None = None) -> list[AiringFacts]:
    """Airings that are planned or on, the earliest first."""
    query = AIRINGS.where(col(Airing.community_id) == community_id, col(Airing.state).in_(OPEN))
    if stream_id is not None:
        query = query.where(col(Airing.stream_id) == stream_id)
    rows = session.execute(query.order_by(col(Airing.starts_at), col(Airing.id)))
    return [facts_of(tuple(row)) for row in rows]


def list_all_open_airings(session: Session) -> list[tuple[int, AiringFacts]]:
    """Planned and live airings of all communities as (community id, airing), the earliest first."""
    rows = session.execute(
        AIRINGS.add_columns(col(Airing.community_id).label("community_id"))
        .where(col(Airing.state).in_(OPEN))
        .order_by(col(Airing.starts_at), col(Airing.id))
    )
    return [(row.community_id, facts_of(tuple(row)[:-1])) for row in rows]


def facts_of(row: tuple[Any, ...]) -> AiringFacts:
    """Facts of a row of `AIRINGS`."""
    facts = AiringFacts(*row)
    return replace(facts, repeat=Repeat(facts.repeat), state=AiringState(facts.state))


def count_came(session: Session, airing_id: int) -> int:
    """How many fans attended an airing."""
    came: int = session.execute(
        select(func.count()).select_from(Attendance).where(col(Attendance.airing_id) == airing_id)
    ).scalar_one()
    return came


def count_subscribers(session: Session, stream_id: int) -> int:
    """Fans who asked to be reminded of a stream, and can be."""
    return count_subscribers_of(session, {stream_id}).get(stream_id, 0)


def count_subscribers_of(session: Session, stream_ids: set[int]) -> dict[int, int]:
    """The same of several streams; a stream without subscribers is left out."""
    stream_id = col(Subscription.stream_id)
    rows = session.execute(
        reachable_subscribers()
        .with_only_columns(stream_id.label("stream_id"), func.count().label("fans"))
        .where(stream_id.in_(stream_ids))
        .group_by(stream_id)
    ).all()
    return {row.stream_id: row.fans for row in rows}


def reachable_subscribers() -> Any:
    """The query of all who asked to be reminded, are members, and can be written to in private."""
    return (
        select(col(Subscription.member_id), col(Member.user_id), col(Person.language), col(Person.telegram_language))
        .join(Member, col(Member.id) == col(Subscription.member_id))
        .join(Person, col(Person.user_id) == col(Member.user_id))
        .where(
            col(Subscription.off_at).is_(None),
            col(Member.reminders).is_(True),
            may_write_privately(wanted=False, inside=True),
        )
    )


def update_live_cards(tx: Tx, community_id: int, airing_id: int, now: datetime) -> None:
    """Promise edits of the airing's live cards, so that they show its new state."""
    touch_cards(tx, community_id, CARD, airing_id, now)
