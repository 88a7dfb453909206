"""A packet's shares and the accounts behind them: keys in the ledger, lots, locks, and shares that wait."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.rules.lots import Lot
from bot.store import causes
from bot.store.engine.sessions import Tx
from bot.store.tables import Account, Member
from bot.store.tables.packets import Packet, PacketShare, PacketTake


def charge_key(packet_id: int) -> str:
    """Under which its coins went into escrow."""
    return f"packet:{packet_id}"


def share_key(packet_id: int, member_id: int) -> str:
    """Under which a member's share is paid."""
    return f"packet:{packet_id}:{member_id}"


class Share(NamedTuple):
    """One part of a packet's coins."""

    coins: int
    earned: tuple[Lot, ...]
    """When they were earned; nothing of what is the shop's."""


@dataclass(frozen=True, slots=True)
class Purse:
    """A member's account, locked."""

    member_id: int
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
    return {row.member_id: Purse(row.member_id, row.id, row.balance) for row in rows}


def lock_packet(tx: Tx, packet_id: int) -> Packet:
    """A packet's row, locked; the account of the fan who gave it first."""
    lock_purses(tx, packet_id)
    return tx.execute(
        select(Packet).where(col(Packet.id) == packet_id).with_for_update().execution_options(populate_existing=True)
    ).scalar_one()


def shares_of(session: Session, packet_id: int, numbers: Sequence[int]) -> dict[int, Share]:
    """Some shares, by their number."""
    rows = session.execute(
        select(col(PacketShare.nth), col(PacketShare.coins), col(PacketShare.earned)).where(
            col(PacketShare.packet_id) == packet_id, col(PacketShare.nth).in_(numbers)
        )
    ).all()
    return {nth: Share(coins, lots_from_json(earned)) for nth, coins, earned in rows}


def waiting_share(packet_id: int, member_id: int) -> tuple[ColumnElement[bool], ...]:
    """The conditions of a share that was drawn for a member and waits for the shop's look."""
    return (
        col(PacketTake.packet_id) == packet_id,
        col(PacketTake.member_id) == member_id,
        col(PacketTake.nth).is_not(None),
        col(PacketTake.balance).is_(None),
    )


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


def deleted_among(session: Session, member_ids: Iterable[int]) -> set[int]:
    """Members who had their data deleted: their rows are nobody's."""
    return _those(session, member_ids, col(Member.user_id) < 0)


def absent_among(session: Session, member_ids: Iterable[int]) -> set[int]:
    """Members who get nothing from a draw: deleted, or in no room of the shop any more."""
    return _those(session, member_ids, col(Member.left_at).is_not(None))


def _those(session: Session, member_ids: Iterable[int], which: ColumnElement[bool]) -> set[int]:
    found = session.execute(select(col(Member.id)).where(col(Member.id).in_(list(member_ids)), which)).scalars()
    return {member_id for member_id in found if member_id is not None}
