"""Visits of members: days on which they did something themselves, or gave a sign of life in a room."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.rules.calendar import day_of
from bot.rules.notes import NO_VISIT
from bot.store.tables import ActiveDay, Activity

_NO_VISIT = [did.value for did in NO_VISIT]


def visits_of(session: Session, member_ids: Sequence[int], since: date) -> dict[int, set[date]]:
    """The days of these members' visits after a day."""
    found: dict[int, set[date]] = {member_id: set() for member_id in member_ids}
    acted = select(col(Activity.member_id), col(Activity.day)).where(
        col(Activity.member_id).in_(member_ids), col(Activity.day) > since, col(Activity.kind).not_in(_NO_VISIT)
    )
    active = select(col(ActiveDay.member_id), col(ActiveDay.day)).where(
        col(ActiveDay.member_id).in_(member_ids), col(ActiveDay.day) > since
    )
    for query in (acted, active):
        for member_id, day in session.execute(query.distinct()):
            found[member_id].add(day)
    return found


def last_visits(session: Session, member_ids: Sequence[int]) -> dict[int, date]:
    """The day of each of these members' last visit. Who never visited is left out."""
    last: dict[int, date] = {}
    acted = select(col(Activity.member_id), func.max(col(Activity.day))).where(
        col(Activity.member_id).in_(member_ids), col(Activity.kind).not_in(_NO_VISIT)
    )
    active = select(col(ActiveDay.member_id), func.max(col(ActiveDay.day))).where(
        col(ActiveDay.member_id).in_(member_ids)
    )
    for member_id, day in (
        *session.execute(acted.group_by(col(Activity.member_id))),
        *session.execute(active.group_by(col(ActiveDay.member_id))),
    ):
        last[member_id] = max(day, last.get(member_id, day))
    return last


def days_since(session: Session, member_ids: Sequence[int], now: datetime, timezone: str) -> dict[int, int]:
    """How many days ago each of these members was last there: 0 for today."""
    today = day_of(now, timezone)
    return {member_id: max(0, (today - day).days) for member_id, day in last_visits(session, member_ids).items()}


def came_after(member_id: Any, day: Any) -> ColumnElement[bool]:
    """The SQL condition that a member visited after a day; both are columns."""
    acted = select(col(Activity.member_id)).where(
        col(Activity.member_id) == member_id, col(Activity.day) > day, col(Activity.kind).not_in(_NO_VISIT)
    )
    active = select(col(ActiveDay.member_id)).where(col(ActiveDay.member_id) == member_id, col(ActiveDay.day) > day)
    return or_(acted.exists(), active.exists())
