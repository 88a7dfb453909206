"""Red packets on the staff's panel: which there are, and whom a new one reaches."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.rules.packets.packets import LIVE
from bot.rules.panel import LISTED, AdminLine, AdminPerson, Ended, Reach, Section
from bot.rules.place import Place
from bot.store.panel import reach_groups
from bot.store.tables import Member, Person
from bot.store.tables.base import id_of
from bot.store.tables.packets import Packet, PacketTake

LUCKIEST_SHOWN = 5
MOST = 2**31
"""More than any number of coins."""


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


def list_ended(session: Session, place: Place, _at: datetime, which: Ended) -> list[AdminLine]:
    """Packets that are all handed out, or whose day is over. With a key that one, with who got the most."""
    by_key = col(Packet.id) == which.key if which.key is not None else None
    page = (col(Packet.id) < which.before,) if which.before else ()
    found = session.execute(
        select(Packet)
        .where(
            col(Packet.community_id) == place.community_id,
            col(Packet.state).not_in(LIVE),
            *((by_key,) if by_key is not None else page),
        )
        .order_by(col(Packet.id).desc())
        .limit(LISTED + 1)
    ).scalars()
    lines = [
        AdminLine(
            Section.PACKETS,
            0,
            "",
            one.state,
            one.taken,
            one.shares,
            one.done_at or one.expires_at,
            coins=one.coins,
            key=id_of(one),
        )
        for one in found
    ]
    return [_with_luckiest(session, line) for line in lines] if which.key is not None else lines


def _with_luckiest(session: Session, line: AdminLine) -> AdminLine:
    rows: Any = session.execute(
        select(col(PacketTake.coins), col(Person.name), col(Person.user_id), col(Person.username))
        .join(Member, col(Member.id) == col(PacketTake.member_id))
        .join(Person, col(Person.user_id) == col(Member.user_id))
        .where(col(PacketTake.packet_id) == line.key, col(PacketTake.nth).is_not(None))
        .order_by(col(PacketTake.coins).desc(), col(PacketTake.nth))
        .limit(LUCKIEST_SHOWN)
    ).all()
    people = tuple(AdminPerson(row.name, row.user_id, row.username, coins=row.coins or 0) for row in rows)
    return replace(line, people=people, more_people=line.done - len(people))


def thick_enough(values: Mapping[str, Any]) -> bool:
    """Whether each share has a coin."""
    return bool(values.get("shares", 0) <= values.get("coins", MOST))


def reach_new(session: Session, place: Place, values: Mapping[str, Any], _number: int | None) -> Reach:
    """A red packet: its card in the groups, all of its coins at once."""
    return replace(reach_groups(session, place, values, None), coins=values.get("coins"))
