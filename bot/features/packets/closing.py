"""The end of a packet: what nobody got goes back to whoever gave it."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.features.packets.cards import CARD
from bot.features.packets.shares import deleted_among, lots_from_json, share_key, waiting_share
from bot.rules.lots import merge
from bot.rules.packets.packets import PacketState
from bot.store import ledger
from bot.store.engine.sessions import Tx
from bot.store.messages.cards import touch_cards
from bot.store.places import place_of
from bot.store.tables import Account
from bot.store.tables.base import id_of
from bot.store.tables.packets import Packet, PacketShare, PacketTake


def close_packet(tx: Tx, packet: Packet, state: PacketState, at: datetime) -> int:
    """Bring a locked packet to its end: what nobody got goes back to whoever gave it; how much that was."""
    packet.state, packet.done_at = state, at
    tx.flush()
    packet_id = id_of(packet)
    rest = packet.coins - handed_out(tx, packet_id)
    if rest:
        _send_back(tx, packet, f"packet:{packet_id}:rest", rest, _lots_of_the_rest(tx, packet_id), at)
    touch_cards(tx, packet.community_id, CARD, packet_id, at)
    return rest


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


def handed_out(session: Session, packet_id: int) -> int:
    """Coins of a packet that somebody was drawn for or took, whatever became of them."""
    paid = session.execute(
        select(func.coalesce(func.sum(PacketTake.coins), 0)).where(
            col(PacketTake.packet_id) == packet_id, col(PacketTake.nth).is_not(None)
        )
    ).scalar_one()
    return int(paid or 0)


def _send_back(tx: Tx, packet: Packet, key: str, coins: int, shares: Iterable[str | None], at: datetime) -> None:
    """Coins of these shares (their lots as JSON) that nobody gets: to the fan who gave them, as old as they were.

    To the shop, if it gave them or the fan had their data deleted.
    """
    account_id = _giver_account(tx, packet)
    if account_id is not None:
        ledger.pay(
            tx,
            ledger.TransferHeader(packet.community_id, key, ledger.CAME_BACK, at),
            member_account=account_id,
            shop=packet.escrow_id,
            amount=coins,
            earned=merge(lot for text in shares for lot in lots_from_json(text)),
        )
        return
    ledger.shift(
        tx,
        ledger.TransferHeader(packet.community_id, key, ledger.CAME_BACK, at),
        debit=packet.escrow_id,
        credit=place_of(tx, packet.community_id).shop_account,
        amount=coins,
    )


def _giver_account(tx: Tx, packet: Packet) -> int | None:
    """The account of the fan who gave a packet; None for the shop's, and for who had their data deleted."""
    if packet.giver_id is None or deleted_among(tx, [packet.giver_id]):
        return None
    return tx.execute(select(col(Account.id)).where(col(Account.member_id) == packet.giver_id)).scalar_one()


def _lots_of_the_rest(tx: Tx, packet_id: int) -> list[str | None]:
    """The lots of shares that nobody was drawn for or took."""
    taken = select(col(PacketTake.nth)).where(
        col(PacketTake.packet_id) == packet_id, col(PacketTake.nth) == col(PacketShare.nth)
    )
    query = select(col(PacketShare.earned)).where(col(PacketShare.packet_id) == packet_id, ~taken.exists())
    return list(tx.execute(query).scalars())
