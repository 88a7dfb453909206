"""Packets as facts and as cards, and what goes back of them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, or_, select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.rules.lots import Lot, merge
from bot.rules.packets.packets import PacketCard, PacketState
from bot.rules.sealing import commitment
from bot.store import causes, ledger
from bot.store.engine.db import Tx
from bot.store.ledger import CAME_BACK
from bot.store.messages.cards import touch_cards
from bot.store.places import place_of
from bot.store.tables import Account, Member, Packet, PacketShare, PacketTake, Person

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


@dataclass(frozen=True, slots=True)
class Purse:
    """A member's account, locked."""

    account_id: int
    balance: int


def lots_to_json(lots: Sequence[Lot]) -> str:
    """Lots as a share's row keeps them."""
    return causes.to_json(tuple(lots))


def lots_from_json(text: str | None) -> tuple[Lot, ...]:
    """The lots of a share's row; none of what is the shop's."""
    return causes.from_json(tuple[Lot, ...], text) if text is not None else ()


def lock_purses(tx: Tx, packet_id: int, members: Iterable[int] = ()) -> dict[int, Purse]:
    """Lock the members' accounts in one order, with that of the fan who gave the packet: coins may go back there.

    Before the packet itself, as everywhere.
    """
    giver = select(col(Packet.giver_id)).where(col(Packet.id) == packet_id).scalar_subquery()
    rows = tx.execute(
        select(col(Account.member_id), col(Account.id), col(Account.balance))
        .where(or_(col(Account.member_id).in_(list(members)), col(Account.member_id) == giver))
        .order_by(col(Account.id))
        .with_for_update()
    ).all()
    return {member_id or 0: Purse(account_id or 0, balance or 0) for member_id, account_id, balance in rows}


def lock_packet(tx: Tx, packet_id: int) -> Packet:
    """A packet's row, locked; the account of the fan who gave it first."""
    lock_purses(tx, packet_id)
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
        _send_back(tx, packet, f"packet:{packet_id}:rest", rest, _left(tx, packet_id), at)
    touch_cards(tx, packet.community_id, CARD, packet_id, at)
    return rest


def _send_back(tx: Tx, packet: Packet, key: str, coins: int, shares: Iterable[str | None], at: datetime) -> None:
    """Coins of these shares (their lots as JSON) that nobody gets: to the fan who gave them, as old as they were.

    To the shop, if it gave them or the fan had their data deleted.
    """
    account_id = _giver_account(tx, packet)
    if account_id is not None:
        ledger.pay(
            tx,
            community_id=packet.community_id,
            key=key,
            member_account=account_id,
            shop=packet.escrow_id,
            amount=coins,
            reason=CAME_BACK,
            at=at,
            earned=merge(lot for text in shares for lot in lots_from_json(text)),
        )
        return
    ledger.shift(
        tx,
        community_id=packet.community_id,
        key=key,
        debit=packet.escrow_id,
        credit=place_of(tx, packet.community_id).shop_account,
        amount=coins,
        reason=CAME_BACK,
        at=at,
    )


def _giver_account(tx: Tx, packet: Packet) -> int | None:
    """The account of the fan who gave a packet; None for the shop's, and for who had their data deleted."""
    if packet.giver_id is None or gone(tx, [packet.giver_id]):
        return None
    return tx.execute(select(col(Account.id)).where(col(Account.member_id) == packet.giver_id)).scalar_one()


def _left(tx: Tx, packet_id: int) -> list[str | None]:
    """The lots of shares that nobody was drawn for or took."""
    taken = select(col(PacketTake.nth)).where(
        col(PacketTake.packet_id) == packet_id, col(PacketTake.nth) == col(PacketShare.nth)
    )
    query = select(col(PacketShare.earned)).where(col(PacketShare.packet_id) == packet_id, ~taken.exists())
    return list(tx.execute(query).scalars())


def shares_of(session: Session, packet_id: int, numbers: Sequence[int]) -> dict[int, tuple[int, tuple[Lot, ...]]]:
    """Coins and lots of some shares, by their number."""
    rows = session.execute(
        select(col(PacketShare.nth), col(PacketShare.coins), col(PacketShare.earned)).where(
            col(PacketShare.packet_id) == packet_id, col(PacketShare.nth).in_(numbers)
        )
    ).all()
    return {nth: (coins, lots_from_json(earned)) for nth, coins, earned in rows}


def waiting_share(packet_id: int, member_id: int) -> tuple[ColumnElement[bool], ...]:
    """The conditions of a share that was drawn for a member and waits for the shop's look."""
    return (
        col(PacketTake.packet_id) == packet_id,
        col(PacketTake.member_id) == member_id,
        col(PacketTake.nth).is_not(None),
        col(PacketTake.balance).is_(None),
    )


def give_up_share(tx: Tx, packet_id: int, member_id: int, at: datetime) -> int:
    """A share that waited is nobody's any more: its coins go back; how many, 0 if none waited.

    The caller holds the purses (`lock_purses`).
    """
    share = tx.execute(
        select(col(PacketShare.coins), col(PacketShare.earned))
        .join(PacketTake, (col(PacketTake.packet_id) == packet_id) & (col(PacketTake.nth) == col(PacketShare.nth)))
        .where(col(PacketShare.packet_id) == packet_id, *waiting_share(packet_id, member_id))
    ).one_or_none()
    if share is None:
        return 0
    tx.execute(update(PacketTake).where(*waiting_share(packet_id, member_id)).values(balance=0))
    coins, earned = share
    _send_back(tx, tx.get_one(Packet, packet_id), f"{share_key(packet_id, member_id)}:back", coins, [earned], at)
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


def gone_or_left(session: Session, member_ids: Iterable[int]) -> set[int]:
    """Those of the members who get nothing from a draw: deleted, or in no room of the shop any more."""
    return {
        member_id or 0
        for member_id in session.execute(
            select(col(Member.id)).where(col(Member.id).in_(list(member_ids)), col(Member.left_at).is_not(None))
        ).scalars()
    }


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
