"""Red packets on the staff's panel: which there are, and whom a new one reaches."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.rules.packets.packets import LIVE
from bot.rules.panel import LISTED, AdminLine, Reach, Section
from bot.rules.place import Place
from bot.store.panel import reach_groups
from bot.store.tables.packets import Packet


def list_packets(session: Session, place: Place, _at: datetime, number: int | None) -> list[AdminLine]:
    """Packets that aren't all handed out. They have no numbers: they end by themselves."""
    if number is not None:
        return []
    found = session.execute(
        select(Packet)
        .where(col(Packet.community_id) == place.community_id, col(Packet.state).in_(LIVE))
        .order_by(col(Packet.id).desc())
        .limit(LISTED + 1)
    ).scalars()
    return [
        AdminLine(
            Section.PACKETS, 0, "", one.state, one.taken, one.shares, one.draws_at or one.expires_at, coins=one.coins
        )
        for one in found
    ]


def reach_new(session: Session, place: Place, values: Mapping[str, Any], _number: int | None) -> Reach:
    """A red packet: its card in the groups, all of its coins at once."""
    return replace(reach_groups(session, place, values, None), coins=values.get("coins"))
