"""What staff do with the calendar: look, pin, swap, skip and move; each change is in the log and can be undone."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import select
from sqlmodel import col

from bot.features.posts.plan import lock_week, plan_week
from bot.features.posts.week_pages import alternatives, day_page, find_row, posting_page, week_page
from bot.rules.act import Act
from bot.rules.calendar import day_of, wall_instant, zone
from bot.rules.place import Place
from bot.rules.posts.slots import CalendarPolicy, wall_text
from bot.rules.posts.week import (
    AlternativesShown,
    CalendarDayShown,
    CalendarShown,
    Doing,
    MoveNotFree,
    MovesShown,
    PostingGone,
    PostingShown,
)
from bot.rules.slots import PostingState, SlotKind, Why
from bot.store.audit import caused_by, record_act
from bot.store.engine.db import Database
from bot.store.engine.sessions import Tx
from bot.store.slots import plan_again
from bot.store.tables import AuditEntry, Posting
from bot.store.tables.base import id_of
from bot.store.tables.posts import Post

CHANGED = "posting.changed"
"""The audit log's name for a change of one place in the calendar."""
HOURS = (time(10), time(12, 20), time(14), time(16), time(18), time(19, 30), time(20, 30))
"""Times that *move* offers."""

Change = Callable[[Tx, Posting], bool]
"""Changes a row; False if it can't be."""


class Weeks:
    """Use cases of the calendar's pages."""

    def __init__(self, db: Database, policy: CalendarPolicy) -> None:
        self._db = db
        self._policy = policy

    async def show(self, place: Place, now: datetime) -> CalendarShown:
        """The next seven days, planned as things stand."""
        return await self._db.write(plan_and_show, place, now, self._policy)

    async def day(self, place: Place, day: date) -> CalendarDayShown:
        """One day."""
        return CalendarDayShown(await self._db.read(day_page, place, day))

    async def posting(self, place: Place, posting_id: int) -> PostingShown | PostingGone:
        """One slot at one time."""
        return await self._db.read(posting_page, place, posting_id)

    async def alternatives(self, place: Place, posting_id: int, page: int) -> AlternativesShown | PostingGone:
        """Posts that could take a slot."""
        return await self._db.read(alternatives, place, posting_id, page, self._policy)

    async def moves(self, place: Place, posting_id: int, now: datetime) -> MovesShown | PostingGone:
        """Times to which a slot can be moved."""
        return await self._db.read(moves, place, posting_id, now, self._policy)

    async def take(self, act: Act, posting_id: int, post_id: int) -> PostingShown | PostingGone:
        """Let a post fill a slot."""
        return await self._db.write(take, act, posting_id, post_id, self._policy)

    async def pin(self, act: Act, posting_id: int, *, on: bool) -> PostingShown | PostingGone:
        """Keep a slot's pick, or leave it to the planner again."""
        return await self._db.write(pin, act, posting_id, self._policy, on=on)

    async def skip(self, act: Act, posting_id: int, *, on: bool) -> PostingShown | PostingGone:
        """Leave a slot empty, or plan it again."""
        return await self._db.write(skip, act, posting_id, self._policy, on=on)

    async def move(self, act: Act, posting_id: int, wall: datetime) -> PostingShown | PostingGone | MoveNotFree:
        """Let a slot come at another time (naive, by the shop's clock), this once."""
        return await self._db.write(move, act, posting_id, wall, self._policy)


def plan_and_show(tx: Tx, place: Place, now: datetime, policy: CalendarPolicy) -> CalendarShown:
    """Plan anew and show: the shelf may have changed since."""
    plan_week(tx, place.community_id, now, policy)
    return week_page(tx, place, now)


def take(tx: Tx, act: Act, posting_id: int, post_id: int, policy: CalendarPolicy) -> PostingShown | PostingGone:
    """Pin a post of the shop that the calendar may take."""

    def change(tx: Tx, row: Posting) -> bool:
        post = tx.get(Post, post_id)
        if post is None or post.community_id != act.community_id or not post.on_shelf or row.kind != SlotKind.POST:
            return False
        row.state, row.post_id, row.pillar, row.pinned = PostingState.PLANNED, post_id, post.pillar, True
        return True

    return _change(tx, act, posting_id, "taken", change, policy)


def pin(tx: Tx, act: Act, posting_id: int, policy: CalendarPolicy, *, on: bool) -> PostingShown | PostingGone:
    """Pin what is picked."""

    def change(_tx: Tx, row: Posting) -> bool:
        if row.post_id is None or row.state != PostingState.PLANNED:
            return False
        row.pinned = on
        return True

    return _change(tx, act, posting_id, "pinned" if on else "unpinned", change, policy)


def skip(tx: Tx, act: Act, posting_id: int, policy: CalendarPolicy, *, on: bool) -> PostingShown | PostingGone:
    """Skip a place, or take that back."""

    def change(_tx: Tx, row: Posting) -> bool:
        by_you = row.state == PostingState.SKIPPED and row.reason == Why.BY_YOU
        if on and row.state == PostingState.PLANNED:
            row.state, row.reason = PostingState.SKIPPED, Why.BY_YOU
        elif not on and by_you:
            row.state, row.reason = PostingState.PLANNED, None
        else:
            return (on and by_you) or (not on and row.state == PostingState.PLANNED)
        return True

    return _change(tx, act, posting_id, "skipped" if on else "planned", change, policy)


