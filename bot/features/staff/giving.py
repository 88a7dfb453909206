"""`/staff add @name host` and `/staff remove @name`: roles that the owner gives, and takes away."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.features.staff.staff import deny, find_denial
from bot.rules.act import Act, Sender
from bot.rules.place import Place
from bot.rules.rights import Role
from bot.rules.staff.roles import (
    EndOutcome,
    GiveOutcome,
    RoleEnded,
    RoleGiven,
    StaffEnded,
    StaffGiven,
    StaffHasRole,
)
from bot.rules.staff.staff import StaffIsOwner
from bot.store.audit import caused_by, record_act
from bot.store.engine.db import Database
from bot.store.engine.sessions import Tx
from bot.store.members import meet
from bot.store.messages.outbox import Terms
from bot.store.messages.telling import tell_person, withdraw_messages
from bot.store.places import lock_shop
from bot.store.staff_roles import find_role
from bot.store.tables import AuditEntry, Denied, StaffRole
from bot.store.tables.base import id_of

GIVEN = "staff.given"
ENDED = "staff.ended"
TOLD_WITHIN = timedelta(days=1)
"""How late a person may hear of their role."""


class RoleGiving:
    """Use cases of roles. Whether somebody is in the home group, and an administrator there, was asked of Telegram."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def give(self, act: Act, who: Sender, role: Role) -> GiveOutcome:
        """Give a person of the home group a role. A denial of theirs is lifted."""
        return await self._db.write(give, act, who, role)

    async def remove(self, act: Act, who: Sender, *, admin: bool) -> EndOutcome:
        """Take a person off the staff. An administrator, and who has no role, is denied."""
        return await self._db.write(remove, act, who, admin=admin)

    async def whose(self, place: Place, audit_id: int) -> int | None:
        """The person whose role an entry of the audit log is about; None if it is about no role."""
        return await self._db.read(whose, place.community_id, audit_id)


def give(tx: Tx, act: Act, who: Sender, role: Role) -> GiveOutcome:
    """Write the role down, once a person, and tell them. The log names nobody, as it outlives a deletion of data."""
    lock_shop(tx, act.community_id)
    done = caused_by(tx, act.community_id, act.cause)
    if done is not None:
        return StaffGiven(act.community_id, who.name, role, id_of(done), (done.before or {}).get("role"))
    if who.user_id == act.place.owner_id:
        return StaffIsOwner()
    denial = find_denial(tx, act.place, who.user_id)
    if denial is not None and denial.lifted_at is not None:
        denial = None
    found = find_role(tx, act.community_id, who.user_id)
    holds = found if found is not None and found.ended_at is None else None
    if holds is not None and holds.role == role and denial is None:
        return StaffHasRole(act.community_id, who.user_id, who.name, role)
    meet(tx, who, None)
    had = holds.role if holds is not None else None
    before = {
        "role": had,
        "since": holds.at.isoformat() if holds is not None else None,
        "denial": denial.id if denial is not None else None,
    }
    if denial is not None:
        denial.lifted_at = act.at
    found = _write(tx, act, found, who.user_id, role)
    entry = record_act(tx, act, GIVEN, f"#{found.id}", subject_id=found.id, before=before, after={"role": role.value})
    _tell(tx, act, who.user_id, RoleGiven(act.community_id, act.place.shop, role), id_of(entry))
    return StaffGiven(act.community_id, who.name, role, id_of(entry), had)


def remove(tx: Tx, act: Act, who: Sender, *, admin: bool) -> EndOutcome:
    """End the role of a person who is no administrator; deny everybody else, with their role if they have one."""
    lock_shop(tx, act.community_id)
    done = caused_by(tx, act.community_id, act.cause)
    if done is not None and done.act == ENDED:
        return StaffEnded(act.community_id, who.name, (done.before or {})["role"], id_of(done))
    found = find_role(tx, act.community_id, who.user_id)
    if done is not None or admin or found is None or found.ended_at is not None:
        return deny(tx, act, who, admin=admin)
    found.ended_at = act.at
    tx.flush()
    entry = record_act(tx, act, ENDED, f"#{found.id}", subject_id=found.id, before={"role": found.role})
    _tell(tx, act, who.user_id, RoleEnded(act.place.shop, found.role), id_of(entry))
    return StaffEnded(act.community_id, who.name, found.role, id_of(entry))


