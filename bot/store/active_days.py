"""On which days members were active in a room, and how many were in the last week.

Messages, presses and reactions are gathered in memory (`telegram/ear.py`) and written here each minute. A day with
messages counts once for the member's tier, in however many rooms.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Boolean, Date, Integer, and_, bindparam, delete, func, or_, select, tuple_, update
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.rules.tiers import Deed
from bot.store.engine.hot import Hot
from bot.store.engine.sessions import Tx
from bot.store.pending_tiers import deeds_changed
from bot.store.tables import ActiveDay, Activity, FanGroup, Member, RoomActivity
from bot.store.tables.base import Id

CHUNK = 250
"""Old days that one transaction deletes."""
WEEK = 7
"""Days of the week in which members count as active: today and the six before."""


@dataclass(frozen=True, slots=True)
class Heard:
    """Somebody was active in a room."""

    community_id: int
    room_id: int
    user_id: int
    day: date
    """The calendar day in the shop's zone."""
    wrote: bool
    """Whether they wrote a message, which counts for the tier."""


LOCK_MEMBER = Hot(
    select(col(Member.id))
    .where(
        and_(
            col(Member.community_id) == bindparam("community_id", type_=Id),
            col(Member.user_id) == bindparam("user_id", type_=Id),
            col(Member.left_at).is_(None),
        )
    )
    # A deletion of the member's data, and another writing of the same days, come before or after all this.
    .with_for_update(key_share=True)
)
"""Locks a member who hasn't left. Who locks several does so in the order of shops and user ids."""
_MINE = and_(
    col(ActiveDay.member_id) == bindparam("member_id", type_=Id),
    col(ActiveDay.room_id) == bindparam("room_id", type_=Id),
)
# Read only once the member is locked. A query that waited for the lock would not see what was written meanwhile.
_KNOWN = Hot(
    select(
        select(func.max(col(ActiveDay.day))).where(_MINE).scalar_subquery(),
        select(col(ActiveDay.wrote))
        .where(and_(_MINE, col(ActiveDay.day) == bindparam("day", type_=Date)))
        .scalar_subquery(),
    )
)
_WRITE = Hot.upsert(
    lambda insert_: (
        insert_(ActiveDay)
        .values(
            member_id=bindparam("member_id"),
            room_id=bindparam("room_id"),
            day=bindparam("day", type_=Date),
            wrote=bindparam("wrote", type_=Boolean),
        )
        .on_conflict_do_update(
            index_elements=[col(ActiveDay.member_id), col(ActiveDay.room_id), col(ActiveDay.day)],
            set_={"wrote": or_(col(ActiveDay.wrote), bindparam("wrote", type_=Boolean))},
        )
    )
)
_COUNT_MESSAGES = Hot.upsert(
    lambda insert_: (
        insert_(Activity)
        .values(
            member_id=bindparam("member_id"),
            day=bindparam("day", type_=Date),
            kind=Deed.MESSAGE.value,
            times=bindparam("once", type_=Integer),
        )
        .on_conflict_do_nothing()
    )
)
_ADD_FANS = Hot.upsert(
    lambda insert_: (
        insert_(RoomActivity)
        .values(
            room_id=bindparam("room_id"),
            day=bindparam("day", type_=Date),
            community_id=bindparam("community_id"),
            fans=bindparam("fans", type_=Integer),
        )
        .on_conflict_do_update(
            index_elements=[col(RoomActivity.room_id), col(RoomActivity.day)],
            set_={"fans": col(RoomActivity.fans) + bindparam("fans", type_=Integer)},
        )
    )
)
_ACTIVE = Hot(
    select(func.coalesce(func.sum(col(RoomActivity.fans)), 0)).where(
        and_(
            col(RoomActivity.room_id) == bindparam("room_id", type_=Id),
            col(RoomActivity.day) > bindparam("before", type_=Date),
        )
    )
)


