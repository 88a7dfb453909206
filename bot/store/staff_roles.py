"""Roles that the owner has given. Each act of staff reads this, so a role that is taken away ends at once."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.rules.act import Sender
from bot.rules.rights import Role
from bot.rules.words import Language, reader_language
from bot.store.denials import denied_among
from bot.store.engine.sessions import Tx
from bot.store.tables import Community, Person, StaffRole


@dataclass(frozen=True, slots=True)
class Given:
    """A person with a role, as they were seen last."""

    who: Sender
    role: Role
    since: datetime


def role_given(session: Session, community_id: int, user_id: int) -> Role | None:
    """The role that the owner gave this person; None if they have none, or are denied."""
    role = session.execute(
        select(col(StaffRole.role)).where(
            col(StaffRole.community_id) == community_id,
            col(StaffRole.user_id) == user_id,
            col(StaffRole.ended_at).is_(None),
        )
    ).scalar_one_or_none()
    if role is None or denied_among(session, community_id, (user_id,)):
        return None
    return Role(role)


def roles_given(session: Session, community_id: int) -> list[Given]:
    """Everybody with a role in the shop, the oldest first. Who is denied too is left out."""
    rows = session.execute(
        select(StaffRole, Person)
        .join(Person, col(Person.user_id) == col(StaffRole.user_id))
        .where(col(StaffRole.community_id) == community_id, col(StaffRole.ended_at).is_(None))
        .order_by(col(StaffRole.id))
    ).all()
    denied = denied_among(session, community_id, [role.user_id for role, _ in rows])
    return [
        Given(Sender(one.user_id, one.name, one.username, one.telegram_language), Role(role.role), role.at)
        for role, one in rows
        if role.user_id not in denied
    ]


def find_role(tx: Tx, community_id: int, user_id: int) -> StaffRole | None:
    """The row of a person's role, locked, whether it holds or has ended."""
    return tx.execute(
        select(StaffRole)
        .where(col(StaffRole.community_id) == community_id, col(StaffRole.user_id) == user_id)
        .with_for_update()
    ).scalar_one_or_none()


def reachable_helpers(session: Session) -> list[tuple[int, Language, Role]]:
    """People with a role in some shop who can be written to, their languages, and the most that any shop lets them."""
    rows = session.execute(
        select(StaffRole, Person, Community)
        .join(Person, col(Person.user_id) == col(StaffRole.user_id))
        .join(Community, col(Community.id) == col(StaffRole.community_id))
        .where(col(StaffRole.ended_at).is_(None), col(Person.can_write).is_(True))
        .order_by(col(StaffRole.id))
    ).all()
    found: dict[int, tuple[int, Language, Role]] = {}
    for role, one, shop in rows:
        if one.user_id not in found or role.role == Role.OPERATOR:
            language = reader_language(one.language, one.telegram_language, shop.language)
            found[one.user_id] = (one.user_id, language, Role(role.role))
    return list(found.values())
