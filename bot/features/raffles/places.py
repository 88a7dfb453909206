"""The places of a raffle: give them to the first in rank, and tell these fans."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.features.raffles.facts import CARD, REDRAW, next_in_rank
from bot.rules.place import Place
from bot.rules.raffles.facts import EntryState, Reason
from bot.rules.raffles.results import YouWon
from bot.store.engine.db import Database
from bot.store.engine.sessions import Tx
from bot.store.look_up import LookUp
from bot.store.messages.cards import groups_of, touch_cards
from bot.store.messages.outbox import Terms
from bot.store.messages.payloads import SendFile, pack
from bot.store.messages.telling import Ways, attach, tell_here, tell_in_private
from bot.store.private_messages import is_reachable, reader_of
from bot.store.tables import Member, Person, Raffle, RaffleEntry
from bot.store.tables.base import id_of
from bot.store.tables.messages import Lane
from bot.store.tables.wins import WinKind
from bot.store.wins import record_win, won_since

TOLD_WITHIN = timedelta(days=2)
CANDIDATES = 300
"""How many entries one query reads as candidates for places."""


def fill_places(tx: Tx, place: Place, raffle: Raffle, places: int, now: datetime, *, moved_up: bool) -> list[int]:
    """Fill `places` places by rank, and strike entries that can't have one.

    Returns the numbers of the entries that won.
    """
    filled: list[int] = []
    chat_id = group_for_whispers(tx, place)
    while len(filled) < places:
        candidates = next_in_rank(tx, id_of(raffle), min(CANDIDATES, places - len(filled)))
        if not candidates:
            break
        members = {
            member.id: member
            for member in tx.execute(
                select(Member).where(col(Member.id).in_([entry.member_id for entry in candidates]))
            ).scalars()
        }
        # One query reads all people. `people` keeps the rows in the session, so that no winner costs a query.
        people = tx.execute(
            select(Person).where(col(Person.user_id).in_([one.user_id for one in members.values()]))
        ).all()
        won_recently: set[int] = set()
        if raffle.cap_days:
            won_recently = won_since(
                tx, place, [entry.member_id for entry in candidates], now - timedelta(days=raffle.cap_days)
            )
        for entry in candidates:
            member = members[entry.member_id]
            reason = _why_struck(entry, member, won_recently)
            if reason is not None:
                entry.state, entry.reason, entry.struck_at = EntryState.STRUCK, reason.value, now
                continue
            entry.state = EntryState.WON
            filled.append(entry.number)
            record_win(tx, place, entry.member_id, WinKind.RAFFLE, id_of(raffle), now)
            won = YouWon(raffle.prize, place.shop, entry.number, moved_up)
            tell_entrant(tx, place, member, PrivateNote(won, f"raffle.won:{entry.id}", now), chat_id)
        tx.flush()
        del people
    return filled


def _why_struck(entry: RaffleEntry, member: Member, won_recently: set[int]) -> Reason | None:
    if entry.salt is None:
        return Reason.DELETED
    if member.left_at is not None:
        return Reason.LEFT
    return Reason.WON if entry.member_id in won_recently else None


@dataclass(frozen=True, slots=True)
class PrivateNote:
    """A message for one person. A key is sent once."""

    outcome: Any
    key: str
    now: datetime


def tell_entrant(tx: Tx, place: Place, member: Member, telling: PrivateNote, chat_id: int | None) -> None:
    """Promise the note in private, or else as a whisper in this chat. It is never said aloud."""
    person = tx.get_one(Person, member.user_id)
    reader = reader_of(person, place.language)
    terms = Terms(now=telling.now, key=telling.key, not_after=telling.now + TOLD_WITHIN, lane=Lane.REMINDER)
    if is_reachable(person):
        tell_in_private(tx, place.community_id, reader, pack(telling.outcome), terms)
    elif chat_id is not None:
        in_room = replace(terms, lane=Lane.POST)
        tell_here(tx, place.community_id, reader, Ways(chat_id, whisper=True), pack(telling.outcome), in_room)


def group_for_whispers(tx: Tx, place: Place) -> int | None:
    """The shop's first group in which the bot may whisper without being asked, or None."""
    return next((group.chat_id for group in groups_of(tx, place.community_id) if group.is_admin), None)


def send_proof(tx: Tx, raffle: Raffle, now: datetime, *, redraw_id: int | None = None) -> None:
    """Edit the cards and send the proof to the groups. With `redraw_id` the caption tells what was redrawn and why."""
    raffle_id = id_of(raffle)
    touch_cards(tx, raffle.community_id, CARD, raffle_id, now)
    kind, subject_id = (CARD, raffle_id) if redraw_id is None else (REDRAW, redraw_id)
    terms = Terms(now=now, key=f"raffle.proof:{raffle_id}:{raffle.redrawn}", not_after=now + TOLD_WITHIN)
    attach(tx, raffle.community_id, SendFile(kind, subject_id), terms)


async def look_up_winners(db: Database, look_up: LookUp | None, raffle_id: int, places: int) -> None:
    """Ask Telegram about everybody who would get a place now. If some have left, ask about those who move up."""
    if look_up is None:
        return
    asked: set[int] = set()
    while True:
        community_id, people = await db.read(first_in_rank, raffle_id, places)
        unasked = [user_id for user_id in people if user_id not in asked]
        if not unasked:
            return
        await look_up(community_id, unasked)
        asked.update(unasked)


def first_in_rank(session: Session, raffle_id: int, places: int) -> tuple[int, list[int]]:
    """The community, and the user ids of the first in rank who are in the shop as far as the bot knows."""
    raffle = session.get_one(Raffle, raffle_id)
    people = session.execute(
        select(col(Member.user_id))
        .join(RaffleEntry, col(RaffleEntry.member_id) == col(Member.id))
        .where(
            col(RaffleEntry.raffle_id) == raffle_id,
            col(RaffleEntry.state) == EntryState.IN,
            col(RaffleEntry.place).is_not(None),
            col(RaffleEntry.salt).is_not(None),
            col(Member.left_at).is_(None),
        )
        .order_by(col(RaffleEntry.place))
        .limit(places)
    ).scalars()
    return raffle.community_id, list(people)
