"""Which kinds rest in which rooms, because fewer fans answered them than usual."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
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


@dataclass(frozen=True, slots=True)
class Turns:
    """What began or ceased to rest in a time, each kind once, in the order of names."""

    rests: tuple[str, ...]
    wakes: tuple[str, ...]


def turns_between(session: Session, community_id: int, after: datetime, until: datetime) -> Turns:
    """Kinds that began to rest, and kinds whose rest ended, after one instant and until the other."""
    began = (col(Rest.since) > after) & (col(Rest.since) <= until)
    ended = (col(Rest.until) > after) & (col(Rest.until) <= until)
    rows = session.execute(
        select(col(Rest.kind), col(Rest.until)).where(col(Rest.community_id) == community_id, or_(began, ended))
    ).all()
    over = {kind for kind, end in rows if end <= until}
    return Turns(tuple(sorted({kind for kind, _ in rows} - over)), tuple(sorted(over)))


@dataclass(frozen=True, slots=True)
class RestingKind:
    """A kind that rests in a room now, for the calendar."""

    room_id: int
    kind: str
    until: datetime


def resting_kinds(session: Session, community_id: int, now: datetime) -> tuple[RestingKind, ...]:
    """What rests now and until when, what wakes first before the others."""
    rows = session.execute(
        select(col(Rest.room_id), col(Rest.kind), col(Rest.until))
        .where(col(Rest.community_id) == community_id, col(Rest.since) <= now, col(Rest.until) > now)
        .order_by(col(Rest.until), col(Rest.room_id), col(Rest.kind))
    ).all()
    return tuple(RestingKind(*row) for row in rows)


def rests_in_all(rests: Resting, rooms: Iterable[int], kind: str) -> bool:
    """Whether a kind rests in every one of these rooms, by their row ids, so that a slot for it stays empty."""
    asked = tuple(rooms)
    return bool(asked) and all(kind in rests.get(room_id, frozenset()) for room_id in asked)
