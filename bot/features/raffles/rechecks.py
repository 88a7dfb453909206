"""A fan has the bot compute a draw again, from the same proof that the group has."""

import asyncio
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.features.raffles.facts import CARD, find_raffle, has_proof, list_winners
from bot.features.raffles.proofs import MAX_NAMES, SENT_WITHIN, Proofs
from bot.features.rechecks import Rechecks
from bot.rules.act import Act
from bot.rules.calendar import day_of
from bot.rules.place import Place
from bot.rules.raffles.entries import NoSuchRaffle
from bot.rules.raffles.facts import EntryState, RaffleState, public_state
from bot.rules.raffles.proofs import Signed, check_proof, page_path
from bot.rules.raffles.rechecks import (
    Announced,
    CheckFilesCome,
    CheckOutcome,
    CheckPage,
    NothingToCheck,
    Recomputed,
    StillChecking,
    compare,
)
from bot.store.engine.db import Database
from bot.store.engine.sessions import Tx
from bot.store.messages.check_page import page_file
from bot.store.messages.outbox import Terms
from bot.store.messages.payloads import SendFile
from bot.store.messages.telling import Attachment, attach
from bot.store.places import place_of
from bot.store.tables import RaffleEntry

PAGE = "raffle.check_page"
"""The kind of the file that is the page which checks a proof."""


class DrawChecks:
    """Computes draws again for fans."""

    def __init__(self, db: Database, proofs: Proofs, signed: Signed | None) -> None:
        """`signed` checks the beacon's signature; None: it can't be checked on this machine."""
        self._db = db
        self._proofs = proofs
        self._signed = signed
        self._rechecks: Rechecks[Recomputed] = Rechecks()

    async def check(
        self, place: Place, raffle_id: int, at: datetime
    ) -> CheckOutcome | NothingToCheck | StillChecking | NoSuchRaffle:
        """Compute a draw again and compare it with what the group was told."""
        told = await self._db.read(read_announced, place.community_id, raffle_id, at)
        if not isinstance(told, Announced):
            return told

        async def compute() -> Recomputed:
            return await self._compute(place.community_id, raffle_id)

        found = await self._rechecks.find((raffle_id, told.redrawn), compute)
        return compare(raffle_id, told, found) if found is not None else StillChecking(told.prize)

    async def files(
        self, act: Act, raffle_id: int, *, can_write: bool
    ) -> CheckFilesCome | NothingToCheck | NoSuchRaffle:
        """Send the proof and the page that checks it to who asks, in private."""
        return await self._db.write(ask_files, act, raffle_id, can_write)

    async def page(self, community_id: int, _raffle_id: int) -> Attachment:
        """The page as a file."""
        place = await self._db.read(place_of, community_id)
        return page_file(CheckPage(place.shop))

    async def _compute(self, community_id: int, raffle_id: int) -> Recomputed:
        proof = await self._proofs.proof(community_id, raffle_id)
        text = proof.content.decode() if proof is not None else ""
        return Recomputed.of(await asyncio.to_thread(check_proof, text, self._signed))


def read_announced(
    session: Session, community_id: int, raffle_id: int, at: datetime
) -> Announced | NothingToCheck | NoSuchRaffle:
    """What the group was told of a draw, if there is a proof."""
    raffle = find_raffle(session, community_id, raffle_id)
    if raffle is None:
        return NoSuchRaffle()
    if not has_proof(raffle):
        return NothingToCheck(raffle.prize, public_state(RaffleState(raffle.state), raffle.closes, at))
    numbers = session.execute(
        select(col(RaffleEntry.number))
        .where(col(RaffleEntry.raffle_id) == raffle_id, col(RaffleEntry.state) == EntryState.WON)
        .order_by(col(RaffleEntry.place), col(RaffleEntry.number))
    ).scalars()
    return Announced(
        prize=raffle.prize,
        commitment=raffle.commitment,
        list_hash=raffle.list_hash,
        winners=tuple(list_winners(session, raffle_id, MAX_NAMES)),
        numbers=tuple(numbers),
        redrawn=raffle.redrawn,
        page=page_path(raffle_id, raffle.commitment),
    )


def ask_files(tx: Tx, act: Act, raffle_id: int, can_write: bool) -> CheckFilesCome | NothingToCheck | NoSuchRaffle:
    """Promise both files to one person, at most once a day for each state of the draw."""
    told = read_announced(tx, act.community_id, raffle_id, act.at)
    if not isinstance(told, Announced):
        return told
    if can_write:
        day = day_of(act.at, act.place.timezone)
        terms = Terms(now=act.at, key=f"raffle.check:{raffle_id}:{told.redrawn}:{day}", not_after=act.at + SENT_WITHIN)
        chats = [act.sender.user_id]
        attach(tx, act.community_id, SendFile(CARD, raffle_id), terms, chats=chats)
        page = Terms(now=act.at, key=f"raffle.check_page:{raffle_id}:{day}", not_after=act.at + SENT_WITHIN)
        attach(tx, act.community_id, SendFile(PAGE, raffle_id), page, chats=chats)
    return CheckFilesCome(told.prize, act.community_id, raffle_id, can_write)
