"""Places that staff have drawn anew: the same sealed order, the next in rank, and never again who was struck."""

from datetime import datetime

from sqlalchemy import select
from sqlmodel import col

from bot.features.raffles.facts import by_number, named, redrawn_places, subject_of
from bot.features.raffles.places import fill, look_up_winners, show, tell_one, whispers_in
from bot.rules.place import Place
from bot.rules.raffles.draws import UNREACHABLE, RedrawOutcome, ReservesSpent, may_redraw
from bot.rules.raffles.facts import EntryState, RafflePolicy, RaffleState, Reason, public_state
from bot.rules.raffles.opening import NotAWinner, RaffleNotNow, RaffleUnknown, Redrawn
from bot.rules.raffles.results import PlaceRedrawn
from bot.store import causes
from bot.store.audit import caused_by, record
from bot.store.engine.db import Database, Tx
from bot.store.look_up import LookUp
from bot.store.tables import Member, RaffleEntry, RaffleRedraw
from bot.store.tables.wins import WinKind
from bot.store.wins import forget_win

REDRAWN = "raffle.redrawn"


class Redrawing:
    """Use cases of lost places."""

    def __init__(self, db: Database, policy: RafflePolicy, look_up: LookUp | None = None) -> None:
        self._db = db
        self._policy = policy
        self._look_up = look_up

    async def redraw(
        self,
        place: Place,
        actor_id: int,
        number: int,
        entry: int | None,
        at: datetime,
        cause: str,
        reason: str = UNREACHABLE,
    ) -> RedrawOutcome:
        """Draw one winner's place anew, or all of them: they go to the next in the sealed order."""
        raffle = await self._db.read(by_number, place.community_id, number)
        if raffle is not None:
            places = 1 if entry is not None else raffle.winners
            await look_up_winners(self._db, self._look_up, raffle.id or 0, places)
        return await self._db.write(redraw, place, actor_id, number, entry, at, cause, reason, self._policy)


def redraw(
    tx: Tx,
    place: Place,
    actor_id: int,
    number: int,
    entry_number: int | None,
    at: datetime,
    cause: str,
    reason: str,
    policy: RafflePolicy,
) -> RedrawOutcome:
    """Strike one winner, or all, and let the next in the sealed order move up. Who was struck never comes back.

    The groups are told each redraw with its reason and a new proof.
    """
    done = caused_by(tx, place.community_id, cause)
    if done is not None and done.answer is not None:
        return causes.from_json(Redrawn, done.answer)
    raffle = by_number(tx, place.community_id, number, lock=True)
    if raffle is None:
        return RaffleUnknown(number)
    if raffle.state != RaffleState.DRAWN:
        return RaffleNotNow(number, raffle.prize, "redraw", public_state(RaffleState(raffle.state), raffle.closes, at))
    raffle_id = raffle.id or 0
    which = [col(RaffleEntry.raffle_id) == raffle_id, col(RaffleEntry.state) == EntryState.WON]
    if entry_number is not None:
        which.append(col(RaffleEntry.number) == entry_number)
    losing = tx.execute(select(RaffleEntry).where(*which).order_by(col(RaffleEntry.place))).scalars().all()
    if not losing:
        return NotAWinner(number, raffle.prize, entry_number or 0)
    before = redrawn_places(tx, raffle_id)
    # Cards of before there was a limit promised none.
    if raffle.proof_format > 1 and not may_redraw(len(losing), before, raffle.reserves):
        return ReservesSpent(number, raffle.prize, raffle.reserves, raffle.reserves - before)
    numbers = [entry.number for entry in losing]
    # The message may have waited: what it does can't have happened before the draw, nor before an earlier redraw.
    when = max(at, raffle.drawn_at or at, *_redrawn_at(tx, raffle_id))
    raffle.redrawn += 1
    noted = RaffleRedraw(raffle_id=raffle_id, number=raffle.redrawn, reason=reason, at=when)
    tx.add(noted)
    chat_id = whispers_in(tx, place)
    for entry in losing:
        entry.state, entry.reason = EntryState.STRUCK, Reason.REDRAWN.value
        entry.struck_at, entry.redraw = when, raffle.redrawn
        forget_win(tx, entry.member_id, WinKind.RAFFLE, raffle_id)
        member = tx.get_one(Member, entry.member_id)
        if entry.salt is not None:
            tell_one(tx, place, member, PlaceRedrawn(raffle.prize, reason), f"raffle.lost:{entry.id}", at, chat_id)
    tx.flush()
    moved = fill(tx, place, raffle, len(numbers), when, moved_up=True)
    lost = named(tx, raffle_id, col(RaffleEntry.number).in_(numbers), limit=policy.names)
    moved_up = named(tx, raffle_id, col(RaffleEntry.number).in_(moved), limit=policy.names)
    outcome = Redrawn(number, raffle.prize, tuple(lost), tuple(moved_up), empty=len(numbers) - len(moved))
    record(
        tx,
        community_id=place.community_id,
        actor_id=actor_id,
        act=REDRAWN,
        subject_id=raffle_id,
        subject=subject_of(raffle),
        at=at,
        cause=cause,
        before={"winners": numbers},
        after={"moved_up": moved},
    ).answer = causes.to_json(outcome)
    show(tx, raffle, at, redraw_id=noted.id)
    tx.flush()
    return outcome


def _redrawn_at(tx: Tx, raffle_id: int) -> list[datetime]:
    return list(tx.execute(select(col(RaffleRedraw.at)).where(col(RaffleRedraw.raffle_id) == raffle_id)).scalars())
