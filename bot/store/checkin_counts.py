"""How many fans checked in, for cards and figures."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.rules.streaks import Cover
from bot.store.tables import CheckIn


@dataclass(frozen=True, slots=True)
class CheckInCount:
    """Check-ins of a period."""

    fans: int
    """Fans who checked in at least once."""
    check_ins: int


def count_checked_in(session: Session, community_id: int, day: date) -> int:
    """Fans who checked in on a day."""
    return _count(session, community_id, col(CheckIn.day) == day).check_ins


def count_check_ins_since(session: Session, community_id: int, since: date) -> CheckInCount:
    """Check-ins from a day on."""
    return _count(session, community_id, col(CheckIn.day) >= since)


def _count(session: Session, community_id: int, when: Any) -> CheckInCount:
    """Made-up and frozen days aren't check-ins."""
    row: Any = session.execute(
        select(func.count(col(CheckIn.member_id).distinct()).label("fans"), func.count().label("check_ins")).where(
            col(CheckIn.community_id) == community_id, col(CheckIn.cover) == Cover.CHECKED, when
        )
    ).one()
    return CheckInCount(row.fans, row.check_ins)
