"""Packets as facts and as cards, and what goes back of them."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.rules.packets import PacketCard, PacketState
from bot.rules.sealing import commitment
from bot.store import ledger
from bot.store.cards import touch_cards
from bot.store.db import Tx
from bot.store.places import place_of
from bot.store.tables import Account, Member, Packet, PacketTake, Person

CARD = "packet"
"""The kind of a packet's living card."""
TOLD = frozenset({PacketState.OVER, PacketState.EXPIRED, PacketState.CANCELLED})
"""States in which nothing depends on the seed any more: it is told."""


def charge_key(packet_id: int) -> str:
    """Under which its coins went into escrow."""
    return f"packet:{packet_id}"


def share_key(packet_id: int, member_id: int) -> str:
    """Under which a member's share is paid."""
    return f"packet:{packet_id}:{member_id}"


def lock_packet(tx: Tx, packet_id: int) -> Packet:
    """A packet's row, locked; the account of the fan who gave it first, as coins may go back there."""
    giver = tx.execute(select(col(Packet.giver_id)).where(col(Packet.id) == packet_id)).scalar_one()
    if giver is not None:
        tx.execute(select(col(Account.id)).where(col(Account.member_id) == giver).with_for_update())
    return tx.execute(
        select(Packet).where(col(Packet.id) == packet_id).with_for_update().execution_options(populate_existing=True)
    ).scalar_one()


def close_packet(tx: Tx, packet: Packet, state: PacketState, at: datetime) -> int:
    """Bring a locked packet to its end: what nobody got goes back to whoever gave it; how much that was."""
    packet.state, packet.done_at = state, at
    tx.flush()
    packet_id = packet.id or 0
    rest = packet.coins - handed_out(tx, packet_id)
    if rest:
        key = f"packet:{packet_id}:rest"
        if packet.giver_id is not None and not _is_nobody(tx, packet.giver_id):
            ledger.give_back(
                tx,
                community_id=packet.community_id,
                charged_key=charge_key(packet_id),
                key=key,
                reason="packet back",
                at=at,
                amount=rest,
            )
        else:
            ledger.shift(
                tx,
                community_id=packet.community_id,
                key=key,
                debit=packet.escrow_id,
                credit=place_of(tx, packet.community_id).shop_account,
                amount=rest,
                reason="packet back",
                at=at,
            )
    touch_cards(tx, packet.community_id, CARD, packet_id, at)
    return rest


def waiting_share(packet_id: int, member_id: int) -> tuple[ColumnElement[bool], ...]:
    """The conditions of a share that was drawn for a member and waits for the shop's look."""
    return (
        col(PacketTake.packet_id) == packet_id,
        col(PacketTake.member_id) == member_id,
        col(PacketTake.nth).is_not(None),
        col(PacketTake.balance).is_(None),
    )


def give_up_share(tx: Tx, packet_id: int, member_id: int, at: datetime) -> int:
    """A share that waited is nobody's any more: its coins go to the shop; how many, 0 if none waited."""
    coins = tx.execute(select(col(PacketTake.coins)).where(*waiting_share(packet_id, member_id))).scalar_one_or_none()
    if coins is None:
        return 0
    tx.execute(update(PacketTake).where(*waiting_share(packet_id, member_id)).values(balance=0))
    packet = tx.get_one(Packet, packet_id)
    ledger.shift(
        tx,
        community_id=packet.community_id,
        key=f"{share_key(packet_id, member_id)}:back",
        debit=packet.escrow_id,
        credit=place_of(tx, packet.community_id).shop_account,
        amount=coins,
        reason="packet back",
        at=at,
    )
    return coins


def shares_waiting(session: Session, member_id: int) -> list[int]:
    """Packets in which a share waits for this member."""
    return list(
        session.execute(
            select(col(PacketTake.packet_id)).where(
                col(PacketTake.member_id) == member_id,
                col(PacketTake.nth).is_not(None),
                col(PacketTake.balance).is_(None),
            )
        ).scalars()
    )


def _with_fans(session: Session, packet_id: int) -> int:
    """Coins of a packet that fans have."""
    paid = session.execute(
        select(func.coalesce(func.sum(PacketTake.coins), 0)).where(
            col(PacketTake.packet_id) == packet_id, col(PacketTake.balance) > 0
        )
    ).scalar_one()
    return int(paid or 0)


def handed_out(session: Session, packet_id: int) -> int:
    """Coins of a packet that somebody was drawn for or took, whatever became of them."""
    paid = session.execute(
        select(func.coalesce(func.sum(PacketTake.coins), 0)).where(
            col(PacketTake.packet_id) == packet_id, col(PacketTake.nth).is_not(None)
        )
    ).scalar_one()
    return int(paid or 0)


def gone(session: Session, member_ids: Iterable[int]) -> set[int]:
    """Those of the members who had their data deleted: their rows are nobody's."""
    return {
        member_id or 0
        for member_id in session.execute(
            select(col(Member.id)).where(col(Member.id).in_(list(member_ids)), col(Member.user_id) < 0)
        ).scalars()
    }


def _is_nobody(tx: Tx, member_id: int) -> bool:
    return bool(gone(tx, [member_id]))


def card_of(session: Session, community_id: int, packet_id: int, _now: datetime) -> PacketCard | None:
    """A packet's card as it should look now."""
    packet = session.execute(
        select(Packet).where(col(Packet.id) == packet_id, col(Packet.community_id) == community_id)
    ).scalar_one_or_none()
    if packet is None:
        return None
    told = packet.state in TOLD
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
        handed=_with_fans(session, packet_id),
        luckiest=luckiest,
        most=most,
    )


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
    return _name(session, best[0]) or None, int(best[1] or 0)