def move(
    tx: Tx, act: Act, posting_id: int, wall: datetime, policy: CalendarPolicy
) -> PostingShown | PostingGone | MoveNotFree:
    """Move a place to another time, unless that is over or another slot is near."""
    at = wall_instant(wall, act.place.timezone)
    lock_week(tx, act.community_id)
    if at <= act.at or at > act.at + policy.ahead:
        return MoveNotFree(at, 0)
    if _is_near(tx, act.community_id, posting_id, at, policy):
        return MoveNotFree(at, int(policy.apart.total_seconds() // 60))

    def change(_tx: Tx, row: Posting) -> bool:
        if row.state != PostingState.PLANNED:
            return False
        text = wall_text(wall)
        row.moved_to = None if text == row.wall else text
        row.due_at = at
        return True

    return _change(tx, act, posting_id, "moved", change, policy)


def _is_near(tx: Tx, community_id: int, posting_id: int, at: datetime, policy: CalendarPolicy) -> bool:
    found = tx.execute(
        select(col(Posting.id))
        .where(
            col(Posting.community_id) == community_id,
            col(Posting.id) != posting_id,
            col(Posting.due_at) > at - policy.apart,
            col(Posting.due_at) < at + policy.apart,
            col(Posting.state).in_((PostingState.PLANNED, PostingState.POSTED)),
        )
        .limit(1)
    )
    return found.first() is not None


def _change(
    tx: Tx, act: Act, posting_id: int, what: str, change: Change, policy: CalendarPolicy
) -> PostingShown | PostingGone:
    """Change one row that isn't due yet, write the act down, plan the others anew, and show it."""
    done = caused_by(tx, act.community_id, act.cause)
    if done is None:
        lock_week(tx, act.community_id)
        found = find_row(tx, act.community_id, posting_id)
        if found is None or found[0].due_at <= act.at:
            return PostingGone()
        row, _ = found
        before = snapshot(row)
        if not change(tx, row):
            return PostingGone()
        tx.flush()
        after = snapshot(row)
        if after != before:
            done = record_act(tx, act, CHANGED, _named(row), subject_id=id_of(row), before=before, after=after)
            plan_week(tx, act.community_id, act.at, policy)
            plan_again(tx, act.community_id, act.at)
    shown = posting_page(tx, act.place, posting_id)
    if isinstance(shown, PostingGone):
        return shown
    return replace(shown, done=Doing(what, done.id if done is not None else None))


def _named(row: Posting) -> str:
    """What the log calls a place: its time by the shop's clock."""
    return f"{datetime.fromisoformat(row.wall):%m-%d %H:%M}"


def snapshot(row: Posting) -> dict[str, Any]:
    """What of a row staff change."""
    return {
        "state": row.state,
        "post_id": row.post_id if row.pinned else None,
        "pinned": row.pinned,
        "moved_to": row.moved_to,
        "reason": row.reason if row.state == PostingState.SKIPPED else None,
    }


def undo_change(tx: Tx, act: Act, entry: AuditEntry, _policies: object = None) -> bool:
    """Put a row back as it was; False if it was changed again since, or its time has come."""
    lock_week(tx, act.community_id)
    found = find_row(tx, act.community_id, entry.subject_id or 0)
    before = entry.before or {}
    if found is None or snapshot(found[0]) != entry.after or not before:
        return False
    row, _ = found
    due_at = wall_instant(datetime.fromisoformat(before["moved_to"] or row.wall), act.place.timezone)
    if row.due_at <= act.at or due_at <= act.at:
        return False
    row.state, row.pinned, row.moved_to = before["state"], before["pinned"], before["moved_to"]
    row.reason, row.due_at = before["reason"], due_at
    row.post_id = before["post_id"]
    plan_again(tx, act.community_id, act.at)
    return True


def moves(
    session: Any, place: Place, posting_id: int, now: datetime, policy: CalendarPolicy
) -> MovesShown | PostingGone:
    """Free times of its day and the next."""
    shown = posting_page(session, place, posting_id)
    if isinstance(shown, PostingGone) or not shown.line.open:
        return PostingGone()
    first = max(shown.day, day_of(now, place.timezone))
    walls = [datetime.combine(first + timedelta(days=number), hour) for number in (0, 1) for hour in HOURS]
    at = {wall: wall_instant(wall, place.timezone) for wall in walls}
    free = [
        instant
        for instant in at.values()
        if now < instant <= now + policy.ahead
        and instant != shown.line.at
        and not _is_near(session, place.community_id, posting_id, instant, policy)
    ]
    return MovesShown(shown.line, tuple(free[:8]))


def wall_of(at: datetime, timezone: str) -> datetime:
    """What the shop's clock shows at an instant, naive."""
    return at.astimezone(zone(timezone)).replace(tzinfo=None)
