"""Reminders: who asked to be reminded of a stream, and the clock's work on the rounds that tell them."""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.features.streams.rounds import begin_due, continue_round, find_due, list_unfinished
from bot.features.streams.schedule import next_start
from bot.logs import get_logger, logging_failures
from bot.rules.act import Act
from bot.rules.airings import Repeat, StreamState
from bot.rules.notes import About, Did, Thing
from bot.rules.place import Place
from bot.rules.streams.reminders import NoMoreReminders, Reminding, StreamGone
from bot.rules.streams.streams import StreamPolicy
from bot.store.airings import (
    open_airings,
)
from bot.store.engine.db import Database
from bot.store.engine.sessions import PLANNED, Tx
from bot.store.members import locked_member, standing
from bot.store.notes import note
from bot.store.places import find_place
from bot.store.tables import Member, Stream, Subscription

log = get_logger("reminding")


class Reminders:
    """Use cases of reminders."""

    def __init__(self, db: Database, policy: StreamPolicy) -> None:
        self._db = db
        self._policy = policy

    async def place_of(self, stream_id: int) -> Place | None:
        """The community of a stream that still comes."""
        return await self._db.read(place_of_stream, stream_id)

    async def ask(self, act: Act, stream_id: int) -> Reminding | StreamGone:
        """Remind the sender of a stream from now on."""
        return await self._db.write(ask, act, stream_id)

    async def remember_asker(self, act: Act, stream_id: int) -> None:
        """The sender asked in the group and opens the private chat next, where they must be known as a member."""
        await self._db.write(remember_asker, act, stream_id)

    async def stop(self, act: Act, stream_id: int) -> NoMoreReminders | StreamGone:
        """Remind the sender no more."""
        return await self._db.write(stop, act, stream_id)

    async def run_due(self, now: datetime) -> datetime | None:
        """Begin the rounds that are due and continue those that go on; when the next one is due."""
        due, next_at = await self._db.read(find_due, now, self._policy)
        for airing, plan in due:
            with logging_failures(log, "round_failed", airing=airing.id):
                await self._db.write(begin_due, airing, now, self._policy, plan)
        for airing_id, key in await self._db.read(list_unfinished):
            with logging_failures(log, "round_failed", airing=airing_id):
                while await self._db.write(continue_round, airing_id, key, now, self._policy):
                    pass
        return next_at


def place_of_stream(session: Session, stream_id: int) -> Place | None:
    """The community of a stream that still comes."""
    stream = session.get(Stream, stream_id)
    still_comes = stream is not None and stream.state == StreamState.OPEN
    return find_place(session, stream.community_id) if stream is not None and still_comes else None


def ask(tx: Tx, act: Act, stream_id: int) -> Reminding | StreamGone:
    """Write down that a member wants to be reminded, and switch their reminders on if they had them off."""
    stream = _lock_stream(tx, act.community_id, stream_id)
    next_at = _next_start(tx, act, stream) if stream is not None else None
    if stream is None or next_at is None:
        return StreamGone()
    member = standing(tx, act.community_id, act.sender, act.at)
    found = tx.get(Subscription, (stream_id, member.member_id))
    asked_before = found is not None and found.off_at is None
    if found is None:
        tx.add(Subscription(stream_id=stream_id, member_id=member.member_id, at=act.at))
    elif found.off_at is not None:
        found.at, found.off_at = act.at, None
    if not asked_before:
        note(tx, member.member_id, Did.ASK_REMINDERS, act.occasion, About(Thing.STREAM, stream_id))
    unmuted = tx.execute(
        update(Member)
        .where(col(Member.id) == member.member_id, col(Member.reminders).is_(False))
        .values(reminders=True)
        .returning(col(Member.id))
    ).all()
    tx.flush()
    tx.info[PLANNED] = True
    return Reminding(stream.title, next_at, stream.repeat == Repeat.WEEKLY, asked_before, bool(unmuted))


def remember_asker(tx: Tx, act: Act, stream_id: int) -> None:
    """Make the sender a member, if the stream is this shop's."""
    if _lock_stream(tx, act.community_id, stream_id) is not None:
        standing(tx, act.community_id, act.sender, act.at)


def stop(tx: Tx, act: Act, stream_id: int) -> NoMoreReminders | StreamGone:
    """Write down that somebody wants no more reminders of a stream. Everybody may, also who isn't a fan any more.

    The stream's number may be guessed: who isn't in the shop and never asked to be reminded isn't told its title.
    """
    stream = _lock_stream(tx, act.community_id, stream_id)
    member = locked_member(tx, act.community_id, act.sender.user_id) if stream is not None else None
    if stream is None or member is None:
        return StreamGone()
    if member.left_at is not None and tx.get(Subscription, (stream_id, member.id)) is None:
        return StreamGone()
    tx.execute(
        update(Subscription)
        .where(
            col(Subscription.stream_id) == stream_id,
            col(Subscription.member_id) == member.id,
            col(Subscription.off_at).is_(None),
        )
        .values(off_at=act.at)
    )
    return NoMoreReminders(stream.title)


def _lock_stream(tx: Tx, community_id: int, stream_id: int) -> Stream | None:
    """The stream, locked against a cancellation. Many fans may hold this lock at once; staff wait for them."""
    return tx.execute(
        select(Stream)
        .where(
            col(Stream.id) == stream_id,
            col(Stream.community_id) == community_id,
            col(Stream.state) == StreamState.OPEN,
        )
        .with_for_update(read=True)
    ).scalar_one_or_none()


def _next_start(tx: Tx, act: Act, stream: Stream) -> datetime | None:
    """The next start that a fan can be reminded of: an airing that is on has begun already."""
    airings = open_airings(tx, act.community_id, stream_id=stream.id)
    coming = [airing.starts_at for airing in airings if airing.starts_at > act.at]
    return coming[0] if coming else next_start(tx, stream, act.place.timezone, act.at)
