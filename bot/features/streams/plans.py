"""Planning streams: make a plan, list what is coming, take a plan back."""

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.features.streams.changes import call_off
from bot.features.streams.rows import lock_airing
from bot.features.streams.schedule import make_airing
from bot.rules.act import Act
from bot.rules.airings import OVER_PHASES, AiringState, Phase, Repeat, StreamState, phase_of
from bot.rules.calendar import weekly_cron
from bot.rules.streams.streams import (
    MakeStreamOutcome,
    NewStream,
    StreamInPast,
    StreamLine,
    StreamList,
    StreamMade,
    StreamPolicy,
)
from bot.store import causes
from bot.store.airings import count_subscribers, open_airings
from bot.store.audit import first_answer, record_act
from bot.store.engine.db import Database
from bot.store.engine.sessions import Tx
from bot.store.messages.cards import chats_of
from bot.store.messages.refused import heard_in, silent_rooms
from bot.store.places import lock_shop
from bot.store.tables import AuditEntry, Member, Stream, Subscription
from bot.store.tables.base import id_of

MADE = "stream.made"
"""The audit log's name for a new plan."""


class StreamPlans:
    """Use cases of plans."""

    def __init__(self, db: Database, policy: StreamPolicy) -> None:
        self._db = db
        self._policy = policy

    async def plan(self, act: Act, wish: NewStream) -> MakeStreamOutcome:
        """Plan a stream, once or weekly."""
        return await self._db.write(plan, act, wish, self._policy)

    async def list_coming(self, act: Act) -> StreamList:
        """What is on and what is coming."""
        return await self._db.read(list_coming, act, self._policy)


def plan(tx: Tx, act: Act, wish: NewStream, policy: StreamPolicy) -> MakeStreamOutcome:
    """Write a plan down, make its first airing and promise the announcement of its start."""
    lock_shop(tx, act.community_id)
    answer = first_answer(tx, act, StreamMade)
    if answer is not None:
        return answer
    if wish.at <= act.at:
        return StreamInPast(wish.at)
    stream = new_stream(tx, act, wish, policy)
    make_airing(tx, stream, wish.at, policy)
    complete = replace(wish, remind=wish.remind_by(policy), length=wish.length_by(policy))
    entry = record_act(
        tx,
        act,
        MADE,
        f"#{stream.number} {stream.title}",
        subject_id=stream.id,
        after=causes.to_facts(complete),
    )
    groups, untold = heard_in(tx, act.community_id, chats_of(tx, act.community_id))
    outcome = StreamMade(
        number=stream.number,
        title=stream.title,
        at=wish.at,
        repeat=stream.repeat,
        url=stream.url,
        remind=tuple(stream.remind),
        length=stream.length_minutes,
        groups=groups,
        audit_id=id_of(entry),
        untold=untold,
    )
    entry.answer = causes.to_json(outcome)
    return outcome


def new_stream(tx: Tx, act: Act, wish: NewStream, policy: StreamPolicy) -> Stream:
    """A plan with the shop's next number, without airings yet."""
    shop = lock_shop(tx, act.community_id)
    shop.streams_made += 1
    stream = Stream(
        community_id=act.community_id,
        number=shop.streams_made,
        title=wish.title,
        url=wish.url,
        first_at=wish.at,
        repeat=wish.repeat,
        weekly=weekly_cron(wish.at, act.place.timezone) if wish.repeat is Repeat.WEEKLY else None,
        length_minutes=_minutes(wish.length_by(policy)),
        remind=sorted({_minutes(before) for before in wish.remind_by(policy)}, reverse=True),
        made_by=act.actor_id,
        made_at=act.at,
    )
    tx.add(stream)
    tx.flush()
    return stream


def _minutes(length: timedelta) -> int:
    return int(length.total_seconds() // 60)


def undo_plan(tx: Tx, act: Act, entry: AuditEntry) -> bool:
    """Take a fresh plan back; nobody is told. False once it has begun, or a fan asked to be reminded of it."""
    if entry.subject_id is None:
        raise LookupError(f"audit entry {entry.id} names no stream")
    airings = open_airings(tx, act.community_id, stream_id=entry.subject_id)
    if len(airings) != 1:
        return False
    locked = lock_airing(tx, airings[0].id)
    airing, stream = locked.airing, locked.stream
    begun = airing.state != AiringState.PLANNED or airing.starts_at <= act.at or airing.moved_at is not None
    if begun or airing.planned_at != stream.first_at or count_subscribers(tx, airing.stream_id):
        return False
    stream.state = StreamState.CANCELLED
    call_off(tx, airing, act.at)
    return True


def list_coming(session: Session, act: Act, policy: StreamPolicy) -> StreamList:
    """The next airings, those that are on first, and which of them the sender is reminded of."""
    place, user_id, at = act.place, act.sender.user_id, act.at
    airings = [one for one in open_airings(session, place.community_id) if phase_of(one, at) not in OVER_PHASES]
    shown = airings[: policy.shown]
    subscribed = _subscribed(session, act, {one.stream_id for one in shown})
    return StreamList(
        tuple(
            StreamLine(
                airing_id=one.id,
                stream_id=one.stream_id,
                title=one.title,
                at=one.starts_at,
                phase=phase_of(one, at).value,
                url=one.url,
                weekly=one.repeat is Repeat.WEEKLY,
                reminded=one.stream_id in subscribed,
            )
            for one in sorted(shown, key=lambda one: phase_of(one, at) in {Phase.COMING, Phase.DELAYED})
        ),
        # Only the stored owner hears here of rooms that refuse messages: Telegram isn't asked who reads this list.
        # Operators see them in /admin.
        tuple(silent_rooms(session, place.community_id).values()) if user_id == place.owner_id else (),
    )


def _subscribed(session: Session, act: Act, stream_ids: set[int]) -> set[int]:
    """The streams among these that the sender asked to be reminded of."""
    return set(
        session.execute(
            select(col(Subscription.stream_id))
            .join(Member, col(Member.id) == col(Subscription.member_id))
            .where(
                col(Member.community_id) == act.community_id,
                col(Member.user_id) == act.sender.user_id,
                col(Subscription.stream_id).in_(stream_ids),
                col(Subscription.off_at).is_(None),
            )
        ).scalars()
    )
