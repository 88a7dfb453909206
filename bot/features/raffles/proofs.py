"""Proofs of draws: files for the groups with their captions. A file is made when it is sent."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.features.raffles.facts import CARD, find_by_number, find_raffle, list_winners, pulse_of, read_list
from bot.features.raffles.namings import posted_namings
from bot.rules.act import Act
from bot.rules.beacons import QUICKNET
from bot.rules.raffles.draws import CallOffAnnounced, RedrawAnnounced
from bot.rules.raffles.facts import EntryState, RaffleState, Sealing, public_state
from bot.rules.raffles.opening import ProofComes, RaffleNotNow, RaffleUnknown
from bot.rules.raffles.proof_rules import Draw, Naming, RedrawRecord, Struck
from bot.rules.raffles.proofs import page_path, write_proof
from bot.rules.raffles.results import DrawAnnounced, LostPlace
from bot.rules.sealing import ListLine
from bot.store.engine.db import Database
from bot.store.engine.sessions import Tx
from bot.store.messages.outbox import Terms
from bot.store.messages.payloads import SendFile
from bot.store.messages.telling import Attachment, attach
from bot.store.places import place_of
from bot.store.tables import Raffle, RaffleEntry, RaffleRedraw

MAX_NAMES = 6
"""How many winners the caption names."""
MAX_LOST = 4
"""How many lost places the caption names."""
SENT_WITHIN = timedelta(hours=1)
"""How long a file that staff asked for may be on its way."""

Announcement = DrawAnnounced | CallOffAnnounced | RedrawAnnounced


class Proofs:
    """Makes the proofs' files."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def proof(self, community_id: int, raffle_id: int) -> Attachment | None:
        """The proof of a raffle that is drawn or was called off after its freeze; else None."""
        told = await self._db.read(read_result, community_id, raffle_id)
        return await self._attach(raffle_id, told) if told is not None else None

    async def redraw(self, community_id: int, redraw_id: int) -> Attachment | None:
        """The proof as it is now, with a caption about one redraw."""
        told = await self._db.read(read_redraw, community_id, redraw_id)
        return await self._attach(told.raffle_id, told) if told is not None else None

    async def ask(self, act: Act, number: int, *, can_write: bool) -> ProofComes | RaffleNotNow | RaffleUnknown:
        """Send staff the proof of a raffle in private. It also works if the rooms refuse files."""
        return await self._db.write(ask_proof, act, number, can_write)

    async def _attach(self, raffle_id: int, told: Announcement) -> Attachment:
        entries = await read_list(self._db, raffle_id)
        draw = await self._db.read(read_draw, raffle_id, entries)
        text = await asyncio.to_thread(write_proof, draw)
        name = f"encore-draw-{draw.number}.json"
        return Attachment(name, text.encode(), told, replace(told, with_file=False))


def ask_proof(tx: Tx, act: Act, number: int, can_write: bool) -> ProofComes | RaffleNotNow | RaffleUnknown:
    """Promise the file to one person, once for each update."""
    raffle = find_by_number(tx, act.community_id, number)
    if raffle is None or raffle.id is None:
        return RaffleUnknown(number)
    if read_result(tx, act.community_id, raffle.id) is None:
        state = public_state(RaffleState(raffle.state), raffle.closes, act.at)
        return RaffleNotNow(number, raffle.prize, "proof", state)
    if can_write:
        terms = Terms(now=act.at, key=f"raffle.asked:{act.cause}", not_after=act.at + SENT_WITHIN)
        attach(tx, act.community_id, SendFile(CARD, raffle.id), terms, chats=[act.sender.user_id])
    return ProofComes(number, raffle.prize, can_write)


