"""How a fan's share can be computed again, once the seed is shown."""

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.rules.packets.packets import SEED_SHOWN, NoSuchPacket, PacketProof, ProofLater
from bot.rules.place import Place
from bot.rules.sealing import commitment
from bot.store.tables import Member
from bot.store.tables.packets import Packet, PacketTake


def proof(session: Session, place: Place, user_id: int, packet_id: int) -> PacketProof | ProofLater | NoSuchPacket:
    """The seed and the reader's own part, once all is handed out."""
    packet = session.execute(
        select(Packet).where(col(Packet.id) == packet_id, col(Packet.community_id) == place.community_id)
    ).scalar_one_or_none()
    if packet is None:
        return NoSuchPacket()
    sealed = commitment(bytes.fromhex(packet.seed))
    if packet.state not in SEED_SHOWN:
        return ProofLater(sealed)
    mine = session.execute(
        select(PacketTake)
        .join(Member, col(Member.id) == col(PacketTake.member_id))
        .where(
            col(PacketTake.packet_id) == packet_id,
            col(Member.community_id) == place.community_id,
            col(Member.user_id) == user_id,
        )
    ).scalar_one_or_none()
    return PacketProof(
        seed=packet.seed,
        sealed=sealed,
        coins=packet.coins,
        shares=packet.shares,
        takers=packet.takers,
        frozen=packet.frozen,
        number=mine.number if mine is not None else None,
        nth=mine.nth if mine is not None else None,
        got=mine.coins if mine is not None else None,
    )
