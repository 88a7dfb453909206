"""Reminders: who asked to be reminded of a stream, and the rounds that tell them."""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.logs import get_logger, logging_failures
from bot.rules.act import Sender
from bot.rules.place import Place
from bot.rules.streams.reminders import NoMoreReminders, Reminder, Reminding, StreamGone, due_round, rounds_of
from bot.rules.streams.streams import AiringFacts, Repeat, StreamPolicy, StreamState
from bot.store.airings import (
    begin_round,
    count_subscribers,
    count_subscribers_of,
    list_all_open_airings,
    lock_airing,
    next_start,
    open_airings,
    subscribers_after,
)
from bot.store.engine.db import Database
from bot.store.engine.sessions import PLANNED, Tx
from bot.store.members import locked_member, standing
from bot.store.messages.outbox import Terms
from bot.store.messages.payloads import Packed
from bot.store.messages.telling import tell_in_private
from bot.store.places import place_of
from bot.store.private_messages import Reader
from bot.store.tables import Airing, Member, ReminderRound, Stream, Subscription
from bot.store.tables.messages import Lane

log = get_logger("reminding")


class Reminders:
    """Use cases of reminders."""

    def __init__(self, db: Database, policy: StreamPolicy) -> None:
        self._db = db
        self._policy = policy

    async def ask(self, place: Place, sender: Sender, stream_id: int, at: datetime) -> Reminding | StreamGone:
        """Remind the sender of a stream from now on."""
        return await self._db.write(ask, place, sender, stream_id, at)

    async def come(self, place: Place, sender: Sender, stream_id: int, at: datetime) -> None:
        """The sender asked in the shop's group and opens the private chat next: there they are known as a member."""
        await self._db.write(come, place, sender, stream_id, at)

    async def stop(self, place: Place, sender: Sender, stream_id: int, at: datetime) -> NoMoreReminders | StreamGone:
        """Remind the sender no more."""
        return await self._db.write(stop, place, sender, stream_id, at)

    async def run_due(self, now: datetime) -> datetime | None:
        """Begin the rounds that are due and go on with those that are under way; when there is more to do."""
        due, next_at = await self._db.read(look_ahead, now, self._policy)
        for airing in due:
            with logging_failures(log, "round_failed", airing=airing.id):
                await self._db.write(begin_rounds, airing, now, self._policy)
        for airing_id, key in await self._db.read(unfinished):
            with logging_failures(log, "round_failed", airing=airing_id):
                while await self._db.write(go_on, airing_id, key, now, self._policy):
                    pass
        return next_at


def ask(tx: Tx, place: Place, sender: Sender, stream_id: int, at: datetime) -> Reminding | StreamGone:
    """Write down that a member wants to be reminded; asking again changes nothing but what was switched off."""
    stream = _stream(tx, place, stream_id)
    next_at = _next_start(tx, place, stream, at) if stream is not None else None
    if stream is None or next_at is None:
        return StreamGone()
    member = standing(tx, place.community_id, sender, at)
    found = tx.get(Subscription, (stream_id, member.member_id))
    again = found is not None and found.off_at is None
    if found is None:
        tx.add(Subscription(stream_id=stream_id, member_id=member.member_id, at=at))
    elif found.off_at is not None:
        found.at, found.off_at = at, None
    unmuted = tx.execute(
        update(Member)
        .where(col(Member.id) == member.member_id, col(Member.reminders).is_(False))
        .values(reminders=True)
        .returning(col(Member.id))
    ).all()
    tx.flush()
    tx.info[PLANNED] = True
    return Reminding(stream.title, next_at, stream.repeat == Repeat.WEEKLY, again, bool(unmuted))


def come(tx: Tx, place: Place, sender: Sender, stream_id: int, at: datetime) -> None:
    """Make the membership, if the stream is this shop's."""
    if _stream(tx, place, stream_id) is not None:
        standing(tx, place.community_id, sender, at)


def stop(tx: Tx, place: Place, sender: Sender, stream_id: int, at: datetime) -> NoMoreReminders | StreamGone:
    """Write down that somebody wants to hear no more of a stream. Everybody may, fan or not."""
    stream = _stream(tx, place, stream_id)
    if stream is None:
        return StreamGone()
    member = locked_member(tx, place.community_id, sender.user_id)
    if member is None:
        return NoMoreReminders(stream.title)
    tx.execute(
        update(Subscription)
        .where(
            col(Subscription.stream_id) == stream_id,
            col(Subscription.member_id) == member.id,
            col(Subscription.off_at).is_(None),
        )
        .values(off_at=at)
    )
    return NoMoreReminders(stream.title)


def community_of(session: Session, stream_id: int) -> int | None:
    """The community of a stream that still comes."""
    stream = session.get(Stream, stream_id)
    return stream.community_id if stream is not None and stream.state == StreamState.OPEN else None


