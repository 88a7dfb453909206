"""Which airings a stream has: the one that is planned, and the next one of a weekly stream."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.features.streams.announcements import announce_start
from bot.rules.airings import StreamState
from bot.rules.calendar import next_time
from bot.rules.streams.streams import StreamPolicy
from bot.store.airings import OPEN
from bot.store.engine.sessions import Tx
from bot.store.tables import Airing, Stream
from bot.store.tables.base import id_of


def make_airing(tx: Tx, stream: Stream, at: datetime, policy: StreamPolicy) -> Airing:
    """Write an airing down and promise the announcement of its start."""
    airing = Airing(
        community_id=stream.community_id,
        stream_id=id_of(stream),
        planned_at=at,
        starts_at=at,
        ends_at=at + timedelta(minutes=stream.length_minutes),
        url=stream.url,
    )
    tx.add(airing)
    tx.flush()
    announce_start(tx, airing, policy)
    return airing


def make_next_airing(
    tx: Tx, stream: Stream, timezone: str, planned_at: datetime, now: datetime, policy: StreamPolicy
) -> Airing | None:
    """Make and announce the airing after the one of `planned_at`.

    None if it is there already, or if the stream isn't weekly or was cancelled.

    Only one airing is made ahead. It keeps its instant, as fans were told of it. Later ones follow the wall clock of
    the community's zone, even if the zone is changed. A change moves the clock by up to a day: a week stays a week.
    """
    if stream.weekly is None or stream.state != StreamState.OPEN:
        return None
    later: Any = tx.execute(
        select(col(Airing.planned_at).label("planned_at"), col(Airing.state).label("state")).where(
            col(Airing.stream_id) == stream.id, col(Airing.planned_at) > planned_at
        )
    ).all()
    if any(one.state in OPEN for one in later):
        return None
    # A cancelled airing keeps its place in the plan.
    last = max((one.planned_at for one in later), default=planned_at)
    return make_airing(tx, stream, next_time(stream.weekly, timezone, max(last + policy.apart, now)), policy)


def next_start(session: Session, stream: Stream, timezone: str, after: datetime) -> datetime | None:
    """When a weekly stream is on next after an instant; None if it isn't weekly or was cancelled."""
    if stream.weekly is None or stream.state != StreamState.OPEN:
        return None
    planned: datetime | None = session.execute(
        select(col(Airing.starts_at))
        .where(col(Airing.stream_id) == stream.id, col(Airing.state).in_(OPEN), col(Airing.starts_at) > after)
        .order_by(col(Airing.starts_at))
        .limit(1)
    ).scalar_one_or_none()
    return planned if planned is not None else next_time(stream.weekly, timezone, after)
