"""The proof of a packet, and how a fan's share is computed again once the seed is shown."""

import asyncio
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.features.packets.cards import CARD
from bot.features.rechecks import Rechecks
from bot.rules.act import Act
from bot.rules.calendar import day_of
from bot.rules.packets.packets import SEED_SHOWN, NoSuchPacket, PacketProof, ProofLater
from bot.rules.packets.proofs import PacketDraw, check_packet_proof, packet_path, write_packet_proof
from bot.rules.packets.rechecks import (
    Handed,
    PacketCheckPage,
    PacketFile,
    PacketFilesCome,
    StillCheckingPacket,
    doubts_of,
)
from bot.rules.place import Place
from bot.rules.sealing import ListLine, commitment
from bot.store.engine.db import Database
from bot.store.engine.sessions import Tx
from bot.store.messages.check_page import page_file
from bot.store.messages.outbox import Terms
from bot.store.messages.payloads import SendFile
from bot.store.messages.telling import Attachment, attach
from bot.store.places import place_of
from bot.store.tables import Member
from bot.store.tables.packets import Packet, PacketShare, PacketTake

PAGE = "packet.check_page"
"""The kind of the file that is the page which checks a proof."""
READ_AT_ONCE = 5_000
SENT_WITHIN = timedelta(hours=1)
"""How long a file that a fan asked for may be on its way."""

ProofOutcome = PacketProof | ProofLater | StillCheckingPacket | NoSuchPacket


class PacketProofs:
    """Makes proofs of packets, and computes them again for fans."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._rechecks: Rechecks[tuple[str, ...]] = Rechecks()

    async def check(self, place: Place, user_id: int, packet_id: int) -> ProofOutcome:
        """Compute a packet again from its proof and compare it with what was handed out."""
        told = await self._db.read(read_proof, place, user_id, packet_id)
        if not isinstance(told, PacketProof):
            return told

        async def compute() -> tuple[str, ...]:
            return await self._compute(place.community_id, packet_id)

        doubts = await self._rechecks.find(packet_id, compute)
        return replace(told, doubts=doubts) if doubts is not None else StillCheckingPacket()

    async def proof(self, community_id: int, packet_id: int) -> Attachment | None:
        """The proof of a packet whose seed is shown; else None."""
        draw = await self._read_draw(community_id, packet_id)
        if draw is None:
            return None
        text = await asyncio.to_thread(write_packet_proof, draw)
        caption = PacketFile(packet_path(packet_id, commitment(draw.seed)))
        return Attachment(f"encore-packet-{packet_id}.json", text.encode(), caption, caption)

    async def page(self, community_id: int, _packet_id: int) -> Attachment:
        """The page that checks proofs, as a file."""
        place = await self._db.read(place_of, community_id)
        return page_file(PacketCheckPage(place.shop))

    async def files(self, act: Act, packet_id: int, *, can_write: bool) -> PacketFilesCome | ProofLater | NoSuchPacket:
        """Send the proof and the page that checks it to who asks, in private."""
        return await self._db.write(ask_files, act, packet_id, can_write)

    async def _compute(self, community_id: int, packet_id: int) -> tuple[str, ...]:
        proof = await self.proof(community_id, packet_id)
        handed = await self._db.read(read_handed, packet_id)
        checked = await asyncio.to_thread(check_packet_proof, proof.content.decode() if proof is not None else "")
        return tuple(doubt.value for doubt in doubts_of(checked, handed))

    async def _read_draw(self, community_id: int, packet_id: int) -> PacketDraw | None:
        packet = await self._db.read(_find_packet, community_id, packet_id)
        if packet is None or packet.state not in SEED_SHOWN:
            return None
        place = await self._db.read(place_of, community_id)
        entries: list[ListLine] = []
        while more := await self._db.read(_lines_after, packet_id, entries[-1].number if entries else 0):
            entries += more
        return PacketDraw(
            shop=place.shop,
            opened=packet.opened_at,
            coins=packet.coins,
            shares=packet.shares,
            seed=bytes.fromhex(packet.seed),
            entries=entries if packet.frozen is not None else None,
        )


def _find_packet(session: Session, community_id: int, packet_id: int) -> Packet | None:
    return session.execute(
        select(Packet).where(col(Packet.id) == packet_id, col(Packet.community_id) == community_id)
    ).scalar_one_or_none()


def _lines_after(session: Session, packet_id: int, number: int) -> list[ListLine]:
    rows = session.execute(
        select(col(PacketTake.number), col(PacketTake.seal))
        .where(col(PacketTake.packet_id) == packet_id, col(PacketTake.number) > number)
        .order_by(col(PacketTake.number))
        .limit(READ_AT_ONCE)
    ).all()
    return [ListLine(of, 1, seal or "") for of, seal in rows if of is not None]


def read_proof(session: Session, place: Place, user_id: int, packet_id: int) -> PacketProof | ProofLater | NoSuchPacket:
    """The seed and the reader's own part, once all is handed out."""
    packet = _find_packet(session, place.community_id, packet_id)
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
        packet_id=packet_id,
        page=packet_path(packet_id, sealed),
        salt=mine.salt if mine is not None else None,
        line=mine.seal if mine is not None else None,
        user_id=user_id,
    )


def read_handed(session: Session, packet_id: int) -> Handed:
    """What was handed out: the shares, the list's hash on the card, and who got which."""
    shares = session.execute(
        select(col(PacketShare.coins)).where(col(PacketShare.packet_id) == packet_id).order_by(col(PacketShare.nth))
    ).scalars()
    taken = session.execute(
        select(col(PacketTake.number), col(PacketTake.nth), col(PacketTake.coins)).where(
            col(PacketTake.packet_id) == packet_id, col(PacketTake.nth).is_not(None)
        )
    ).all()
    packet = session.get_one(Packet, packet_id)
    return Handed(
        split=tuple(shares),
        frozen=packet.frozen,
        taken=tuple((number, nth, coins or 0) for number, nth, coins in taken if nth is not None),
    )


def ask_files(tx: Tx, act: Act, packet_id: int, can_write: bool) -> PacketFilesCome | ProofLater | NoSuchPacket:
    """Promise both files to one person, at most once a day."""
    packet = _find_packet(tx, act.community_id, packet_id)
    if packet is None:
        return NoSuchPacket()
    if packet.state not in SEED_SHOWN:
        return ProofLater(commitment(bytes.fromhex(packet.seed)))
    if can_write:
        day = day_of(act.at, act.place.timezone)
        for kind in (CARD, PAGE):
            terms = Terms(now=act.at, key=f"packet.check:{kind}:{packet_id}:{day}", not_after=act.at + SENT_WITHIN)
            attach(tx, act.community_id, SendFile(kind, packet_id), terms, chats=[act.sender.user_id])
    return PacketFilesCome(act.community_id, packet_id, can_write)
