"""Consent to promotion in private: read before each such message, and written down whenever a fan says something.

A row of `consent` for each time they said something; `member.promotion_…` holds what stands now.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import case, exists, select
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.rules.place import Place
from bot.rules.promotion import ConsentState, Said, Wish, remind_at
from bot.store.engine.sessions import Tx
from bot.store.shown import count_lost
from bot.store.tables import Member
from bot.store.tables.attention import Consent
from bot.store.tables.base import id_of

LONGEST = 4096
"""Characters of what was shown that are kept: a whole message."""


@dataclass(frozen=True, slots=True)
class ConsentStands:
    """What stands of a member's consent."""

    yes: bool
    since: datetime | None
    """When they said so; None: they never said anything."""
    ever: bool
    """Whether they ever said yes."""


def promotion_allowed(session: Session, community_id: int, user_ids: Collection[int]) -> Mapping[int, ConsentState]:
    """The state of each of these people, by user id. It is one statement; who is no member has said nothing."""
    ever = exists(
        select(col(Consent.id)).where(col(Consent.member_id) == col(Member.id), col(Consent.said) == Said.YES)
    )
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


def consent_of(session: Session, member: Member) -> ConsentStands:
    """What stands of a member's consent, with its date."""
    rows = session.execute(
        select(col(Consent.said), col(Consent.at))
        .where(col(Consent.member_id) == id_of(member), col(Consent.said) != Said.REMINDED)
        .order_by(col(Consent.at).desc(), col(Consent.id).desc())
    ).all()
    ever = any(said == Said.YES for said, _ in rows)
    return ConsentStands(member.promotion_since is not None, rows[0].at if rows else None, ever)


def say_promotion(tx: Tx, place: Place, member: Member, wish: Wish, at: datetime) -> ConsentStands:
    """Write down what a member says, and what stands then. `member` is locked (`locked_member`).

    Saying the same again changes nothing. What was said before the latest word (a press that comes late) doesn't
    either.
    """
    stood = consent_of(tx, member)
    same = stood.since is not None and stood.yes is wish.yes
    if same or (stood.since is not None and at < stood.since):
        return stood
    tx.add(
        Consent(
            community_id=place.community_id,
            member_id=id_of(member),
            said=Said.YES if wish.yes else Said.NO,
            at=at,
            words=wish.words[:LONGEST],
            language=wish.language,
            way=wish.way,
        )
    )
    if stood.yes and not wish.yes:
        count_lost(tx, member.user_id, at)
    member.promotion_since = at if wish.yes else None
    member.promotion_asked_at = member.promotion_asked_at or at
    member.promotion_remind_at = remind_at(at, place.timezone) if wish.yes else None
    tx.flush()
    return ConsentStands(wish.yes, at, stood.ever or wish.yes)
