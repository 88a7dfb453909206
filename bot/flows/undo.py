"""`/undo`: staff take back an act of theirs, while nobody has used what it made."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.rules.act import Act
from bot.rules.general import (
    AlreadyUndone,
    NothingToUndo,
    OwnersAct,
    StaysDone,
    TooLateToUndo,
    Undone,
    UndoOutcome,
)
from bot.rules.place import Place
from bot.rules.policies import Policies
from bot.rules.retention import CAUSES_KEPT
from bot.rules.rights import NotForHosts, Role, may_undo
from bot.store.audit import OR_SAID, caused_by, record_act
from bot.store.engine.db import Database
from bot.store.engine.joint import Joint, joined
from bot.store.engine.sessions import Tx
from bot.store.giveaways import Giveaways
from bot.store.tables import AuditEntry
from bot.store.tables.base import id_of

BY_ITSELF = ("hearts:", "posting:")
"""How the causes of acts begin that the clock or fans set off in the name of staff."""
TakeBack = Callable[[Tx, Act, AuditEntry, Policies], bool]
"""Takes back the act of an audit entry. False, with nothing changed, if it is too late."""


@dataclass(frozen=True, slots=True)
class Undoable:
    """An act of staff that can be taken back."""

    take_back: TakeBack
    owners_only: bool = False
    """Whether only the owner may do this act, and so take it back."""
    hosts: bool = False
    """Whether hosts may do this act, and so take their own back."""
    then: Callable[[Database, datetime], Awaitable[None]] | None = None
    """Further work in transactions of its own, after the act was taken back."""


class StaysError(Exception):
    """An act that another one was to replace can't be taken back. It carries the refusal."""

    def __init__(self, outcome: UndoOutcome) -> None:
        super().__init__()
        self.outcome = outcome


class Undo:
    """Takes back acts that domains have registered as undoable."""

    def __init__(
        self,
        db: Database,
        policies: Policies,
        undoables: Mapping[str, Undoable],
        giveaways: Giveaways,
        forget_cached: Callable[[], None],
    ) -> None:
        """`undoables` has each act under its name in the audit log.

        `forget_cached` is called after each undo, because cached communities may be out of date.
        """
        self._db = db
        self._policies = policies
        self._undoables = undoables
        self._giveaways = giveaways
        self._forget_cached = forget_cached
        self.names = tuple(undoables)
        """The names of the acts that can be taken back."""
        self.owners = tuple(name for name, undoable in undoables.items() if undoable.owners_only)
        """The names of the acts that only the owner can take back."""
        self.hosts = tuple(name for name, undoable in undoables.items() if undoable.hosts)
        """The names of the acts that hosts can take back if they did them."""

    async def undo(self, act: Act, audit_id: int | None = None) -> UndoOutcome:
        """Take back the act of the audit entry `audit_id`, else the actor's last act that isn't undone."""
        outcome = await self._db.write(self._undo, act, audit_id)
        await self._follow_up(outcome, act.at)
        return outcome

    async def _follow_up(self, outcome: UndoOutcome, at: datetime) -> None:
        self._forget_cached()
        then = self._undoables[outcome.act].then if isinstance(outcome, Undone) else None
        if then is not None:
            await then(self._db, at)

    @asynccontextmanager
    async def in_place_of(self, act: Act, audit_id: int, cause: str) -> AsyncIterator[None]:
        """Within this block the use case of the act with `cause` takes back the act of `audit_id` first.

        Both happen in one transaction. If that use case refuses, the act of `audit_id` stays as it is.

        Raises:
            StaysError: the act of `audit_id` can't be taken back, and nothing was done.
        """
        undone: list[Undone] = []

        def take_back(tx: Tx) -> None:
            outcome = self._undo(tx, act, audit_id)
            if not isinstance(outcome, Undone):
                raise StaysError(outcome)
            undone[:] = [outcome]

        def is_done(tx: Tx) -> bool:
            if caused_by(tx, act.community_id, cause) is None:
                undone.clear()
            return bool(undone)

        def is_meant(args: tuple[Any, ...]) -> bool:
            return any(isinstance(one, Act) and one.cause == cause for one in args)

        with joined(Joint(is_meant, take_back, is_done)):
            yield
        for outcome in undone:
            await self._follow_up(outcome, act.at)

    async def or_said(self, place: Place, audit_id: int) -> str | None:
        """The command that the act of this audit entry may have meant instead; None if it meant nothing else."""
        return await self._db.read(_or_said, place.community_id, audit_id)

    async def undone_by(self, place: Place, cause: str) -> Undone | None:
        """What this update took back, if it did."""
        return await self._db.read(_undone_by, place.community_id, cause)

    async def was_done(self, place: Place, cause: str) -> bool:
        """Whether this update did something that is in the audit log."""
        return await self._db.read(_was_done, place.community_id, cause)

    def _undo(self, tx: Tx, act: Act, audit_id: int | None) -> UndoOutcome:
        before = _undone_by(tx, act.community_id, act.cause)
        if before is not None:
            return before
        found = self._find_entry(tx, act, audit_id)
        stays = _last_that_stays(tx, act, self.names, found) if audit_id is None else None
        if stays is not None or found is None:
            return stays or NothingToUndo()
        refused = self._refusal(tx, act, found)
        if refused is not None:
            return refused
        if not self._undoables[found.act].take_back(tx, act, found, self._policies):
            return TooLateToUndo(found.act, found.subject)
        found.undone_at = act.at
        if caused_by(tx, act.community_id, act.cause) is None:
            record_act(
                tx,
                act,
                f"{found.act}.undone",
                found.subject,
                subject_id=found.subject_id,
                before=found.after,
                after=found.before,
                undoes_id=found.id,
                by_owner=act.role is Role.OWNER,
            )
        return Undone(found.act, found.subject, id_of(found))

    def _refusal(self, tx: Tx, act: Act, found: AuditEntry) -> UndoOutcome | None:
        """Why this person can't take this act back, or None."""
        if found.undone_at is not None:
            return AlreadyUndone(found.act, found.subject, id_of(found))
        undoable = self._undoables[found.act]
        own = undoable.hosts and found.actor_id == act.actor_id
        if not may_undo(act.role, by_owner=found.by_owner, owners_only=undoable.owners_only, hosts_own=own):
            return NotForHosts() if act.role is Role.HOST else OwnersAct(found.act, found.subject)
        if act.role is Role.OWNER:
            return None
        return self._giveaways.check_reopening(tx, act.place, found, act.at)

    def _find_entry(self, tx: Tx, act: Act, audit_id: int | None) -> AuditEntry | None:
        """The entry that is meant, locked. Without `audit_id` it is the actor's last act that they may take back."""
        query = select(AuditEntry).where(
            col(AuditEntry.community_id) == act.community_id,
            col(AuditEntry.act).in_(self.names),
            col(AuditEntry.undoes_id).is_(None),
        )
        if audit_id is not None:
            query = query.where(col(AuditEntry.id) == audit_id)
        else:
            query = query.where(*_typed_by(act), col(AuditEntry.undone_at).is_(None))
            if act.role is not Role.OWNER:  # only the present owner takes back what an owner did
                query = query.where(col(AuditEntry.by_owner).is_(False), col(AuditEntry.act).not_in(self.owners))
            if not act.sees_money:  # a host who was an operator before takes back what hosts may do
                query = query.where(col(AuditEntry.act).in_(self.hosts))
        return tx.execute(query.order_by(col(AuditEntry.id).desc()).limit(1).with_for_update()).scalars().first()


