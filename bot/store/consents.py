"""Consent to promotion in private: read before each such message leaves."""

from collections.abc import Collection, Mapping

from sqlalchemy import case, exists, select
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.rules.promotion import ConsentState
from bot.store.tables import Member
from bot.store.tables.attention import Consent


def promotion_allowed(session: Session, community_id: int, user_ids: Collection[int]) -> Mapping[int, ConsentState]:
    """The state of each of these people, by user id. It is one statement; who is no member has said nothing."""
    ever = exists(select(col(Consent.id)).where(col(Consent.member_id) == col(Member.id), col(Consent.said) == "yes"))
    stands = case(
        (col(Member.left_at).is_not(None), ConsentState.NONE.value),
        (col(Member.promotion_since).is_not(None), ConsentState.LIVE.value),
        (ever, ConsentState.WITHDRAWN.value),
        else_=ConsentState.NONE.value,
    )
    rows = session.execute(
        select(col(Member.user_id), stands).where(
            col(Member.community_id) == community_id, col(Member.user_id).in_(user_ids)
        )
    ).all()
    return dict.fromkeys(user_ids, ConsentState.NONE) | {user_id: ConsentState(state) for user_id, state in rows}