def note_heard(tx: Tx, heard: Sequence[Heard]) -> list[Heard]:
    """Write down who was active; which of them are members. Others aren't made members by talking.

    Doing it twice does it once.
    """
    members = []
    moves: Counter[tuple[int, int, date]] = Counter()
    for one in sorted(heard, key=lambda each: (each.community_id, each.user_id)):
        row = tx.row(LOCK_MEMBER, community_id=one.community_id, user_id=one.user_id)
        if row is None:
            continue
        members.append(one)
        (member_id,) = row
        last, wrote = tx.rows(_KNOWN, member_id=member_id, room_id=one.room_id, day=one.day)[0]
        if wrote is None or (one.wrote and not wrote):
            tx.touch(_WRITE, member_id=member_id, room_id=one.room_id, day=one.day, wrote=one.wrote)
        if one.wrote and not wrote:
            tx.touch(_COUNT_MESSAGES, member_id=member_id, day=one.day, once=1)
            deeds_changed(tx, member_id, one.day, Deed.MESSAGE)
        if last is None or last < one.day:
            moves[one.community_id, one.room_id, one.day] += 1
            if last is not None:
                moves[one.community_id, one.room_id, last] -= 1
    _move(tx, moves)
    return members


def _move(tx: Tx, moves: Counter[tuple[int, int, date]]) -> None:
    """Let members count on their new last day instead of the one before. A day that was deleted stays so."""
    for (community_id, room_id, day), more in sorted(moves.items()):
        if more > 0:
            tx.touch(_ADD_FANS, room_id=room_id, day=day, community_id=community_id, fans=more)
        elif more < 0:
            tx.execute(
                update(RoomActivity)
                .where(
                    col(RoomActivity.room_id) == room_id,
                    col(RoomActivity.day) == day,
                    col(RoomActivity.community_id) == community_id,
                    col(RoomActivity.fans) >= -more,
                )
                .values(fans=col(RoomActivity.fans) + more)
            )


def note_rooms_heard(tx: Tx, rooms: Iterable[tuple[int, datetime]]) -> None:
    """Write down when somebody was last heard in each of these rooms, by their row ids."""
    for room_id, at in rooms:
        tx.execute(
            update(FanGroup)
            .where(col(FanGroup.id) == room_id, or_(col(FanGroup.heard_at).is_(None), col(FanGroup.heard_at) < at))
            .values(heard_at=at)
        )


def active_in_week(tx: Tx, room_id: int, today: date) -> int:
    """How many members were active in a room today or on the six days before. It reads seven rows at most."""
    row = tx.row(_ACTIVE, room_id=room_id, before=today - timedelta(days=WEEK))
    return int(row[0]) if row is not None else 0


def count_active(session: Session, room_id: int, today: date) -> int:
    """The same, for who reads."""
    days = (col(RoomActivity.room_id) == room_id, col(RoomActivity.day) > today - timedelta(days=WEEK))
    return session.execute(select(func.coalesce(func.sum(col(RoomActivity.fans)), 0)).where(*days)).scalar_one()


def forget_active_days(tx: Tx, community_id: int, member_id: int) -> None:
    """Delete on which days a member was active, who has their data deleted. Rooms count one member less."""
    last = select(col(ActiveDay.room_id), func.max(col(ActiveDay.day))).where(col(ActiveDay.member_id) == member_id)
    moves = Counter(
        {(community_id, room_id, day): -1 for room_id, day in tx.execute(last.group_by(col(ActiveDay.room_id)))}
    )
    tx.execute(delete(ActiveDay).where(col(ActiveDay.member_id) == member_id))
    _move(tx, moves)


def forget_room(tx: Tx, chat_id: int) -> None:
    """Count a room's members anew, because it becomes another shop's."""
    room = select(col(FanGroup.id)).where(col(FanGroup.chat_id) == chat_id).scalar_subquery()
    tx.execute(delete(RoomActivity).where(col(RoomActivity.room_id) == room))


def drop_active_days(tx: Tx, before: date) -> int:
    """Delete a chunk of days before this one; how many. Their sums stay."""
    key = (col(ActiveDay.member_id), col(ActiveDay.room_id), col(ActiveDay.day))
    oldest = select(*key).where(col(ActiveDay.day) < before).order_by(col(ActiveDay.day)).limit(CHUNK)
    old = [tuple(row) for row in tx.execute(oldest)]
    if old:
        tx.execute(delete(ActiveDay).where(tuple_(*key).in_(old)))
    return len(old)


def drop_room_activity(tx: Tx, before: date) -> None:
    """Delete the counts of days before this one: one row for each room and day."""
    tx.execute(delete(RoomActivity).where(col(RoomActivity.day) < before))
