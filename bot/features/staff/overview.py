"""What the staff's panel shows beside domains' things: rooms that refuse messages, and what happened lately."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.rules.for_whom import Aimed
from bot.rules.panel import AdminLine, Ended, Reach
from bot.rules.place import Place
from bot.rules.refusals import RoomRefuses
from bot.rules.rights import Role, may_undo
from bot.rules.segments import Segment
from bot.rules.staff.panel import LATELY, AdminEntry, AdminLately
from bot.store.engine.db import Database
from bot.store.for_whom import aim
from bot.store.giveaways import Giveaways
from bot.store.messages.refused import refused_rooms
from bot.store.panel import CountReach, ListEnded, ListThings, Offered
from bot.store.tables import AuditEntry, FanGroup, Person
from bot.store.tables.base import id_of


class Overview:
    """Use cases of looking at what stands, and at what an act would change."""

    def __init__(
        self,
        db: Database,
        lists: Mapping[str, ListThings],
        ended: Mapping[str, ListEnded],
        giveaways: Giveaways,
    ) -> None:
        """`lists` and `ended` are the domains', by section."""
        self._db = db
        self._lists = lists
        self._ended = ended
        self._giveaways = giveaways

    async def lines(self, place: Place, section: str, at: datetime) -> list[AdminLine]:
        """All things of a section that staff may still want to act on."""
        read = self._lists.get(section)
        return await self._db.read(read, place, at, None) if read is not None else []

    async def thing(self, place: Place, section: str, number: int, at: datetime) -> AdminLine | None:
        """One thing of a section."""
        read = self._lists.get(section)
        found = await self._db.read(read, place, at, number) if read is not None else []
        return found[0] if found else None

    def has_things(self, section: str) -> bool:
        """Whether a section lists things at all, or only offers acts."""
        return section in self._lists

    def has_ended(self, section: str) -> bool:
        """Whether ended things of a section can be looked up."""
        return section in self._ended

    async def ended(self, place: Place, section: str, which: Ended, at: datetime) -> list[AdminLine]:
        """A page of a section's ended things and one more, or the one that is asked for."""
        read = self._ended.get(section)
        return await self._db.read(read, place, at, which) if read is not None else []

    async def offered(self, place: Place, conditions: Collection[Offered], at: datetime) -> frozenset[Offered]:
        """Those conditions that hold now."""
        return await self._db.read(_holding, place, conditions, at) if conditions else frozenset()

    async def reach(
        self, place: Place, count: CountReach | None, values: Mapping[str, Any], number: int | None
    ) -> Reach:
        """What an act would reach, counted by its domain."""
        return await self._db.read(count, place, values, number) if count is not None else Reach()

    async def aimed(self, place: Place, segment: Segment, at: datetime) -> int | None:
        """How many fans a segment reaches; None if it names a source or a tag that the shop hasn't."""
        found = await self._db.read(aim, place, segment.text, at)
        return found.fans if isinstance(found, Aimed) else None

    async def left_today(self, place: Place, actor_id: int, at: datetime) -> int:
        """Coins that an operator can still give away today."""
        return await self._db.read(self._giveaways.left_today, place, actor_id, at)

    async def refusals(self, place: Place) -> tuple[RoomRefuses, ...]:
        """Rooms of the shop that refuse messages now."""
        return tuple(await self._db.read(refused_rooms, place.community_id))

    async def lately(self, place: Place, role: Role, undoable: Collection[str], owners: Collection[str]) -> AdminLately:
        """The last acts, with who did them, and which of them the reader may take back."""
        return await self._db.read(lately, place, role, undoable, owners)


def _holding(session: Session, place: Place, conditions: Collection[Offered], at: datetime) -> frozenset[Offered]:
    return frozenset(condition for condition in conditions if condition(session, place, at))


def lately(
    session: Session, place: Place, role: Role, undoable: Collection[str], owners: Collection[str]
) -> AdminLately:
    """The newest entries of the audit log."""
    rows = session.execute(
        select(AuditEntry, col(Person.name), col(FanGroup.title))
        .outerjoin(Person, col(Person.user_id) == col(AuditEntry.actor_id))
        .outerjoin(FanGroup, col(FanGroup.chat_id) == col(AuditEntry.actor_id))
        .where(col(AuditEntry.community_id) == place.community_id)
        .order_by(col(AuditEntry.id).desc())
        .limit(LATELY)
    ).all()
    entries: list[AdminEntry] = []
    for entry, name, title in rows:
        may = entry.act in undoable and entry.undoes_id is None
        may = may and may_undo(role, by_owner=entry.by_owner, owners_only=entry.act in owners)
        entries.append(
            AdminEntry(
                audit_id=id_of(entry),
                at=entry.at,
                who=name or title,
                act=entry.act,
                subject=entry.subject,
                undone=entry.undone_at is not None,
                undoable=may and entry.undone_at is None,
            )
        )
    return AdminLately(place.community_id, tuple(entries))
