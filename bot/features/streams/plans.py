"""Planning streams: make a plan, list what is coming, take a plan back."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.features.streams.changes import call_off, locked
from bot.rules.calendar import weekly_cron
from bot.rules.place import Place
from bot.rules.streams.streams import (
    OVER_PHASES,
    AiringState,
    MakeStreamOutcome,
    NewStream,
    Phase,
    Repeat,
    StreamInPast,
    StreamLine,
    StreamList,
    StreamMade,
    StreamPolicy,
    StreamState,
    phase_of,
)
from bot.store import causes
from bot.store.airings import (
    count_subscribers,
    make_airing,
    open_airings,
)
from bot.store.audit import caused_by, record
from bot.store.engine.db import Database
from bot.store.engine.sessions import Tx
from bot.store.messages.cards import chats_of
from bot.store.messages.refused import heard_in, silent_rooms
from bot.store.places import lock_shop
from bot.store.tables import AuditEntry, Member, Stream, Subscription

MADE = "stream.made"


class Streams:
    """Use cases of plans."""

    def __init__(self, db: Database, policy: StreamPolicy) -> None:
        self._db = db
        self._policy = policy

    async def plan(self, place: Place, actor_id: int, wish: NewStream, at: datetime, cause: str) -> MakeStreamOutcome:
        """Plan a stream, once or weekly."""
        return await self._db.write(plan, place, actor_id, wish, at, cause, self._policy)

    async def coming(self, place: Place, user_id: int, at: datetime) -> StreamList:
        """What is on and what is coming."""
        return await self._db.read(coming, place, user_id, at, self._policy)


def plan(
    tx: Tx, place: Place, actor_id: int, wish: NewStream, at: datetime, cause: str, policy: StreamPolicy
) -> MakeStreamOutcome:
    """Number it, write it down, make its first evening and promise that start."""
    lock_shop(tx, place.community_id)
    done = caused_by(tx, place.community_id, cause)
    if done is not None and done.answer is not None:
        return causes.from_json(StreamMade, done.answer)
    if wish.at <= at:
        return StreamInPast(wish.at)
    stream = new_stream(tx, place, actor_id, wish, at)
    make_airing(tx, stream, wish.at, policy)
    entry = record(
        tx,
        community_id=place.community_id,
        actor_id=actor_id,
        act=MADE,
        subject_id=stream.id,
        subject=f"#{stream.number} {stream.title}",
        at=at,
        cause=cause,
        after=causes.to_facts(wish),
    )
    groups, untold = heard_in(tx, place.community_id, chats_of(tx, place.community_id))
    outcome = StreamMade(
        number=stream.number,
        title=stream.title,
        at=wish.at,
        repeat=stream.repeat,
        url=stream.url,
        remind=tuple(stream.remind),
        length=stream.length_minutes,
        groups=groups,
        audit_id=entry.id or 0,
        untold=untold,
    )
    entry.answer = causes.to_json(outcome)
    return outcome


def new_stream(tx: Tx, place: Place, actor_id: int, wish: NewStream, at: datetime) -> Stream:
    """A plan with the shop's next number."""
    shop = lock_shop(tx, place.community_id)
    shop.streams_made += 1
    stream = Stream(
        community_id=place.community_id,
        number=shop.streams_made,
        title=wish.title,
        url=wish.url,
        first_at=wish.at,
        repeat=wish.repeat,
        weekly=weekly_cron(wish.at, place.timezone) if wish.repeat is Repeat.WEEKLY else None,
        length_minutes=int(wish.length.total_seconds() // 60),
        remind=sorted({int(before.total_seconds() // 60) for before in wish.remind}, reverse=True),
        made_by=actor_id,
        made_at=at,
    )
    tx.add(stream)
    tx.flush()
    return stream


def undo_plan(tx: Tx, place: Place, entry: AuditEntry, at: datetime) -> bool:
    """Take a fresh plan back in silence; False once somebody asked to be reminded of it, or it has begun."""
    airings = open_airings(tx, place.community_id, stream_id=entry.subject_id or 0)
    if len(airings) != 1:
        return False
    airing, stream = locked(tx, airings[0].id)
    begun = airing.state != AiringState.PLANNED or airing.starts_at <= at or airing.moved_at is not None
    if begun or airing.planned_at != stream.first_at or count_subscribers(tx, airing.stream_id):
        return False
    stream.state = StreamState.CANCELLED
    call_off(tx, place, airing, at)
    return True


def coming(session: Session, place: Place, user_id: int, at: datetime, policy: StreamPolicy) -> StreamList:
    """The next airings, those that are on first, with what this reader asked for."""
    airings = [one for one in open_airings(session, place.community_id) if phase_of(one, at) not in OVER_PHASES]
    shown = airings[: policy.shown]
    mine = set(_mine(session, place, user_id, {one.stream_id for one in shown}))
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
                reminded=one.stream_id in mine,
            )
            for one in sorted(shown, key=lambda one: phase_of(one, at) in {Phase.COMING, Phase.DELAYED})
        ),
        # Who may be told of the shop's troubles by what is stored alone is its owner; operators see them in /admin.
        tuple(silent_rooms(session, place.community_id).values()) if user_id == place.owner_id else (),
    )


def _mine(session: Session, place: Place, user_id: int, stream_ids: set[int]) -> Iterable[int]:
    return session.execute(
        select(col(Subscription.stream_id))
        .join(Member, col(Member.id) == col(Subscription.member_id))
        .where(
            col(Member.community_id) == place.community_id,
            col(Member.user_id) == user_id,
            col(Subscription.stream_id).in_(stream_ids),
            col(Subscription.off_at).is_(None),
        )
    ).scalars()