def _typed_by(act: Act) -> tuple[ColumnElement[bool], ...]:
    """The conditions that the actor did it themselves lately: what a heart goal or the calendar opened they didn't."""
    by_itself = (col(AuditEntry.cause).startswith(prefix, autoescape=True) for prefix in BY_ITSELF)
    return (
        col(AuditEntry.actor_id) == act.actor_id,
        col(AuditEntry.at) > act.at - CAUSES_KEPT,
        col(AuditEntry.cause).is_not(None),
        *(~one for one in by_itself),
    )


def _last_that_stays(tx: Tx, act: Act, undoable: Sequence[str], found: AuditEntry | None) -> StaysDone | None:
    """What the actor did after `found` and can't take back; None if `found` is the last that they did."""
    query = select(col(AuditEntry.act), col(AuditEntry.subject)).where(
        col(AuditEntry.community_id) == act.community_id,
        *_typed_by(act),
        col(AuditEntry.undoes_id).is_(None),
        col(AuditEntry.act).not_in([*undoable, *(f"{name}.undone" for name in undoable)]),
    )
    if found is not None:
        query = query.where(col(AuditEntry.id) > found.id)
    last = tx.execute(query.order_by(col(AuditEntry.id).desc()).limit(1)).one_or_none()
    if last is None:
        return None
    return StaysDone(last.act, last.subject, found.id if found is not None else None, found.subject if found else None)


def _or_said(session: Session, community_id: int, audit_id: int) -> str | None:
    found = session.execute(
        select(col(AuditEntry.before)).where(
            col(AuditEntry.community_id) == community_id, col(AuditEntry.id) == audit_id
        )
    ).scalar_one_or_none()
    said = (found or {}).get(OR_SAID)
    return said if isinstance(said, str) else None


def _was_done(session: Session, community_id: int, cause: str) -> bool:
    return caused_by(session, community_id, cause) is not None


def _undone_by(session: Session, community_id: int, cause: str) -> Undone | None:
    done = caused_by(session, community_id, cause)
    if done is None or done.undoes_id is None:
        return None
    entry = session.get_one(AuditEntry, done.undoes_id)
    return Undone(entry.act, entry.subject, id_of(entry))
