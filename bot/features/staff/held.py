"""What staff see of rewards that wait for their look. What becomes of them stands in `flows/held_rewards.py`."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.rules.farming import FarmingPolicy, HeldState
from bot.rules.place import Place
from bot.rules.staff.held import HeldLine, HeldList
from bot.store.engine.db import Database
from bot.store.held import reasons_of, waiting
from bot.store.tables import Held, Member, Person
from bot.store.tables.base import id_of


class HeldQueue:
    """What staff see of what waits."""

    def __init__(self, db: Database, policy: FarmingPolicy) -> None:
        self._db = db
        self._policy = policy

    async def listed(self, place: Place) -> HeldList:
        """What waits, the oldest first."""
        return await self._db.read(listed, place, self._policy)


def listed(session: Session, place: Place, policy: FarmingPolicy) -> HeldList:
    """The first few, and how many more."""
    rows = session.execute(
        select(Held, col(Person.name))
        .join(Member, col(Member.id) == col(Held.member_id))
        .join(Person, col(Person.user_id) == col(Member.user_id))
        .where(col(Held.community_id) == place.community_id, col(Held.state) == HeldState.HELD)
        .order_by(col(Held.id))
        .limit(policy.shown)
    ).all()
    lines = tuple(
        HeldLine(id_of(held), number, name, held.kind, reasons_of(held), held.at)
        for number, (held, name) in enumerate(rows, start=1)
    )
    return HeldList(lines, waiting(session, place) - len(lines), policy.look_after.days)


def due(session: Session, now: datetime, limit: int) -> list[tuple[int, int]]:
    """What the clock must look at again: (community, held)."""
    rows = session.execute(
        select(col(Held.community_id), col(Held.id))
        .where(col(Held.state) == HeldState.HELD, col(Held.look_at) <= now)
        .order_by(col(Held.look_at), col(Held.id))
        .limit(limit)
    ).all()
    return [(community_id, held_id) for community_id, held_id in rows if held_id is not None]


def next_look(session: Session) -> datetime | None:
    """When the clock must look again."""
    return session.execute(
        select(col(Held.look_at)).where(col(Held.state) == HeldState.HELD).order_by(col(Held.look_at)).limit(1)
    ).scalar()
