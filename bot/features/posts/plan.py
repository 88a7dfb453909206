"""Planning a shop's week: a row for each slot and time of the next seven days, with its pick and the reason."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlmodel import col

from bot.features.posts.plan_facts import planning_of, rests_of, slots_of
from bot.rules.calendar import DAY, day_of, start_of, wall_instant, walls
from bot.rules.posts.planner import Pick, Place, Planning, Rests, after_sending, fits, pick_post
from bot.rules.posts.slots import CalendarPolicy, SlotFacts, as_wall, wall_text
from bot.rules.posts.week import ShelfRunsOut
from bot.rules.slots import PostingState, SlotKind, Why
from bot.store.engine.inserts import insert_into
from bot.store.engine.sessions import Tx
from bot.store.messages.outbox import Terms
from bot.store.messages.telling import tell_owner
from bot.store.places import place_of
from bot.store.tables import Community, Posting
from bot.store.tables.posts import Week

SPREAD = timedelta(hours=1)
"""Shops of one zone are planned at different seconds of the hour after midnight, not all at once."""
RUNS_OUT = frozenset({Why.EMPTY, Why.USED_UP})
TOLD_WITHIN = timedelta(days=1)
BACK = 2
"""Days before today whose postings are looked at: a move of the zone can bring them back."""


def plan_week(tx: Tx, community_id: int, now: datetime, policy: CalendarPolicy) -> None:
    """Plan the shop's next seven days. Done twice it does the same once."""
    week = lock_week(tx, community_id)
    if week is None:
        return
    timezone = tx.execute(select(col(Community.timezone)).where(col(Community.id) == community_id)).scalar_one()
    today = day_of(now, timezone)
    last = today + policy.ahead
    slots = {slot.id: slot for slot in slots_of(tx, community_id)}
    due = {
        (slot.id, wall_text(wall)): wall_instant(wall, timezone)
        for slot in slots.values()
        for wall in walls(slot.cron, today, last)
    }
    _bring_up_to_date(tx, planned_rows(tx, community_id), set(due), today, timezone)
    _add_missing(tx, community_id, slots, due, now)
    tx.flush()
    rows = expire_late(planned_rows(tx, community_id), now, policy)
    planning = planning_of(tx, week, timezone, now, policy)
    empty = pick_all(rows, rests_of(week), planning, slots, now, policy)
    if planning.shelf or planning.sent:  # who never had a shelf reads it on the calendar
        _warn(tx, week, empty, now, policy)
    week.planned_until = last
    week.plan_at = start_of(today + DAY, timezone) + timedelta(seconds=community_id % int(SPREAD.total_seconds()))
    tx.flush()


