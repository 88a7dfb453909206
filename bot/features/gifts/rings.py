"""Who opened whose card around an invitation, and who does only what is easy: facts by which a ring is known."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import select
from sqlmodel import col

from bot.rules.gifts.rings import Circle
from bot.rules.notes import REAL
from bot.store.engine.sessions import Tx
from bot.store.tables import Activity, Gift, GiftOpening, Invitation, Member

LEVELS = 4
"""How far up it is looked who opened whose card: two second accounts are near, not far."""
MOST_FRIENDS = 50


def circle_of(tx: Tx, invitation: Invitation, *, fresh: bool) -> Circle:
    """The circle around an invitation. Of a `fresh` friend nobody knows yet what they do beside checking in."""
    opened = _opened_above(tx, invitation.inviter_id)
    inviter, friend = invitation.inviter_id, invitation.friend_id
    if fresh:
        return Circle(inviter, friend, opened, frozenset())
    friends = frozenset(
        tx.execute(
            select(col(Invitation.friend_id))
            .where(col(Invitation.inviter_id) == inviter, col(Invitation.left_at).is_(None))
            .order_by(col(Invitation.id).desc())
            .limit(MOST_FRIENDS)
        ).scalars()
    )
    above = tx.execute(
        select(col(Invitation.inviter_id)).where(col(Invitation.friend_id) == inviter)
    ).scalar_one_or_none()
    known = {inviter, friend, *friends, *([above] if above is not None else [])}
    return Circle(inviter, friend, opened, _quiet(tx, known), friends, above)


def _opened_above(tx: Tx, member_id: int) -> frozenset[tuple[int, int]]:
    """(giver, who opened their card), from `member_id` upwards."""
    found: set[tuple[int, int]] = set()
    openers = {member_id}
    for _ in range(LEVELS):
        edges = _givers_of(tx, openers) - found
        if not edges:
            break
        found |= edges
        openers = {giver for giver, _ in edges}
    return frozenset(found)


def _givers_of(tx: Tx, openers: Iterable[int]) -> set[tuple[int, int]]:
    by_opening = (
        select(col(Gift.giver_id), col(Member.id))
        .join(GiftOpening, col(GiftOpening.gift_id) == col(Gift.id))
        .join(
            Member,
            (col(Member.user_id) == col(GiftOpening.user_id))
            & (col(Member.community_id) == col(GiftOpening.community_id)),
        )
        .where(col(Member.id).in_(openers))
    )
    # Openings are forgotten after a month, who brought whom isn't.
    by_joining = select(col(Invitation.inviter_id), col(Invitation.friend_id)).where(
        col(Invitation.friend_id).in_(openers)
    )
    rows: Any = [*tx.execute(by_opening).all(), *tx.execute(by_joining).all()]
    return {(giver, opener) for giver, opener in rows}


def _quiet(tx: Tx, members: set[int]) -> frozenset[int]:
    active = tx.execute(
        select(col(Activity.member_id))
        .where(col(Activity.member_id).in_(members), col(Activity.kind).in_(REAL))
        .distinct()
    ).scalars()
    return frozenset(members - set(active))