def read_result(session: Session, community_id: int, raffle_id: int) -> DrawAnnounced | CallOffAnnounced | None:
    """The caption of the proof of a raffle that is drawn or was called off in public; else None."""
    raffle = find_raffle(session, community_id, raffle_id)
    if raffle is not None and raffle.called_off_at is not None:
        return CallOffAnnounced(
            raffle_id=raffle_id,
            prize=raffle.prize,
            entries=raffle.listed or 0,
            ticket=raffle.ticket,
            order_known=raffle.beacon_randomness is not None,
            page=page_path(raffle_id, raffle.commitment),
        )
    if raffle is None or raffle.state != RaffleState.DRAWN:
        return None
    winners = list_winners(session, raffle_id)
    struck = list_struck(session, raffle_id)
    return DrawAnnounced(
        raffle_id=raffle_id,
        prize=raffle.prize,
        won=tuple(winners[:MAX_NAMES]),
        more=max(0, len(winners) - MAX_NAMES),
        entries=raffle.listed or 0,
        alone=raffle.beacon_randomness is None,
        beacon_missed=raffle.beacon_round is not None and raffle.beacon_randomness is None,
        lost=tuple(LostPlace(one.entry, one.reason) for one in struck[-MAX_LOST:]),
        again=raffle.redrawn > 0,
        page=page_path(raffle_id, raffle.commitment),
    )


def read_redraw(session: Session, community_id: int, redraw_id: int) -> RedrawAnnounced | None:
    """The caption about one redraw."""
    noted = session.get(RaffleRedraw, redraw_id)
    raffle = find_raffle(session, community_id, noted.raffle_id) if noted is not None else None
    if noted is None or raffle is None:
        return None
    lost = [one.entry for one in list_struck(session, noted.raffle_id) if one.redraw == noted.number]
    winners = list_winners(session, noted.raffle_id)
    return RedrawAnnounced(
        raffle_id=noted.raffle_id,
        prize=raffle.prize,
        reason=noted.reason,
        lost=tuple(lost[:MAX_LOST]),
        more=max(0, len(lost) - MAX_LOST),
        won=tuple(winners[:MAX_NAMES]),
        more_won=max(0, len(winners) - MAX_NAMES),
        page=page_path(noted.raffle_id, raffle.commitment),
    )


def read_draw(session: Session, raffle_id: int, entries: Sequence[ListLine]) -> Draw:
    """The contents of a raffle's proof. `entries` is its frozen list."""
    raffle = session.get_one(Raffle, raffle_id)
    namings = [
        Naming(one.round, one.chat_id, one.message_id, one.posted_at, one.counts)
        for one in posted_namings(session, raffle)
        if one.message_id is not None and one.posted_at is not None
    ]
    redraws = session.execute(
        select(RaffleRedraw).where(col(RaffleRedraw.raffle_id) == raffle_id).order_by(col(RaffleRedraw.number))
    ).scalars()
    return Draw(
        shop=place_of(session, raffle.community_id).shop,
        number=raffle.number,
        prize=raffle.prize,
        opened=raffle.made_at,
        closed=raffle.closes,
        places=raffle.winners,
        reserves=raffle.reserves,
        seed=bytes.fromhex(raffle.seed),
        entries=entries,
        chain=QUICKNET.hash if raffle.sealing != Sealing.NONE else None,
        namings=namings,
        pulse=pulse_of(raffle),
        struck=list_struck(session, raffle_id),
        redraws=[RedrawRecord(one.number, one.at, one.reason) for one in redraws],
        called_off=raffle.called_off_at,
        old=raffle.proof_format == 1,
        round=raffle.beacon_round,
    )


def list_struck(session: Session, raffle_id: int) -> list[Struck]:
    """Entries that lost their place, oldest first. At the same instant those of a redraw come first."""
    rows = session.execute(
        select(RaffleEntry)
        .where(col(RaffleEntry.raffle_id) == raffle_id, col(RaffleEntry.state) == EntryState.STRUCK)
        .order_by(col(RaffleEntry.struck_at), col(RaffleEntry.redraw).is_(None), col(RaffleEntry.place))
    ).scalars()
    return [Struck(one.number, one.reason or "", one.struck_at, one.redraw) for one in rows]
