"""What packets of the shop's coins count in an operator's limit."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.features.packets.opening import OPENED
from bot.rules.place import Place
from bot.store.giveaways import Gives, subjects_of
from bot.store.tables import AuditEntry, Transfer
from bot.store.tables.packets import Packet


def given_in(session: Session, place: Place, packet_ids: Sequence[int]) -> int:
    """What these packets of the shop's coins hold or have paid to fans: their coins without what came back."""
    mine = (col(Packet.id).in_(packet_ids), col(Packet.giver_id).is_(None))
    coins = session.execute(select(func.coalesce(func.sum(Packet.coins), 0)).where(*mine)).scalar_one()
    back = session.execute(
        select(func.coalesce(func.sum(Transfer.amount), 0))
        .join(Packet, col(Packet.escrow_id) == col(Transfer.debit_id))
        .where(*mine, col(Transfer.credit_id) == place.shop_account)
    ).scalar_one()
    return int(coins) - int(back)


def given_under(session: Session, place: Place, causes: Sequence[str]) -> int:
    """The same of packets that were opened under these causes."""
    opened = session.execute(select(col(Packet.id)).where(col(Packet.cause).in_(causes))).scalars()
    return given_in(session, place, [packet_id for packet_id in opened if packet_id is not None])


def _promised(session: Session, place: Place, acts: Sequence[AuditEntry], _now: datetime) -> int:
    return given_in(session, place, subjects_of(acts))


GIVES = Gives(act=OPENED, promised=_promised)
