"""Streams on the staff's panel: which there are, and whom an act reaches."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from bot.rules.airings import OVER_PHASES, Phase, phase_of
from bot.rules.panel import AdminLine, Reach, Section
from bot.rules.place import Place
from bot.store.airings import count_came, count_subscribers, open_airings
from bot.store.panel import count_fans, count_rooms


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
    return list(found.values())


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