def undo_give(tx: Tx, act: Act, entry: AuditEntry) -> bool:
    """Give back what the person had before: another role, a denial, or nothing. Not if it was changed since."""
    found = _lock_role(tx, act, entry)
    after = (entry.after or {}).get("role")
    if found is None or found.ended_at is not None or found.at != entry.at or found.role != after:
        return False
    before = entry.before or {}
    denial = _lock_denial(tx, act, before.get("denial"))
    if denial is not None and denial.lifted_at != entry.at:
        return False
    if denial is not None:
        denial.lifted_at = None
    if before.get("role") is None:
        found.ended_at = act.at
    else:
        found.role, found.at = before["role"], datetime.fromisoformat(before["since"])
    tx.flush()
    if not withdraw_messages(tx, act.community_id, _key(id_of(entry))):
        told = RoleGiven(act.community_id, act.place.shop, found.role)
        gone = RoleEnded(act.place.shop, after or "")
        _tell(tx, act, found.user_id, gone if found.ended_at is not None else told, id_of(entry), undone=True)
    return True


def undo_end(tx: Tx, act: Act, entry: AuditEntry) -> bool:
    """Let a role hold again, unless it was given anew since."""
    found = _lock_role(tx, act, entry)
    if found is None or found.ended_at != entry.at:
        return False
    found.ended_at = None
    tx.flush()
    if not withdraw_messages(tx, act.community_id, _key(id_of(entry))):
        told = RoleGiven(act.community_id, act.place.shop, found.role)
        _tell(tx, act, found.user_id, told, id_of(entry), undone=True)
    return True


def whose(session: Session, community_id: int, audit_id: int) -> int | None:
    """The person whose role was given or taken away by this entry."""
    return session.execute(
        select(col(StaffRole.user_id))
        .join(AuditEntry, col(AuditEntry.subject_id) == col(StaffRole.id))
        .where(
            col(AuditEntry.id) == audit_id,
            col(AuditEntry.community_id) == community_id,
            col(AuditEntry.act).in_((GIVEN, ENDED)),
        )
    ).scalar_one_or_none()


def _write(tx: Tx, act: Act, found: StaffRole | None, user_id: int, role: Role) -> StaffRole:
    if found is None:
        found = StaffRole(community_id=act.community_id, user_id=user_id, role=role, by=act.actor_id, at=act.at)
        tx.add(found)
    else:
        found.role, found.by, found.at, found.ended_at = role, act.actor_id, act.at, None
    tx.flush()
    return found


def _key(entry_id: int) -> str:
    return f"role:{entry_id}"


def _tell(
    tx: Tx, act: Act, user_id: int, outcome: RoleGiven | RoleEnded, entry_id: int, *, undone: bool = False
) -> None:
    """Promise the person a note in private, else a whisper in the home group."""
    key = f"{_key(entry_id)}:{'undone' if undone else 'done'}"
    tell_person(tx, act.place, user_id, outcome, Terms(now=act.at, key=key, not_after=act.at + TOLD_WITHIN))


def _lock_role(tx: Tx, act: Act, entry: AuditEntry) -> StaffRole | None:
    return tx.execute(
        select(StaffRole)
        .where(col(StaffRole.community_id) == act.community_id, col(StaffRole.id) == entry.subject_id)
        .with_for_update()
    ).scalar_one_or_none()


def _lock_denial(tx: Tx, act: Act, denial_id: int | None) -> Denied | None:
    if denial_id is None:
        return None
    return tx.execute(
        select(Denied)
        .where(col(Denied.community_id) == act.community_id, col(Denied.id) == denial_id)
        .with_for_update()
    ).scalar_one_or_none()
