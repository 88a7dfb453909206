"""Redraws: winners lose their places, and the next in the order move up."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlmodel import col

from bot.features.raffles.facts import audit_subject, count_redrawn, find_by_number, list_shown
from bot.features.raffles.places import (
    PrivateNote,
    fill_places,
    group_for_whispers,
    look_up_winners,
    send_proof,
    tell_entrant,
)
from bot.rules.act import Act
from bot.rules.raffles.draws import UNREACHABLE, RedrawOutcome, ReservesSpent, may_redraw
from bot.rules.raffles.facts import EntryState, RafflePolicy, RaffleState, Reason, public_state
from bot.rules.raffles.opening import NotAWinner, RaffleNotNow, RaffleUnknown, Redrawn
from bot.rules.raffles.results import PlaceRedrawn
from bot.store import causes
from bot.store.audit import first_answer, record_act
from bot.store.engine.db import Database
from bot.store.engine.sessions import Tx
from bot.store.look_up import LookUp
from bot.store.tables import Member, Raffle, RaffleEntry, RaffleRedraw
from bot.store.tables.base import id_of
from bot.store.tables.wins import WinKind
from bot.store.wins import forget_win

REDRAWN = "raffle.redrawn"


class Redraws:
    """Use cases of redraws."""

    def __init__(self, db: Database, policy: RafflePolicy, look_up: LookUp | None = None) -> None:
        self._db = db
        self._policy = policy
        self._look_up = look_up

    async def redraw(self, act: Act, number: int, entry: int | None, reason: str = UNREACHABLE) -> RedrawOutcome:
        """Draw one winner's place anew, or all places if `entry` is None."""
        raffle = await self._db.read(find_by_number, act.community_id, number)
        if raffle is not None:
            places = 1 if entry is not None else raffle.winners
            await look_up_winners(self._db, self._look_up, id_of(raffle), places)
        return await self._db.write(redraw, act, RedrawRequest(number, entry, reason), self._policy)


@dataclass(frozen=True, slots=True)
class RedrawRequest:
    """Which places of a raffle are drawn anew, and why."""

    number: int
    """The raffle's number."""
    entry: int | None
    """The number of the winner's entry; None for all winners."""
    reason: str


def redraw(tx: Tx, act: Act, lost: RedrawRequest, policy: RafflePolicy) -> RedrawOutcome:
    """Strike one winner or all, and let the next in the order move up. A struck entry never comes back.

    The groups get a new proof, with the reason of the redraw.
    """
    first = first_answer(tx, act, Redrawn)
    if first is not None:
        return first
    number, reason = lost.number, lost.reason
    raffle = find_by_number(tx, act.community_id, number, lock=True)
    if raffle is None:
        return RaffleUnknown(number)
    if raffle.state != RaffleState.DRAWN:
        state = public_state(RaffleState(raffle.state), raffle.closes, act.at)
        return RaffleNotNow(number, raffle.prize, "redraw", state)
    raffle_id = id_of(raffle)
    losing = _entries_with_place(tx, raffle_id, lost.entry)
    if not losing:
        return NotAWinner(number, raffle.prize, lost.entry or 0)
    before = count_redrawn(tx, raffle_id)
    # Cards of old raffles promised no limit, so none holds.
    if raffle.proof_format > 1 and not may_redraw(len(losing), before, raffle.reserves):
        return ReservesSpent(number, raffle.prize, raffle.reserves, raffle.reserves - before)
    numbers = [entry.number for entry in losing]
    # The command may have waited: a redraw can't be before the draw or before an earlier redraw.
    when = max(act.at, raffle.drawn_at or act.at, *_redraw_times(tx, raffle_id))
    raffle.redrawn += 1
    noted = RaffleRedraw(raffle_id=raffle_id, number=raffle.redrawn, reason=reason, at=when)
    tx.add(noted)
    _strike(tx, act, raffle, losing, reason, when)
    moved = fill_places(tx, act.place, raffle, len(numbers), when, moved_up=True)
    struck = list_shown(tx, raffle_id, col(RaffleEntry.number).in_(numbers), limit=policy.names)
    moved_up = list_shown(tx, raffle_id, col(RaffleEntry.number).in_(moved), limit=policy.names)
    outcome = Redrawn(number, raffle.prize, tuple(struck), tuple(moved_up), empty=len(numbers) - len(moved))
    record_act(
        tx,
        act,
        REDRAWN,
        audit_subject(raffle),
        subject_id=raffle_id,
        before={"winners": numbers},
        after={"moved_up": moved},
    ).answer = causes.to_json(outcome)
    send_proof(tx, raffle, act.at, redraw_id=noted.id)
    tx.flush()
    return outcome


def _entries_with_place(tx: Tx, raffle_id: int, number: int | None) -> Sequence[RaffleEntry]:
    """The entries that have a place: all, or only the one with this number."""
    which = [col(RaffleEntry.raffle_id) == raffle_id, col(RaffleEntry.state) == EntryState.WON]
    if number is not None:
        which.append(col(RaffleEntry.number) == number)
    return tx.execute(select(RaffleEntry).where(*which).order_by(col(RaffleEntry.place))).scalars().all()


def _strike(tx: Tx, act: Act, raffle: Raffle, losing: Sequence[RaffleEntry], reason: str, when: datetime) -> None:
    """Take these winners' places, and tell each of them."""
    chat_id = group_for_whispers(tx, act.place)
    for entry in losing:
        entry.state, entry.reason = EntryState.STRUCK, Reason.REDRAWN.value
        entry.struck_at, entry.redraw = when, raffle.redrawn
        forget_win(tx, entry.member_id, WinKind.RAFFLE, entry.raffle_id)
        if entry.salt is not None:
            telling = PrivateNote(PlaceRedrawn(raffle.prize, reason), f"raffle.lost:{entry.id}", act.at)
            tell_entrant(tx, act.place, tx.get_one(Member, entry.member_id), telling, chat_id)
    tx.flush()


def _redraw_times(tx: Tx, raffle_id: int) -> list[datetime]:
    return list(tx.execute(select(col(RaffleRedraw.at)).where(col(RaffleRedraw.raffle_id) == raffle_id)).scalars())
