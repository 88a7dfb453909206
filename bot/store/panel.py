"""What domains bring to the staff's panel, and the counts of rooms and fans that several of them need."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.rules.panel import AdminLine, Reach
from bot.rules.place import Place
from bot.store.messages.cards import chats_of, groups_of
from bot.store.messages.refused import heard_in
from bot.store.tables import Member

ListThings = Callable[[Session, Place, datetime, int | None], list[AdminLine]]
"""(session, place, at, number) → a section's things, newest first, or only the one with this number."""
CountReach = Callable[[Session, Place, Mapping[str, Any], int | None], Reach]
"""(session, place, the form's values, the thing's number) → reach."""


def reach_groups(session: Session, place: Place, _values: Mapping[str, Any], _number: int | None) -> Reach:
    """Reach of what hangs in every group and may be seen by every member."""
    return Reach(groups=count_groups(session, place), fans=count_fans(session, place))


def reach_everywhere(session: Session, place: Place, _values: Mapping[str, Any], _number: int | None) -> Reach:
    """Reach of what is told in every group and the channel."""
    return Reach(groups=count_rooms(session, place), fans=count_fans(session, place))


def count_rooms(session: Session, place: Place) -> int:
    """Groups and channels in which something can be told now: those that refuse messages aren't counted."""
    return heard_in(session, place.community_id, chats_of(session, place.community_id))[0]


def count_groups(session: Session, place: Place) -> int:
    """The same without channels."""
    chats = [group.chat_id for group in groups_of(session, place.community_id)]
    return heard_in(session, place.community_id, chats)[0]


def count_fans(session: Session, place: Place) -> int:
    """Fans who are here."""
    found: int = session.execute(
        select(func.count())
        .select_from(Member)
        .where(col(Member.community_id) == place.community_id, col(Member.left_at).is_(None), col(Member.user_id) > 0)
    ).scalar_one()
    return found
