"""`/staff`: whom the owner denies to act for the shop, and who the staff are."""

from collections.abc import Iterable, Sequence

from sqlalchemy import select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.rules.act import Act, Sender
from bot.rules.calendar import day_of
from bot.rules.place import Place
from bot.rules.rights import KnownAdministrator, Role
from bot.rules.staff.staff import (
    MOST_LISTED,
    DenyOutcome,
    LiftOutcome,
    StaffBack,
    StaffDenied,
    StaffDeniedBefore,
    StaffIsOwner,
    StaffLine,
    StaffList,
    StaffNotDenied,
)
from bot.store.audit import caused_by, record_act
from bot.store.denials import anybody_denied, denied_among
from bot.store.engine.db import Database
from bot.store.engine.sessions import Tx
from bot.store.forgotten import fingerprints
from bot.store.giveaways import limit_of
from bot.store.members import meet
from bot.store.places import lock_shop
from bot.store.staff_roles import Given, find_role, role_given, roles_given
from bot.store.tables import AuditEntry, Denied, FanGroup, Member, Person, StaffRole
from bot.store.tables.base import id_of

DENIED = "staff.denied"
LIFTED = "staff.lifted"


class Staffing:
    """Use cases of who may help."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def look(self, place: Place, user_id: int) -> KnownAdministrator:
        """What is stored of an administrator."""
        return await self._db.read(look, place.community_id, user_id)

    async def given(self, place: Place, user_id: int) -> Role | None:
        """The role that the owner gave a person; None too if they are denied."""
        return await self._db.read(role_given, place.community_id, user_id)

    async def all_given(self, place: Place) -> list[Given]:
        """Everybody to whom the owner gave a role, denied people left out."""
        return await self._db.read(roles_given, place.community_id)

    async def denied_among(self, place: Place, user_ids: Iterable[int]) -> frozenset[int]:
        """Those of these people whom the owner has denied."""
        return await self._db.read(denied_among, place.community_id, tuple(user_ids))

    async def anybody_denied(self, place: Place) -> bool:
        """Whether the owner has denied anybody."""
        return await self._db.read(anybody_denied, place.community_id)

    async def meet(self, sender: Sender) -> None:
        """Remember the name of an operator who was never seen as a fan: the owner reads it in notes and in the log."""
        await self._db.write(meet, sender, None)

    async def deny(self, act: Act, who: Sender, *, admin: bool) -> DenyOutcome:
        """Let a person do nothing more for the shop. `admin`: Telegram says that they are an administrator of home."""
        return await self._db.write(deny, act, who, admin=admin)

    async def lift(self, act: Act, who: Sender, *, admin: bool) -> LiftOutcome:
        """Lift a denial."""
        return await self._db.write(lift, act, who, admin=admin)

    async def listed(
        self, place: Place, administrators: tuple[Sender, ...], given: Sequence[tuple[Given, bool]] = ()
    ) -> StaffList:
        """The list, with the administrators that Telegram names now, the owner left out.

        `given`: who was given a role, and whether Telegram says that they are in the home group.
        """
        return await self._db.read(listed, place, administrators, given)

    async def person(self, user_id: int) -> Sender | None:
        """Somebody whom the bot has met."""
        return await self._db.read(person, user_id)

    async def is_known_here(self, place: Place, user_id: int) -> bool:
        """Whether this shop has to do with a person: they are a member, or the owner decided about them."""
        return await self._db.read(is_known_here, place.community_id, user_id)

    async def denied_as(self, place: Place, name: str) -> Sender | None:
        """Who is denied under this name or username; None if that is nobody, or several."""
        return await self._db.read(denied_as, place.community_id, name)


def look(session: Session, community_id: int, user_id: int) -> KnownAdministrator:
    """Whether an administrator is denied, and known by name."""
    denied = bool(denied_among(session, community_id, (user_id,)))
    return KnownAdministrator(denied, person(session, user_id) is not None)


def deny(tx: Tx, act: Act, who: Sender, *, admin: bool) -> DenyOutcome:
    """Write it down, once a person. The log names nobody: it outlives who has their data deleted."""
    lock_shop(tx, act.community_id)
    done = caused_by(tx, act.community_id, act.cause)
    if done is not None:
        return StaffDenied(act.community_id, who.name, admin, id_of(done))
    if who.user_id == act.actor_id:
        return StaffIsOwner()
    found = find_denial(tx, act.place, who.user_id)
    if found is not None and found.lifted_at is None:
        return StaffDeniedBefore(who.name)
    role = find_role(tx, act.community_id, who.user_id)
    ended = role is not None and role.ended_at is None
    if role is not None and ended:
        role.ended_at = act.at
    meet(tx, who, None)
    if found is None:
        (fingerprint,) = fingerprints(tx, act.community_id, (who.user_id,))
        found = Denied(
            community_id=act.community_id,
            fingerprint=fingerprint,
            user_id=who.user_id,
            by=act.actor_id,
            at=act.at,
        )
        tx.add(found)
    else:
        found.user_id, found.by, found.at, found.lifted_at = who.user_id, act.actor_id, act.at, None
    tx.flush()
    after = {"role_ended": role.id} if role is not None and ended else None
    entry = record_act(tx, act, DENIED, f"#{found.id}", subject_id=found.id, after=after)
    return StaffDenied(act.community_id, who.name, admin, id_of(entry))


def lift(tx: Tx, act: Act, who: Sender, *, admin: bool) -> LiftOutcome:
    """Let them act again, as far as Telegram makes them an administrator."""
    lock_shop(tx, act.community_id)
    done = caused_by(tx, act.community_id, act.cause)
    if done is not None:
        return StaffBack(act.community_id, who.name, admin, id_of(done), who.user_id)
    found = find_denial(tx, act.place, who.user_id)
    if found is None or found.lifted_at is not None:
        return StaffNotDenied(who.name, admin)
    found.lifted_at = act.at
    tx.flush()
    entry = record_act(tx, act, LIFTED, f"#{found.id}", subject_id=found.id)
    return StaffBack(act.community_id, who.name, admin, id_of(entry), who.user_id)


def undo_deny(tx: Tx, act: Act, entry: AuditEntry) -> bool:
    """Lift a denial that still holds as it was made; a role that it ended holds again."""
    found = _lock_denial(tx, act.place, entry)
    if found is None or found.lifted_at is not None or found.at != entry.at:
        return False
    found.lifted_at = act.at
    tx.execute(
        update(StaffRole)
        .where(
            col(StaffRole.community_id) == act.community_id,
            col(StaffRole.id) == (entry.after or {}).get("role_ended"),
            col(StaffRole.ended_at) == entry.at,
        )
        .values(ended_at=None)
    )
    tx.flush()
    return True


def undo_lift(tx: Tx, act: Act, entry: AuditEntry) -> bool:
    """Let a denial hold again, unless it was changed since."""
    found = _lock_denial(tx, act.place, entry)
    if found is None or found.lifted_at != entry.at:
        return False
    found.lifted_at = None
    tx.flush()
    return True


def listed(
    session: Session,
    place: Place,
    administrators: tuple[Sender, ...],
    given: Sequence[tuple[Given, bool]] = (),
) -> StaffList:
    """Administrators first, then who was given a role, then denied people who are no administrators (any more)."""
    there = {one.user_id for one in administrators}
    denied = denied_among(session, place.community_id, there)
    lines = [StaffLine(one.user_id, one.name, one.username, one.user_id in denied, True) for one in administrators]
    lines += [
        StaffLine(
            one.who.user_id,
            one.who.name,
            one.who.username,
            denied=False,
            admin=False,
            role=one.role,
            since=day_of(one.since, place.timezone),
            here=here,
        )
        for one, here in given
        if one.who.user_id not in there
    ]
    others = session.execute(
        select(Person)
        .join(Denied, col(Denied.user_id) == col(Person.user_id))
        .where(
            col(Denied.community_id) == place.community_id,
            col(Denied.lifted_at).is_(None),
            col(Denied.user_id).not_in(there),
        )
        .order_by(col(Denied.id))
    ).scalars()
    lines += [StaffLine(one.user_id, one.name, one.username, True, False) for one in others]
    home = session.execute(
        select(col(FanGroup.title)).where(col(FanGroup.community_id) == place.community_id, col(FanGroup.is_home))
    ).scalar_one_or_none()
    return StaffList(
        community_id=place.community_id,
        home=home or place.shop,
        lines=tuple(lines[:MOST_LISTED]),
        a_day=limit_of(session, place.community_id),
        anonymous_off=bool(denied),
        more=max(0, len(lines) - MOST_LISTED),
    )


def person(session: Session, user_id: int) -> Sender | None:
    """Somebody as they were seen last."""
    found = session.get(Person, user_id)
    return _sender(found) if found is not None else None


def is_known_here(session: Session, community_id: int, user_id: int) -> bool:
    """Whether a person is or was a member, has or had a role, or is or was denied."""
    return any(
        session.execute(
            select(col(table.id)).where(col(table.community_id) == community_id, col(table.user_id) == user_id).limit(1)
        ).first()
        for table in (Member, StaffRole, Denied)
    )


def denied_as(session: Session, community_id: int, name: str) -> Sender | None:
    """Among those who are denied here, as they were seen last."""
    wanted = name.removeprefix("@").casefold()
    rows = session.execute(
        select(Person)
        .join(Denied, col(Denied.user_id) == col(Person.user_id))
        .where(col(Denied.community_id) == community_id, col(Denied.lifted_at).is_(None))
    ).scalars()
    people = [one for one in rows if wanted in {one.name.casefold(), one.username}]
    return _sender(people[0]) if len(people) == 1 else None


def _sender(found: Person) -> Sender:
    return Sender(found.user_id, found.name, found.username, found.telegram_language)


def find_denial(tx: Tx, place: Place, user_id: int) -> Denied | None:
    """The row of a person's denial, locked, whether it holds or was lifted."""
    (fingerprint,) = fingerprints(tx, place.community_id, (user_id,))
    return tx.execute(
        select(Denied)
        .where(col(Denied.community_id) == place.community_id, col(Denied.fingerprint) == fingerprint)
        .with_for_update()
    ).scalar_one_or_none()


def _lock_denial(tx: Tx, place: Place, entry: AuditEntry) -> Denied | None:
    return tx.execute(
        select(Denied)
        .where(col(Denied.community_id) == place.community_id, col(Denied.id) == entry.subject_id)
        .with_for_update()
    ).scalar_one_or_none()
