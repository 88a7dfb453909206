"""How often each fan visits, worked out once a day, and who is slipping away by it.

Between two times it stays right: a fan slips away at least four days after their last visit, so that this visit was
counted before, and who came back since is left out when the list is read.
"""

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, case, delete, func, or_, select
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.rules.calendar import day_of
from bot.rules.members.slipping import Rhythm, SlippingPolicy, rhythm
from bot.rules.place import Place
from bot.rules.tiers import Tier
from bot.store.engine.db import Database
from bot.store.engine.inserts import insert_into
from bot.store.engine.sessions import Tx
from bot.store.places import place_of
from bot.store.tables import Member
from bot.store.tables.fans import VisitRhythm
from bot.store.tables.members import IS_A_PERSON
from bot.store.visits import came_after, visits_of

EVERY = timedelta(days=1)
CHUNK = 200
"""Members whose visits are read at once."""
BEGINS = timedelta(minutes=1)
"""Time after a start, in which what piled up meanwhile is answered first."""
SLICE = 5
"""Chunks in one round of the clock, so that other due work isn't held up."""
REST = timedelta(seconds=5)
"""Time between two slices: each round of the clock asks every feature what is due, and fans are answered meanwhile."""


class Rhythms:
    """The clock's part: it walks through all members once a day, a slice at a time."""

    def __init__(self, db: Database, policy: SlippingPolicy) -> None:
        self._db = db
        self._policy = policy
        self._after = 0
        self._next_at: datetime | None = None

    async def run_due(self, now: datetime) -> datetime:
        """Work the next slice out; when there is more to do."""
        if self._next_at is None:
            self._next_at = now + BEGINS
        if now < self._next_at:
            return self._next_at
        for _ in range(SLICE):
            last = await count_chunk(self._db, self._after, now, self._policy)
            if last is None:
                self._after, self._next_at = 0, now + EVERY
                return self._next_at
            self._after = last
        self._next_at = now + REST
        return self._next_at


async def count_chunk(db: Database, after: int, now: datetime, policy: SlippingPolicy) -> int | None:
    """Work the next members out; the last one's id, or None if there are none left.

    They are read without holding the writer. Only what changed is written.
    """
    members = await db.read(_next_members, after)
    if not members:
        return None
    changed = await db.read(read_changes, members, now, policy)
    if changed:
        await db.write(store, changed)
    return members[-1][0]


def _next_members(session: Session, after: int) -> list[tuple[int, int]]:
    rows: Any = session.execute(
        select(col(Member.id), col(Member.community_id))
        .where(col(Member.id) > after)
        .order_by(col(Member.id))
        .limit(CHUNK)
    )
    return [(member_id, community_id) for member_id, community_id in rows]


def read_changes(
    session: Session, members: list[tuple[int, int]], now: datetime, policy: SlippingPolicy
) -> dict[tuple[int, int], Rhythm | None]:
    """The rhythms of these members that aren't stored like that, by (member's id, shop's id)."""
    todays = {shop: day_of(now, place_of(session, shop).timezone) for shop in {shop for _, shop in members}}
    ids = [member_id for member_id, _ in members]
    # Who wasn't there for a window is gone. Of the others a window before their last visit counts.
    visits = visits_of(session, ids, min(todays.values()) - 2 * policy.window)
    rows = session.execute(select(VisitRhythm).where(col(VisitRhythm.member_id).in_(ids))).scalars()
    stored = {row.member_id: Rhythm(row.last_on, row.every, row.slips_on, row.gone_on) for row in rows}
    found: dict[tuple[int, int], Rhythm | None] = {}
    for member_id, shop in members:
        now_is = rhythm(visits[member_id], policy)
        if now_is is not None and now_is.gone_on <= todays[shop]:
            now_is = None
        if now_is != stored.get(member_id):
            found[member_id, shop] = now_is
    return found


def store(tx: Tx, changed: dict[tuple[int, int], Rhythm | None]) -> None:
    """Write rhythms down. Who had their data deleted meanwhile gets none."""
    gone = [member_id for (member_id, _), one in changed.items() if one is None]
    if gone:
        tx.execute(delete(VisitRhythm).where(col(VisitRhythm.member_id).in_(gone)))
    ids = [member_id for (member_id, _), one in changed.items() if one is not None]
    people = set(
        tx.execute(
            select(col(Member.id))
            .where(col(Member.id).in_(ids), IS_A_PERSON)
            .order_by(col(Member.id))
            .with_for_update(key_share=True)
        ).scalars()
    )
    for (member_id, shop), one in changed.items():
        if one is None or member_id not in people:
            continue
        values = {"last_on": one.last_on, "every": one.every, "slips_on": one.slips_on, "gone_on": one.gone_on}
        tx.execute(
            insert_into(tx, VisitRhythm)
            .values(member_id=member_id, community_id=shop, **values)
            .on_conflict_do_update(index_elements=[col(VisitRhythm.member_id)], set_=values)
        )


def slipping(place: Place, today: date) -> list[ColumnElement[bool]]:
    """The SQL conditions of who is slipping away, for a query that joins `VisitRhythm` and `Member`."""
    return [
        col(VisitRhythm.community_id) == place.community_id,
        col(VisitRhythm.slips_on) <= today,
        col(VisitRhythm.gone_on) > today,
        col(Member.left_at).is_(None),
        ~came_after(col(VisitRhythm.member_id), col(VisitRhythm.last_on)),
    ]


def tier_step() -> ColumnElement[int]:
    """A member's tier as a number, in SQL."""
    steps = [(col(Member.tier) == tier.value, tier.step) for tier in Tier if tier is not Tier.NEW]
    return case(*steps, else_=Tier.NEW.step)


def count_slipping(session: Session, place: Place, now: datetime) -> int:
    """How many fans are slipping away."""
    counted: int = session.execute(
        select(func.count())
        .select_from(VisitRhythm)
        .join(Member, col(Member.id) == col(VisitRhythm.member_id))
        .where(*slipping(place, day_of(now, place.timezone)))
    ).scalar_one()
    return counted


def next_slipping(
    session: Session, place: Place, now: datetime, after: tuple[int, date, int] | None, limit: int
) -> list[tuple[int, int, date]]:
    """The next who are slipping away: (member's id, tier's step, day of the last visit).

    Who is missed the most comes first: the higher tier, then who stays away for longer. `after` is the place of the
    last one that was shown: its tier's step, its last visit, and its id.
    """
    step, last_on, member_id = tier_step(), col(VisitRhythm.last_on), col(VisitRhythm.member_id)
    query = (
        select(member_id, step, last_on)
        .join(Member, col(Member.id) == member_id)
        .where(*slipping(place, day_of(now, place.timezone)))
    )
    if after is not None:
        its_step, day, last = after
        same_day = and_(last_on == day, col(VisitRhythm.member_id) > last)
        query = query.where(or_(step < its_step, and_(step == its_step, or_(last_on > day, same_day))))
    rows: Any = session.execute(query.order_by(step.desc(), last_on, member_id).limit(limit))
    return [tuple(row) for row in rows]