def lock_week(tx: Tx, community_id: int) -> Week | None:
    """The shop's week, locked: whoever plans, fills or changes it waits for the others."""
    return tx.execute(
        select(Week)
        .where(col(Week.community_id) == community_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).scalar_one_or_none()


def planned_rows(tx: Tx, community_id: int) -> Sequence[Posting]:
    """The shop's postings whose time hasn't come, in the order of their times."""
    return (
        tx.execute(
            select(Posting)
            .where(col(Posting.state) == PostingState.PLANNED, col(Posting.community_id) == community_id)
            .order_by(col(Posting.due_at), col(Posting.id))
            .execution_options(populate_existing=True)
        )
        .scalars()
        .all()
    )


def _bring_up_to_date(
    tx: Tx, rows: Sequence[Posting], wanted: set[tuple[int, str]], today: date, timezone: str
) -> None:
    """Delete planned rows whose slot is gone or comes at other times now; the others come when their wall clock says.

    The zone, or its rules, may have changed since they were planned.
    """
    for row in rows:
        if row.day >= today and (row.slot_id, row.wall) not in wanted:
            tx.delete(row)
            continue
        due_at = wall_instant(as_wall(row.moved_to or row.wall), timezone)
        if row.due_at != due_at:
            row.due_at = due_at
    tx.flush()


def _add_missing(
    tx: Tx, community_id: int, slots: dict[int, SlotFacts], due: dict[tuple[int, str], datetime], now: datetime
) -> None:
    known = {
        (slot_id, wall)
        for slot_id, wall in tx.execute(
            select(col(Posting.slot_id), col(Posting.wall)).where(
                col(Posting.community_id) == community_id,
                col(Posting.due_at) > now - timedelta(days=BACK + 1),
            )
        ).all()
    }
    values: list[dict[str, Any]] = [
        {
            "community_id": community_id,
            "slot_id": slot_id,
            "kind": slots[slot_id].kind.value,
            "wall": wall,
            "day": as_wall(wall).date(),
            "due_at": due_at,
            "state": PostingState.PLANNED.value,
            "pinned": False,
            "details": {},
        }
        for (slot_id, wall), due_at in due.items()
        if (slot_id, wall) not in known and due_at >= (slots[slot_id].since or due_at)
    ]
    if values:
        # A row that is there already, as the morning card of a day whose hour was changed, stays what it is.
        tx.execute(insert_into(tx, Posting).values(values).on_conflict_do_nothing())


def expire_late(rows: Sequence[Posting], now: datetime, policy: CalendarPolicy) -> list[Posting]:
    """Give up what couldn't be filled in time; the reason of what was tried stays. The rows that are left."""
    for row in rows:
        if row.due_at + policy.late < now:
            row.state, row.reason = PostingState.EXPIRED, row.details.get("tried") or Why.TOO_LATE
    return [row for row in rows if row.state == PostingState.PLANNED]


def pick_all(
    rows: Sequence[Posting],
    rests: Rests,
    planning: Planning,
    slots: dict[int, SlotFacts],
    now: datetime,
    policy: CalendarPolicy,
) -> list[datetime]:
    """Pick for each planned row, in the order of their times. When those come that the shelf can't fill."""
    empty = []
    for row in rows:
        slot = slots.get(row.slot_id)
        if slot is None or row.due_at <= now:
            continue  # what is due is picked when it is filled
        pick = pick_for(row, slot, planning, rests, policy)
        note_pick(row, pick)
        if pick is not None and pick.post is not None:
            planning = after_sending(planning, pick.post, row.due_at)
        if pick is not None and pick.why in RUNS_OUT:
            empty.append(row.due_at)
    return empty


def pick_for(row: Posting, slot: SlotFacts, planning: Planning, rests: Rests, policy: CalendarPolicy) -> Pick | None:
    """What fills a row, or why nothing does. None: its own kind fills it, as the morning card does."""
    resting = rests.why(row.due_at, day_of(row.due_at, planning.timezone))
    if resting is not None:
        return Pick(resting)
    if row.kind != SlotKind.POST:
        return None
    place = Place(row.due_at, slot.pillar)
    if row.pinned:
        anything = Place(row.due_at)
        mine = next((one for one in planning.shelf if one.id == row.post_id), None)
        stands = mine is not None and fits(planning, mine, anything, policy)
        return Pick(Why.PINNED, mine) if stands else Pick(Why.GONE)
    return pick_post(planning, place, policy)


def note_pick(row: Posting, pick: Pick | None) -> None:
    """Write a pick into a row. What staff chose stays chosen while something else keeps it back."""
    if pick is None:
        row.post_id = row.pillar = row.reason = None
        row.details = {}
        return
    if not row.pinned:
        row.post_id = pick.post.id if pick.post is not None else None
    row.pillar = pick.post.pillar if pick.post is not None else None
    row.reason = pick.why
    row.details = details_of(pick)


def details_of(pick: Pick) -> dict[str, Any]:
    """What the sentence of the reason names."""
    details: dict[str, Any] = {}
    if pick.share is not None:
        details |= {"has": pick.has, "share": pick.share}
    if pick.post is not None and pick.post.last_sent is not None:
        details["last"] = pick.post.last_sent.isoformat()
    return details


def _warn(tx: Tx, week: Week, empty: list[datetime], now: datetime, policy: CalendarPolicy) -> None:
    """Tell the owner that the shelf runs out, once a week."""
    recently = week.warned_at is not None and now - week.warned_at < policy.warned_every
    if not empty or recently:
        return
    week.warned_at = now
    terms = Terms(now=now, key=f"shelf:{week.community_id}:{now.isoformat()}", not_after=now + TOLD_WITHIN)
    tell_owner(tx, place_of(tx, week.community_id), ShelfRunsOut(min(empty), len(empty), week.community_id), terms)
