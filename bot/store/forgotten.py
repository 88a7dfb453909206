"""Fingerprints of people who had their data deleted, kept for a time so that nobody gets the same thing twice."""

import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from sqlalchemy import delete, exists, select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.rules.retention import FINGERPRINT_KEPT
from bot.store.engine.sessions import Tx
from bot.store.tables import Community, Denied, Forgotten, Member


@dataclass(frozen=True, slots=True)
class Deletion:
    """Somebody had their data deleted in a shop."""

    community_id: int
    fingerprint: str
    at: datetime


def remember(tx: Tx, community_id: int, user_id: int, at: datetime) -> None:
    """Note that this person had their data deleted at `at`."""
    fingerprint = _fingerprint(tx, community_id, user_id)
    tx.merge(Forgotten(community_id=community_id, fingerprint=fingerprint, at=at, until=at + FINGERPRINT_KEPT))
    tx.flush()


def fingerprints(session: Session, community_id: int, user_ids: Iterable[int]) -> dict[str, int]:
    """Fingerprints of these people in this shop: user id by fingerprint."""
    salt = session.execute(select(col(Community.salt)).where(col(Community.id) == community_id)).scalar_one()
    return {_fingerprint_with(salt, user_id): user_id for user_id in user_ids}


def deleted_at(tx: Session, community_id: int, user_id: int, now: datetime) -> datetime | None:
    """When this person had their data deleted; None if they hadn't, or it is no longer remembered."""
    found: datetime | None = tx.execute(
        select(col(Forgotten.at)).where(
            col(Forgotten.community_id) == community_id,
            col(Forgotten.fingerprint) == _fingerprint(tx, community_id, user_id),
            col(Forgotten.until) > now,
        )
    ).scalar_one_or_none()
    return found


def expire(tx: Tx, now: datetime) -> None:
    """Delete fingerprints whose time is over, and what was kept because of them.

    That is `back_since` of members who came back, and denials of people whose id was deleted.
    """
    tx.execute(delete(Forgotten).where(col(Forgotten.until) <= now))
    remembered = select(col(Forgotten.at)).where(
        col(Forgotten.community_id) == col(Member.community_id), col(Forgotten.at) == col(Member.back_since)
    )
    tx.execute(
        update(Member)
        .where(col(Member.back_since).is_not(None), ~remembered.exists())
        .values(back_since=None)
        .execution_options(synchronize_session=False)
    )
    named = exists().where(
        col(Forgotten.community_id) == col(Denied.community_id), col(Forgotten.fingerprint) == col(Denied.fingerprint)
    )
    tx.execute(delete(Denied).where(col(Denied.user_id).is_(None), ~named))


def deletions(session: Session) -> list[Deletion]:
    """All deletions that are remembered."""
    return [Deletion(row.community_id, row.fingerprint, row.at) for row in session.execute(select(Forgotten)).scalars()]


def members_by_fingerprint(session: Session, community_id: int, fingerprints: set[str]) -> dict[str, int]:
    """Members of a shop who have one of these fingerprints: user id by fingerprint."""
    salt = session.execute(select(col(Community.salt)).where(col(Community.id) == community_id)).scalar_one_or_none()
    if salt is None:
        return {}
    user_ids = session.execute(select(col(Member.user_id)).where(col(Member.community_id) == community_id)).scalars()
    found = {_fingerprint_with(salt, user_id): user_id for user_id in user_ids}
    return {fingerprint: found[fingerprint] for fingerprint in fingerprints if fingerprint in found}


def _fingerprint(tx: Session, community_id: int, user_id: int) -> str:
    """A person's fingerprint in one shop. It can't be computed without the shop's salt."""
    salt = tx.execute(select(col(Community.salt)).where(col(Community.id) == community_id)).scalar_one()
    return _fingerprint_with(salt, user_id)


def _fingerprint_with(salt: str, user_id: int) -> str:
    return hmac.new(salt.encode(), str(user_id).encode(), sha256).hexdigest()
