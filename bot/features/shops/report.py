"""The figures of `/report`, counted from the rows themselves."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.rules.calendar import day_of, start_of
from bot.rules.place import Place
from bot.rules.shops.report import CameBy, Report, cost_each
from bot.store.checkin_counts import count_check_ins_since
from bot.store.engine.db import Database
from bot.store.tables import Airing, Attendance, Coupon, Member, Source, Stream, Subscription

SHOWN = 20
"""Sources that a report lists."""


class Reports:
    """Reads the figures of a shop."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def report(self, place: Place, days: int, at: datetime) -> Report:
        """The last `days` calendar days of the shop, today included."""
        return await self._db.read(report, place, days, at)


def report(session: Session, place: Place, days: int, at: datetime) -> Report:
    """Count everything in one reading."""
    since = day_of(at, place.timezone) - timedelta(days=days - 1)
    start = start_of(since, place.timezone)
    came = _came(session, place, start)
    checked_in = count_check_ins_since(session, place.community_id, since)
    reminded, attended = _streams(session, place, start)
    left = _count(session, Member, place, col(Member.left_at) >= start, col(Member.user_id) > 0)
    return Report(
        since=since,
        days=days,
        came_in_all=sum(line.came for line in came),
        came=tuple(came[:SHOWN]),
        more=max(0, len(came) - SHOWN),
        left=left,
        checked_in=checked_in.fans,
        check_ins=checked_in.check_ins,
        claimed=_count(session, Coupon, place, col(Coupon.claimed_at) >= start),
        redeemed=_count(session, Coupon, place, col(Coupon.redeemed_at) >= start),
        reminded=reminded,
        attended=attended,
    )


def _came(session: Session, place: Place, start: datetime) -> list[CameBy]:
    """Newcomers by source, most first, unknown sources last. Sources that brought nobody in the period are left out."""
    # A fan whose data was deleted came once, and isn't here any more.
    is_here = col(Member.left_at).is_(None) & (col(Member.user_id) > 0)
    lately = col(Member.joined_at) >= start
    came, here = func.count().filter(lately), func.count().filter(lately & is_here)
    rows = session.execute(
        select(
            col(Member.source_id),
            col(Source.name),
            col(Source.cost),
            came.label("came"),
            here.label("here"),
            func.count().filter(is_here).label("stayed"),
        )
        .outerjoin(Source, col(Source.id) == col(Member.source_id))
        .where(col(Member.community_id) == place.community_id)
        .group_by(col(Member.source_id), col(Source.name), col(Source.cost))
        .order_by(col(Member.source_id).is_(None), came.desc(), col(Member.source_id))
    ).all()
    return [CameBy(row.name, row.came, row.here, cost_each(row.cost, row.stayed)) for row in rows if row.came]


def _streams(session: Session, place: Place, start: datetime) -> tuple[int | None, int | None]:
    """Fans who asked to be reminded, and fans who came, if there ever was a stream."""
    if not _count(session, Stream, place):
        return None, None
    reminded = session.execute(
        select(func.count(col(Subscription.member_id).distinct()))
        .join(Stream, col(Stream.id) == col(Subscription.stream_id))
        .where(col(Stream.community_id) == place.community_id, col(Subscription.at) >= start)
    ).scalar_one()
    attended = session.execute(
        select(func.count(col(Attendance.member_id).distinct()))
        .join(Airing, col(Airing.id) == col(Attendance.airing_id))
        .where(col(Airing.community_id) == place.community_id, col(Attendance.at) >= start)
    ).scalar_one()
    return reminded, attended


def _count(session: Session, table: Any, place: Place, *conditions: Any) -> int:
    found: int = session.execute(
        select(func.count()).select_from(table).where(table.community_id == place.community_id, *conditions)
    ).scalar_one()
    return found
