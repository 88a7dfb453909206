"""Lists of fans, page by page, and the fans whom a name can mean."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.features.members import lines
from bot.features.members.rhythms import count_slipping, next_slipping, slipping
from bot.rules.calendar import day_of
from bot.rules.lines import visible
from bot.rules.members.lists import (
    A_PAGE,
    SEGMENTS,
    TAGS_OFFERED,
    FanChoice,
    FanLine,
    FanList,
    FansHome,
    Meant,
    Ready,
    TagCount,
    WhichMember,
)
from bot.rules.naming import MOST_CHOICES
from bot.rules.numbers import read_number
from bot.rules.place import Place
from bot.rules.segments import BadSegment, Reach, Segment, read_segment
from bot.rules.tiers import Tier
from bot.store.choices import is_called
from bot.store.engine.db import Database
from bot.store.fan_tags import count_tags
from bot.store.members import member_id_of
from bot.store.segments import check_names, count_reach, next_fans
from bot.store.tables import Account, ActiveDay, Member, Person
from bot.store.tables.fans import VisitRhythm
from bot.store.tables.members import IS_A_PERSON
from bot.store.visits import days_since

LATELY = timedelta(days=7)
"""Whom staff didn't name is looked for among those who were active in this time."""


@dataclass(frozen=True, slots=True)
class Whom:
    """What staff want of a fan whom they didn't name for sure."""

    meant: Meant
    said: str
    """What they wrote in the place of a name."""
    line: str = ""
    """What is to be done: tags, or coins with a reason."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A list that goes by a segment."""

    which: str
    """What buttons call it."""
    line: str
    """The segment as staff wrote it; empty for a ready list."""
    segment: Segment


class FanLists:
    """Use cases of lists."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def home(self, place: Place, at: datetime) -> FansHome:
        """Which lists there are."""
        return await self._db.read(home, place, at)

    async def write_list(self, place: Place, text: str, at: datetime) -> FanList | BadSegment:
        """The first page of a segment that staff wrote."""
        segment = await self._db.read(read_here, place, text)
        if isinstance(segment, BadSegment):
            return segment
        if segment == Segment():
            return await self._db.read(list_segment, place, Listed(Ready.ALL, "", segment), 0, at)
        line = visible(text)  # in the words in which it was written
        line_id = await self._db.write(lines.remember_line, place.community_id, lines.LIST, line, at)
        return await self._db.read(list_segment, place, Listed(str(line_id), line, segment), 0, at)

    async def page(self, place: Place, which: str, after: str, at: datetime) -> FanList | BadSegment | None:
        """A page of a list; None if there is no such list (any more)."""
        return await self._db.read(page, place, which, after, at)

    async def next_of(self, place: Place, which: str, member_id: int, at: datetime) -> int | None:
        """The fan after this one in a list; None if there is none."""
        return await self._db.read(next_of, place, which, member_id, at)

    async def called(self, place: Place, whom: Whom, at: datetime) -> WhichMember:
        """The fans who can be meant. The line is kept for their buttons."""
        line_id = None
        if whom.meant is not Meant.SHOW:
            line_id = await self._db.write(lines.remember_line, place.community_id, whom.meant.value, whom.line, at)
        return await self._db.read(called, place, whom, line_id, at)

    async def line(self, place: Place, kind: Meant, line_id: int) -> str | None:
        """A line that staff wrote; None if it isn't kept any more."""
        return await self._db.read(lines.line_of, place.community_id, kind.value, line_id)

    async def member_id(self, place: Place, user_id: int) -> int | None:
        """The fan of this shop who is this person."""
        return await self._db.read(member_id_of, place.community_id, user_id)


def home(session: Session, place: Place, at: datetime) -> FansHome:
    """How many fans there are, and which tags are used most."""
    tags = tuple(TagCount(tag, count) for tag, count in count_tags(session, place.community_id, TAGS_OFFERED))
    fans = count_reach(session, place, Segment(), at).members
    return FansHome(place.community_id, fans, count_slipping(session, place, at), tags)


def read_here(session: Session, place: Place, text: str) -> Segment | BadSegment:
    """The segment that a text means in this shop."""
    segment = read_segment(text)
    if isinstance(segment, BadSegment):
        return segment
    return check_names(session, place, segment) or segment


def page(session: Session, place: Place, which: str, after: str, at: datetime) -> FanList | BadSegment | None:
    """A page that a button names."""
    if which == Ready.SLIPPING:
        return list_slipping(session, place, after, at)
    listed = list_named(session, place, which)
    if not isinstance(listed, Listed):
        return listed
    last = read_number(after) if after else 0
    return list_segment(session, place, listed, last, at) if last is not None else None


def list_named(session: Session, place: Place, which: str) -> Listed | BadSegment | None:
    """The list that a button names; None if there is none (any more)."""
    if which in set(Ready):
        segment = SEGMENTS.get(Ready(which))
        return Listed(which, "", segment) if segment is not None else None
    line_id = read_number(which)
    line = lines.line_of(session, place.community_id, lines.LIST, line_id) if line_id is not None else None
    if line is None:
        return None
    read = read_here(session, place, line)
    return read if isinstance(read, BadSegment) else Listed(which, line, read)


