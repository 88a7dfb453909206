"""Who may have what is offered to some fans only."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.rules.for_whom import Aimed, NotForYou, Offered, for_whom, segment_of
from bot.rules.place import Place
from bot.rules.segments import BadSegment
from bot.store.segments import check_names, conditions_of, count_reach, meets
from bot.store.tables import Member


def aim(session: Session, place: Place, text: str, now: datetime) -> Aimed | BadSegment | None:
    """Check the names in a segment and count whom it reaches; None for all fans.

    It counts all fans of a shop, so it belongs outside of the writer.
    """
    segment = segment_of(text)
    if not segment.conditions:
        return None
    wrong = check_names(session, place, segment)
    return wrong if wrong is not None else Aimed(segment.text, count_reach(session, place, segment, now).members)


def is_for(session: Session, place: Place, text: str, member_id: int, now: datetime) -> bool:
    """Whether something with this segment is for a member. No statement is run for what is for all fans."""
    return not text or meets(session, place, segment_of(text), member_id, now)


def refuse(
    session: Session, place: Place, text: str, member_id: int, now: datetime, thing: tuple[Offered, str]
) -> NotForYou | None:
    """Why a member can't have something with this segment, or None. `thing` is what it is, and its title."""
    whom = for_whom(text)
    if whom is None or is_for(session, place, text, member_id, now):
        return None
    return NotForYou(*thing, whom)


def those_of(session: Session, place: Place, text: str, members: Sequence[int], now: datetime) -> set[int]:
    """Those of these members for whom something with this segment is."""
    if not text:
        return set(members)
    rows = session.execute(
        select(col(Member.id)).where(*conditions_of(session, place, segment_of(text), now), col(Member.id).in_(members))
    ).scalars()
    return {member_id for member_id in rows if member_id is not None}
