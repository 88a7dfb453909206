"""Which kinds rest in which rooms, because fewer fans answered them than usual."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.store.tables.attention import Rest

PRIVATE = 0
"""Stands for private messages where a room's row id is asked for."""

Resting = Mapping[int, frozenset[str]]
"""By a room's row id (`PRIVATE` for private messages) the kinds that rest there (`rules/wears.py`)."""


def resting(session: Session, community_id: int, now: datetime) -> Resting:
    """What rests now in which rooms of a shop. A room in which nothing rests is left out."""
    rows = session.execute(
        select(col(Rest.room_id), col(Rest.kind)).where(
            col(Rest.community_id) == community_id, col(Rest.since) <= now, col(Rest.until) > now
        )
    ).all()
    found: defaultdict[int, set[str]] = defaultdict(set)
    for room_id, kind in rows:
        found[room_id].add(kind)
    return {room_id: frozenset(kinds) for room_id, kinds in found.items()}


def rests_in_all(rests: Resting, rooms: Iterable[int], kind: str) -> bool:
    """Whether a kind rests in every one of these rooms, by their row ids, so that a slot for it stays empty."""
    asked = tuple(rooms)
    return bool(asked) and all(kind in rests.get(room_id, frozenset()) for room_id in asked)
