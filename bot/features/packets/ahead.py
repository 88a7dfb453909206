"""What red packets do next by themselves, for who looks ahead."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.rules.packets.packets import LIVE, PacketPolicy, PacketState
from bot.rules.policies import Policies
from bot.store.tables.packets import Packet


def look_ahead(session: Session, policies: Policies) -> Iterator[tuple[datetime, str]]:
    """Draws, and ends of days, of packets that aren't over."""
    rows = session.execute(
        select(col(Packet.state), col(Packet.draws_at), col(Packet.expires_at)).where(col(Packet.state).in_(LIVE))
    )
    for state, draws_at, expires_at in rows:
        if state == PacketState.GATHERING and draws_at is not None:
            yield draws_at + policies[PacketPolicy].settle, "next_packet"
        yield expires_at, "next_packet_end"
