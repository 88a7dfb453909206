"""Whom the owner denies to act for the shop. Read at each act of staff: a denial holds at once."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.store.forgotten import fingerprints
from bot.store.tables import Denied


def denied_among(session: Session, community_id: int, user_ids: Iterable[int]) -> frozenset[int]:
    """Those of these people who are denied, also if they had their data deleted since."""
    theirs = fingerprints(session, community_id, user_ids)
    found = session.execute(
        select(col(Denied.fingerprint)).where(
            col(Denied.community_id) == community_id,
            col(Denied.fingerprint).in_(theirs),
            col(Denied.lifted_at).is_(None),
        )
    ).scalars()
    return frozenset(theirs[one] for one in found)


def anybody_denied(session: Session, community_id: int) -> bool:
    """Whether the shop denies anybody."""
    found = session.execute(
        select(col(Denied.id)).where(col(Denied.community_id) == community_id, col(Denied.lifted_at).is_(None)).limit(1)
    )
    return found.first() is not None
