"""People whom the owner has denied to act for the shop. Each act of staff checks this, so a denial holds at once."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.store.forgotten import fingerprints
from bot.store.tables import Denied


def denied_among(session: Session, community_id: int, user_ids: Iterable[int]) -> frozenset[int]:
    """Which of these people are denied. Somebody who had their data deleted stays denied."""
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
    """Whether anybody is denied in this shop."""
    found = session.execute(
        select(col(Denied.id)).where(col(Denied.community_id) == community_id, col(Denied.lifted_at).is_(None)).limit(1)
    )
    return found.first() is not None