def _stream(tx: Tx, place: Place, stream_id: int) -> Stream | None:
    """The stream, which nobody calls off until we are done: many fans may ask at once, staff wait."""
    return tx.execute(
        select(Stream)
        .where(
            col(Stream.id) == stream_id,
            col(Stream.community_id) == place.community_id,
            col(Stream.state) == StreamState.OPEN,
        )
        .with_for_update(read=True)
    ).scalar_one_or_none()


def _next_start(tx: Tx, place: Place, stream: Stream, at: datetime) -> datetime | None:
    """When there is something to be reminded of next: what is on has begun."""
    coming = [one.starts_at for one in open_airings(tx, place.community_id, stream_id=stream.id) if one.starts_at > at]
    return coming[0] if coming else next_start(tx, stream, place.timezone, at)


def look_ahead(session: Session, now: datetime, policy: StreamPolicy) -> tuple[list[AiringFacts], datetime | None]:
    """Evenings with a round that is due and not begun; when the next one falls due.

    Many shops wait for their evenings, and each *remind me* sets the clock anew: only what is due costs a write.
    """
    coming = [airing for _, airing in list_all_open_airings(session) if airing.starts_at > now]
    stream_ids = {airing.stream_id for airing in coming}
    fans = count_subscribers_of(session, stream_ids)
    remind = dict(
        session.execute(select(col(Stream.id), col(Stream.remind)).where(col(Stream.id).in_(stream_ids))).all()
    )
    begun = set(
        session.execute(
            select(col(ReminderRound.airing_id), col(ReminderRound.key)).where(
                col(ReminderRound.airing_id).in_({airing.id for airing in coming})
            )
        ).all()
    )
    due: list[AiringFacts] = []
    waiting: list[datetime] = []
    for airing in coming:
        rounds = rounds_of(airing.starts_at, tuple(remind[airing.stream_id]), fans.get(airing.stream_id, 0), policy)
        waiting += [one.due_at for one in rounds if one.due_at > now]
        if any(one.due_at <= now and (airing.id, _key(one.minutes, airing.starts_at)) not in begun for one in rounds):
            due.append(airing)
    return due, min(waiting, default=None)


def begin_rounds(tx: Tx, airing: AiringFacts, now: datetime, policy: StreamPolicy) -> None:
    """Begin the latest of the rounds that are due, and write down those that it replaces."""
    row, stream = _row(tx, airing.id)
    if now >= row.starts_at or row.state != airing.state:
        return
    fans = count_subscribers(tx, airing.stream_id)
    rounds = rounds_of(row.starts_at, tuple(stream.remind), fans, policy)
    latest, left_out = due_round(rounds, row.starts_at, stream.made_at, row.moved_at, now, policy)
    for one in left_out:
        begin_round(tx, row, _key(one.minutes, row.starts_at), None, row.starts_at, now)
    if latest is not None:
        last = latest == rounds[-1]
        following = next((one.due_at for one in rounds if one.due_at > latest.due_at), row.starts_at)
        told = Reminder(airing.stream_id, stream.title, row.starts_at, row.url, soon=last)
        begin_round(tx, row, _key(latest.minutes, row.starts_at), told, following, now)


def _key(minutes: int, starts_at: datetime) -> str:
    return f"before:{minutes}:{starts_at.isoformat()}"


def _row(tx: Tx, airing_id: int) -> tuple[Airing, Stream]:
    airing = lock_airing(tx, airing_id)
    return airing, tx.get_one(Stream, airing.stream_id)


def unfinished(session: Session) -> list[tuple[int, str]]:
    """Rounds that still have people to tell."""
    rows = session.execute(
        select(col(ReminderRound.airing_id), col(ReminderRound.key)).where(col(ReminderRound.done_at).is_(None))
    ).all()
    return [(row[0], row[1]) for row in rows]


def go_on(tx: Tx, airing_id: int, key: str, now: datetime, policy: StreamPolicy) -> bool:
    """Promise the next few hundred messages of a round; False when there are none left."""
    found = tx.execute(
        select(ReminderRound)
        .where(col(ReminderRound.airing_id) == airing_id, col(ReminderRound.key) == key)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).scalar_one()
    if found.done_at is not None or found.outcome is None:
        return False
    airing = tx.get_one(Airing, airing_id)
    place = place_of(tx, airing.community_id)
    people = subscribers_after(tx, airing.stream_id, found.after_member_id, policy.chunk)
    for member_id, user_id, language in people:
        terms = Terms(now=now, key=f"air:{airing_id}:{key}:{member_id}", not_after=found.not_after, lane=Lane.REMINDER)
        reader = Reader(user_id, language or place.language)
        tell_in_private(tx, airing.community_id, reader, Packed(**found.outcome), terms)
        found.after_member_id = member_id
    if len(people) < policy.chunk or now >= found.not_after:
        found.done_at = now
    tx.flush()
    return found.done_at is None
