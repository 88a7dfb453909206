"""Somebody has their data deleted: what becomes of their shares of packets."""

from sqlalchemy import update
from sqlmodel import col

from bot.features.packets.closing import give_up_share
from bot.features.packets.shares import lock_purses, shares_waiting
from bot.store.engine.sessions import Tx
from bot.store.leaving import Leaving
from bot.store.tables.packets import Packet, PacketTake
from bot.store.told_data import Holds

ACTED_BY = (col(Packet.opened_by),)
"""Columns that say who of the staff did something."""
TELLS = (
    Holds(col(PacketTake.member_id)),
    Holds(col(Packet.giver_id)),
)
"""Rows that are about a person."""


def lock_givers(tx: Tx, member_id: int) -> None:
    """Lock the purses to which shares that wait go back, with the person's own, in the order of all accounts."""
    for packet_id in shares_waiting(tx, member_id):
        lock_purses(tx, packet_id, [member_id])


def forget(tx: Tx, leaving: Leaving) -> None:
    """Shares that wait go back; of those that were paid nobody can tell whose they were.

    The seal stays, as a draw's list is made of it; without the salt it says nothing of anybody.
    """
    for packet_id in shares_waiting(tx, leaving.member_id):
        give_up_share(tx, packet_id, leaving.member_id, leaving.at)
    mine = col(PacketTake.member_id) == leaving.member_id
    tx.execute(update(PacketTake).where(mine).values(cause=None, salt=None))
