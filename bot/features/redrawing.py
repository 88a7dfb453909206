"""Places that staff have drawn anew: the same sealed order, the next in rank, and never again who was struck."""

from datetime import datetime

from sqlalchemy import select
from sqlmodel import col

from bot.rules.communities import Place
from bot.rules.raffles import (
    EntryState,
    NotAWinner,
    PlaceRedrawn,
    RaffleNotNow,
    RafflePolicy,
    RaffleState,
    RaffleUnknown,
    Reason,
    Redrawn,
    RedrawOutcome,
    public_state,
)
from bot.store import causes
from bot.store.audit import caused_by, record
from bot.store.db import Database, Tx
from bot.store.raffles import by_number, named
from bot.store.tables import Member, RaffleEntry
from bot.store.tables.wins import WinKind
from bot.store.winning import fill, show, tell_one, whispers_in
from bot.store.wins import forget_win

REDRAWN = "raffle.redrawn"


class Redrawing:
    """Use cases of lost places."""

    def __init__(self, db: Database, policy: RafflePolicy) -> None:
        self._db = db
        self._policy = policy

    async def redraw(
        self, place: Place, actor_id: int, number: int, entry: int | None, at: datetime, cause: str
    ) -> RedrawOutcome:
        """Draw one winner's place anew, or all of them: they go to the next in the sealed order."""
        return await self._db.write(redraw, place, actor_id, number, entry, at, cause, self._policy)


def redraw(
    tx: Tx,
    place: Place,
    actor_id: int,
    number: int,
    entry_number: int | None,
    at: datetime,
    cause: str,
    policy: RafflePolicy,
) -> RedrawOutcome:
    """Strike one winner, or all, and let the next in the sealed order move up. Who was struck never comes back."""
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
    numbers = [entry.number for entry in losing]
    raffle.redrawn += 1
    chat_id = whispers_in(tx, place)
    for entry in losing:
        entry.state, entry.reason = EntryState.STRUCK, Reason.REDRAWN.value
        forget_win(tx, entry.member_id, WinKind.RAFFLE, raffle_id)
        member = tx.get_one(Member, entry.member_id)
        if entry.salt is not None:
            tell_one(tx, place, member, PlaceRedrawn(raffle.prize), f"raffle.lost:{entry.id}", at, chat_id)
    tx.flush()
    moved = fill(tx, place, raffle, len(numbers), at, moved_up=True)
    lost = named(tx, raffle_id, col(RaffleEntry.number).in_(numbers), limit=policy.names)
    moved_up = named(tx, raffle_id, col(RaffleEntry.number).in_(moved), limit=policy.names)
    outcome = Redrawn(number, raffle.prize, tuple(lost), tuple(moved_up), empty=len(numbers) - len(moved))
    record(
        tx,
        community_id=place.community_id,
        actor_id=actor_id,
        act=REDRAWN,
        subject_id=raffle_id,
        subject=f"#{number} {raffle.prize}",
        at=at,
        cause=cause,
        before={"winners": numbers},
        after={"moved_up": moved},
    ).answer = causes.to_json(outcome)
    show(tx, raffle, at)
    tx.flush()
    return outcome
