"""Types of what domains register for the staff's panel, and counts of rooms and fans that several domains need."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.rules.panel import AdminLine, Ended, Reach
from bot.rules.place import Place
from bot.rules.tiers import Tier
from bot.store.messages.cards import chats_of, groups_of
from bot.store.messages.refused import heard_in
from bot.store.tables import Member
from bot.store.tables.members import IS_A_PERSON

ListThings = Callable[[Session, Place, datetime, int | None], list[AdminLine]]
"""(session, place, at, number) → the lines of a section, newest first; with a number only that one."""
ListEnded = Callable[[Session, Place, datetime, Ended], list[AdminLine]]
"""(session, place, at, which) → ended things of a section, the newest first, one more than a page holds."""
Offered = Callable[[Session, Place, datetime], bool]
"""(session, place, at) → whether an act can be done in the shop now."""
CountReach = Callable[[Session, Place, Mapping[str, Any], int | None], Reach]
"""(session, place, the form's values, the number of what the act is about) → the act's reach."""


def reach_groups(session: Session, place: Place, _values: Mapping[str, Any], _number: int | None) -> Reach:
    """The reach of a card that is posted in every group and that every member can see."""
    return Reach(groups=count_groups(session, place), fans=count_fans(session, place))


def reach_everywhere(session: Session, place: Place, _values: Mapping[str, Any], _number: int | None) -> Reach:
    """The reach of a message that is posted in every group and in the channel."""
    return Reach(groups=count_rooms(session, place), fans=count_fans(session, place))


def count_rooms(session: Session, place: Place) -> int:
    """How many groups and channels take messages now. Rooms that refuse messages don't count."""
    return heard_in(session, place.community_id, chats_of(session, place.community_id))[0]


def count_groups(session: Session, place: Place) -> int:
    """How many groups take messages now, without channels."""
    chats = [group.chat_id for group in groups_of(session, place.community_id)]
    return heard_in(session, place.community_id, chats)[0]


def count_fans(session: Session, place: Place, lowest: Tier = Tier.NEW) -> int:
    """How many fans are in a room of the shop; with a tier only those who have reached it."""
    reached = [tier.value for tier in Tier if tier.at_least(lowest)]
    which = (col(Member.tier).in_(reached),) if lowest is not Tier.NEW else ()
    found: int = session.execute(
        select(func.count())
        .select_from(Member)
        .where(col(Member.community_id) == place.community_id, col(Member.left_at).is_(None), IS_A_PERSON, *which)
    ).scalar_one()
    return found


def count_may(session: Session, place: Place, values: Mapping[str, Any]) -> int:
    """How many fans an act lets claim, enter or buy, by the conditions in its form: the lowest tier."""
    return count_fans(session, place, Tier(values.get("tier") or Tier.NEW))
