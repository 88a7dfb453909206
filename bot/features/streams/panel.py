"""Streams on the staff's panel: which there are, and whom an act reaches."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, or_, tuple_
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.rules.airings import OVER_PHASES, Phase, phase_of
from bot.rules.panel import LISTED, AdminLine, Ended, Reach, Section
from bot.rules.place import Place
from bot.store.airings import AIRINGS, OPEN, airing_of, count_came, count_subscribers, facts_of, open_airings
from bot.store.panel import Offered, count_fans, count_rooms
from bot.store.tables import Airing, Stream


def list_streams(session: Session, place: Place, at: datetime, number: int | None) -> list[AdminLine]:
    """Streams that are on or coming, each with its next airing."""
    found: dict[int, AdminLine] = {}
    for airing in open_airings(session, place.community_id):
        phase = phase_of(airing, at)
        if phase in OVER_PHASES or airing.number in found or number not in {None, airing.number}:
            continue
        came = 0 if phase in {Phase.COMING, Phase.DELAYED} else count_came(session, airing.id)
        found[airing.number] = AdminLine(
            Section.STREAMS, airing.number, airing.title, phase.value, came, None, airing.starts_at
        )
    if number is not None and not found:
        return _aired(session, place, at, col(Stream.number) == number)[:1]
    return list(found.values())


def list_ended(session: Session, place: Place, at: datetime, which: Ended) -> list[AdminLine]:
    """Airings that are over or were called off, the latest start first."""
    if which.key is not None:
        return _aired(session, place, at, col(Airing.id) == which.key)
    behind = airing_of(session, place.community_id, which.before) if which.before else None
    page = (tuple_(col(Airing.starts_at), col(Airing.id)) < tuple_(behind.starts_at, behind.id),) if behind else ()
    return _aired(session, place, at, *page)


def _aired(session: Session, place: Place, at: datetime, *which: ColumnElement[bool]) -> list[AdminLine]:
    over = or_(col(Airing.state).not_in(OPEN), col(Airing.ends_at) <= at)
    rows = session.execute(
        AIRINGS.where(col(Airing.community_id) == place.community_id, over, *which)
        .order_by(col(Airing.starts_at).desc(), col(Airing.id).desc())
        .limit(LISTED + 1)
    ).all()
    lines: list[AdminLine] = []
    for airing in (facts_of(tuple(row)) for row in rows):
        came = count_came(session, airing.id)
        lines.append(
            AdminLine(
                Section.STREAMS,
                airing.number,
                airing.title,
                phase_of(airing, at).value,
                came,
                at=airing.starts_at,
                key=airing.id,
            )
        )
    return lines


def none_near(within: timedelta) -> Offered:
    """Whether no stream is on or begins `within` this time: only then does one begin that nobody planned."""

    def offered(session: Session, place: Place, at: datetime) -> bool:
        return not any(
            phase_of(one, at) not in OVER_PHASES and one.starts_at - at <= within
            for one in open_airings(session, place.community_id)
        )

    return offered


def reach_new(session: Session, place: Place, values: Mapping[str, Any], _number: int | None) -> Reach:
    """A new stream: its announcement at its start."""
    return Reach(groups=count_rooms(session, place), fans=count_fans(session, place), at=values.get("at"))


def reach_moved(session: Session, place: Place, _values: Mapping[str, Any], number: int | None) -> Reach:
    """A stream's new time, or its end: told in all chats, and to those who asked to be reminded."""
    ids = {one.stream_id for one in open_airings(session, place.community_id) if one.number == number}
    return Reach(
        groups=count_rooms(session, place),
        private=sum(count_subscribers(session, stream_id) for stream_id in ids),
    )