def list_segment(session: Session, place: Place, listed: Listed, after: int, at: datetime) -> FanList:
    """The fans of a segment after one of them, in the order in which they came."""
    found = [fan.member_id for fan in next_fans(session, place, listed.segment, at, after, A_PAGE + 1)]
    shown = found[:A_PAGE]
    return FanList(
        community_id=place.community_id,
        which=listed.which,
        segment=listed.line,
        reach=count_reach(session, place, listed.segment, at),
        lines=lines_about(session, place, shown, at),
        further=after > 0,
        after=str(shown[-1]) if len(found) > A_PAGE else None,
    )


def list_slipping(session: Session, place: Place, after: str, at: datetime) -> FanList | None:
    """Those who are slipping away after one of them; None for a place that can't be one."""
    since = _read_place(after) if after else None
    if after and since is None:
        return None
    found = next_slipping(session, place, at, since, A_PAGE + 1)
    shown = found[:A_PAGE]
    last = None
    if len(found) > A_PAGE:
        member_id, step, day = shown[-1]
        last = f"{step}.{day.toordinal()}.{member_id}"
    return FanList(
        community_id=place.community_id,
        which=Ready.SLIPPING,
        segment="",
        reach=_reach_of_slipping(session, place, at),
        lines=lines_about(session, place, [member_id for member_id, _, _ in shown], at),
        further=bool(after),
        after=last,
    )


def _read_place(text: str) -> tuple[int, date, int] | None:
    numbers = [read_number(part) for part in text.split(".")]
    match numbers:
        case [int() as step, int() as day, int() as member_id] if 0 < day < date.max.toordinal() and step < A_PAGE:
            return step, date.fromordinal(day), member_id
        case _:
            return None


def _reach_of_slipping(session: Session, place: Place, at: datetime) -> Reach:
    can_write = col(Person.can_write).is_(True)
    members, reachable, consenting = session.execute(
        select(
            func.count(),
            func.count().filter(can_write),
            func.count().filter(can_write, col(Member.promotion_since).is_not(None)),
        )
        .select_from(VisitRhythm)
        .join(Member, col(Member.id) == col(VisitRhythm.member_id))
        .join(Person, col(Person.user_id) == col(Member.user_id))
        .where(*slipping(place, day_of(at, place.timezone)))
    ).one()
    return Reach(members, reachable, consenting)


def next_of(session: Session, place: Place, which: str, member_id: int, at: datetime) -> int | None:
    """The fan after this one, who needn't be in the list any more."""
    if which == Ready.SLIPPING:
        row = session.get(VisitRhythm, member_id)
        member = session.get(Member, member_id)
        if row is None or member is None or member.community_id != place.community_id:
            return None
        found = next_slipping(session, place, at, (Tier(member.tier).step, row.last_on, member_id), 1)
        return found[0][0] if found else None
    listed = list_named(session, place, which)
    if not isinstance(listed, Listed):
        return None
    fans = next_fans(session, place, listed.segment, at, member_id, 1)
    return fans[0].member_id if fans else None


def lines_about(session: Session, place: Place, member_ids: Sequence[int], at: datetime) -> tuple[FanLine, ...]:
    """These fans, in this order."""
    rows: Any = session.execute(
        select(col(Member.id), col(Person.name), col(Member.tier), col(Account.balance), col(VisitRhythm.every))
        .join(Person, col(Person.user_id) == col(Member.user_id))
        .join(Account, col(Account.member_id) == col(Member.id))
        .outerjoin(VisitRhythm, col(VisitRhythm.member_id) == col(Member.id))
        .where(col(Member.community_id) == place.community_id, col(Member.id).in_(member_ids))
    ).all()
    seen = days_since(session, member_ids, at, place.timezone)
    found = {row[0]: FanLine(row[0], row[1], row[2], row[3], seen.get(row[0]), row[4]) for row in rows}
    return tuple(found[member_id] for member_id in member_ids if member_id in found)


def called(session: Session, place: Place, whom: Whom, line_id: int | None, at: datetime) -> WhichMember:
    """Fans whose name contains what was said; if there are none, those who were active last."""
    said = whom.said
    query = (
        select(col(Member.id), col(Person.name), col(Person.username), col(Member.tier))
        .join(Person, col(Person.user_id) == col(Member.user_id))
        .where(col(Member.community_id) == place.community_id, col(Member.left_at).is_(None), IS_A_PERSON)
    )
    rows: Any = []
    if said:
        rows = session.execute(query.where(is_called(said)).order_by(col(Member.id)).limit(MOST_CHOICES)).all()
    found = bool(rows)
    if not rows:
        ids = _active_lately(session, place, at)
        rows = session.execute(query.where(col(Member.id).in_(ids))).all()
    fans = tuple(FanChoice(*row) for row in rows)
    return WhichMember(place.community_id, whom.meant, said, found, line_id, whom.line, fans)


def _active_lately(session: Session, place: Place, at: datetime) -> list[int]:
    """Who gave a sign of life in a room in the last days, the latest first."""
    rows = session.execute(
        select(col(ActiveDay.member_id))
        .join(Member, col(Member.id) == col(ActiveDay.member_id))
        .where(col(ActiveDay.day) > day_of(at, place.timezone) - LATELY, col(Member.community_id) == place.community_id)
        .order_by(col(ActiveDay.day).desc())
        .limit(10 * MOST_CHOICES)
    ).scalars()
    return list(dict.fromkeys(rows))[:MOST_CHOICES]
