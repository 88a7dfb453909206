"""A packet's living card: how it looks now, and where it hangs."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.rules.folded import Line
from bot.rules.for_whom import for_whom
from bot.rules.packets.packets import SEED_SHOWN, PacketCard
from bot.rules.sealing import commitment
from bot.store.engine.sessions import Tx
from bot.store.messages.cards import CardSubject, groups_of, hang_card, take_down
from bot.store.messages.outbox import Terms
from bot.store.tables import Member, Person
from bot.store.tables.packets import Packet, PacketTake

CARD = "packet"
"""The kind of a packet's living card."""


def card_of(session: Session, community_id: int, packet_id: int, _now: datetime) -> PacketCard | None:
    """A packet's card as it should look now."""
    packet = session.execute(
        select(Packet).where(col(Packet.id) == packet_id, col(Packet.community_id) == community_id)
    ).scalar_one_or_none()
    if packet is None:
        return None
    told = packet.state in SEED_SHOWN
    luckiest, most = _luckiest(session, packet_id) if told else (None, 0)
    return PacketCard(
        packet_id=packet_id,
        coins=packet.coins,
        shares=packet.shares,
        taken=packet.taken,
        takers=packet.takers,
        state=packet.state,
        draws_at=packet.draws_at,
        expires_at=packet.expires_at,
        fresh=packet.fresh,
        giver=None if packet.giver_id is None else _name(session, packet.giver_id),
        sealed=commitment(bytes.fromhex(packet.seed)),
        seed=packet.seed if told else None,
        frozen=packet.frozen,
        handed=_coins_of_fans(session, packet_id),
        luckiest=luckiest,
        most=most,
        whom=for_whom(packet.segment),
    )


def line_of(session: Session, community_id: int, packet_id: int, now: datetime) -> Line | None:
    """A packet in one line: it is known by its coins."""
    packet = session.execute(
        select(Packet).where(col(Packet.id) == packet_id, col(Packet.community_id) == community_id)
    ).scalar_one_or_none()
    if packet is None:
        return None
    return Line("", packet.state not in SEED_SHOWN and now < packet.expires_at, packet.coins)


def rehang(tx: Tx, community_id: int, old_chat_id: int, new_chat_id: int, at: datetime) -> None:
    """Hang the cards of packets that still run into the chat that took another's place."""
    for packet_id in take_down(tx, CARD, old_chat_id, new_chat_id):
        packet = tx.get_one(Packet, packet_id)
        if packet.state not in SEED_SHOWN and new_chat_id in {group.chat_id for group in groups_of(tx, community_id)}:
            subject = CardSubject(community_id, CARD, packet_id)
            hang_card(tx, subject, new_chat_id, Terms(now=at, not_after=packet.expires_at, instead=True))


def _name(session: Session, member_id: int) -> str:
    """A member's name; nothing for who asked not to be shown."""
    name, hidden = session.execute(
        select(col(Person.name), col(Member.hidden))
        .join(Member, col(Member.user_id) == col(Person.user_id))
        .where(col(Member.id) == member_id)
    ).one()
    return "" if hidden else str(name)


def _luckiest(session: Session, packet_id: int) -> tuple[str | None, int]:
    """Who got most (the first of several), and how much."""
    best = session.execute(
        select(col(PacketTake.member_id), col(PacketTake.coins))
        .where(col(PacketTake.packet_id) == packet_id, col(PacketTake.balance) > 0)
        .order_by(col(PacketTake.coins).desc(), col(PacketTake.nth))
        .limit(1)
    ).one_or_none()
    if best is None:
        return None, 0
    return _name(session, best.member_id) or None, int(best.coins)


def _coins_of_fans(session: Session, packet_id: int) -> int:
    """Coins of a packet that fans have."""
    paid = session.execute(
        select(func.coalesce(func.sum(PacketTake.coins), 0)).where(
            col(PacketTake.packet_id) == packet_id, col(PacketTake.balance) > 0
        )
    ).scalar_one()
    return int(paid or 0)
