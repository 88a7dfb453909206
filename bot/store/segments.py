"""The fans of a segment: counted, or read in the order of their member ids, so that a long walk can go on."""

import operator
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, func, not_, or_, select
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.rules.calendar import day_of
from bot.rules.currencies import decimals_of
from bot.rules.place import Place
from bot.rules.segments import BadSegment, Condition, Field, Op, Reach, Segment, SegmentTrouble
from bot.rules.tiers import Tier
from bot.rules.ways_in import source_key
from bot.store.tables import ActiveDay, Activity, Member, Order, Person, Source
from bot.store.tables.members import IS_A_PERSON

_COMPARED: Mapping[Op, Callable[[Any, Any], Any]] = {
    Op.IS: operator.eq,
    Op.LEAST: operator.ge,
    Op.MOST: operator.le,
    Op.MORE: operator.gt,
    Op.LESS: operator.lt,
}


@dataclass(frozen=True, slots=True)
class SegmentFan:
    """A fan of a segment."""

    member_id: int
    user_id: int
    can_write: bool
    consents: bool
    """Whether they said yes to promotion in private."""


def check_sources(session: Session, place: Place, segment: Segment) -> BadSegment | None:
    """What is wrong with a segment's sources: the shop has none of that name."""
    for condition in segment.conditions:
        if condition.field is Field.SOURCE and _source_id(session, place, str(condition.value)) is None:
            return BadSegment(SegmentTrouble.SOURCE, str(condition.value))
    return None


def count_reach(session: Session, place: Place, segment: Segment, now: datetime) -> Reach:
    """How many fans a segment has, how many of them can be written to, and how many of these said yes to promotion."""
    can_write = col(Person.can_write).is_(True)
    says_yes = and_(can_write, col(Member.promotion_since).is_not(None))
    members, reachable, consenting = session.execute(
        select(func.count(), func.count().filter(can_write), func.count().filter(says_yes))
        .select_from(Member)
        .join(Person, col(Person.user_id) == col(Member.user_id))
        .where(*conditions_of(session, place, segment, now))
    ).one()
    return Reach(members, reachable, consenting)


def next_fans(
    session: Session, place: Place, segment: Segment, now: datetime, after: int, limit: int
) -> list[SegmentFan]:
    """The next fans of a segment, in the order of their member ids."""
    rows = session.execute(
        select(col(Member.id), col(Member.user_id), col(Person.can_write), col(Member.promotion_since).is_not(None))
        .join(Person, col(Person.user_id) == col(Member.user_id))
        .where(*conditions_of(session, place, segment, now), col(Member.id) > after)
        .order_by(col(Member.id))
        .limit(limit)
    ).all()
    return [
        SegmentFan(member_id, user_id, can_write, consents)
        for member_id, user_id, can_write, consents in rows
        if member_id is not None
    ]


def conditions_of(session: Session, place: Place, segment: Segment, now: datetime) -> list[ColumnElement[bool]]:
    """The SQL conditions of a segment, for a query of `Member`: who is in a room of the shop and meets all of it."""
    here = [col(Member.community_id) == place.community_id, col(Member.left_at).is_(None), IS_A_PERSON]
    return [*here, *(_condition(session, place, one, now) for one in segment.conditions)]  # type: ignore[list-item]


def _condition(session: Session, place: Place, condition: Condition, now: datetime) -> ColumnElement[bool]:
    value = condition.value
    if condition.field is Field.TIER and isinstance(value, Tier):
        return col(Member.tier).in_([tier.value for tier in _tiers(condition.op, value)])
    if condition.field is Field.SOURCE:
        # Nobody came by a source that isn't there. A comparison with None would mean who came by none.
        return col(Member.source_id) == (_source_id(session, place, str(value)) or 0)
    if condition.field is Field.SPENT and isinstance(value, int):
        return _spent(place, condition.op, value)
    if not isinstance(value, timedelta):
        raise TypeError(f"not a value of {condition.field}: {value!r}")
    if condition.field is Field.JOINED:
        ago = col(Member.joined_at)
        return ago <= now - value if condition.op in {Op.LEAST, Op.MORE} else ago > now - value
    return _quiet(place, value, now, longer=condition.op in {Op.IS, Op.LEAST, Op.MORE})


def _tiers(op: Op, tier: Tier) -> Iterable[Tier]:
    fits = _COMPARED[op]
    return (one for one in Tier if fits(one.step, tier.step))


def _source_id(session: Session, place: Place, name: str) -> int | None:
    return session.execute(
        select(col(Source.id)).where(
            col(Source.community_id) == place.community_id, col(Source.name_key) == source_key(name)
        )
    ).scalar_one_or_none()


def _quiet(place: Place, length: timedelta, now: datetime, *, longer: bool) -> ColumnElement[bool]:
    """Whether a member did nothing for so long: no sign of life in a room, no act, and they were here all the time."""
    since = day_of(now - length, place.timezone)
    active = select(col(ActiveDay.member_id)).where(
        col(ActiveDay.member_id) == col(Member.id), col(ActiveDay.day) > since
    )
    acted = select(col(Activity.member_id)).where(col(Activity.member_id) == col(Member.id), col(Activity.day) > since)
    alive = or_(active.exists(), acted.exists(), col(Member.joined_at) > now - length)
    return not_(alive) if longer else alive


def _spent(place: Place, op: Op, amount: int) -> ColumnElement[bool]:
    """What a member's orders in the shop's currency brought, without what was paid back."""
    spent = (
        select(func.coalesce(func.sum(col(Order.value) - col(Order.refunded)), 0))
        .where(col(Order.member_id) == col(Member.id), col(Order.currency) == place.currency)
        .scalar_subquery()
    )
    minor = amount * 10 ** decimals_of(place.currency)
    compared: ColumnElement[bool] = _COMPARED[op](spent, minor)
    return compared
