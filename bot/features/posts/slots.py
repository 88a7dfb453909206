"""Slots that staff add and take out, and ready weeks; each change is in the log and can be undone."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.features.posts.plan import lock_week, plan_week
from bot.features.posts.shelf import stock_shelf
from bot.rules.act import Act
from bot.rules.calendar import walls
from bot.rules.place import Place
from bot.rules.posts.ready_weeks import Pace, ready_week
from bot.rules.posts.slot_pages import (
    NoSuchSlot,
    ReadyWeeksShown,
    SlotLine,
    SlotsChanged,
    SlotsShown,
    SlotTooMany,
    SlotTooNear,
)
from bot.rules.posts.slots import LAST, SAMPLE, CalendarPolicy, TooMany, TooNear, check_week, times_in
from bot.rules.posts.week import Doing
from bot.rules.quiet_hours import QUIET_AT_FIRST
from bot.rules.slots import SlotKind, clock_of, daily
from bot.store import causes
from bot.store.audit import first_answer, record_act
from bot.store.engine.db import Database
from bot.store.engine.sessions import Tx
from bot.store.slots import morning_at, plan_again
from bot.store.tables import AuditEntry, Slot
from bot.store.tables.attention import AttentionBounds
from bot.store.tables.base import id_of
from bot.store.tables.posts import Week

CHANGED = "slots.changed"
"""The audit log's name for slots that were added or taken out."""


@dataclass(frozen=True, slots=True)
class NewSlot:
    """A slot that staff ask for."""

    kind: SlotKind
    cron: str
    pillar: str | None = None
    command: str | None = None


class Slots:
    """Use cases of slots."""

    def __init__(self, db: Database, policy: CalendarPolicy) -> None:
        self._db = db
        self._policy = policy

    async def show(self, place: Place, done: Doing | None = None) -> SlotsShown:
        """All slots of the shop."""
        shown = await self._db.read(slots_page, place.community_id, self._policy)
        return replace(shown, done=done)

    async def add(self, act: Act, wish: NewSlot) -> SlotsChanged | SlotTooNear | SlotTooMany:
        """Add a slot."""
        return await self._db.write(add, act, wish, self._policy)

    async def remove(self, act: Act, slot_id: int) -> SlotsChanged | NoSuchSlot:
        """Take a slot out."""
        return await self._db.write(remove, act, slot_id, self._policy)

    async def remove_at(self, act: Act, cron: str) -> SlotsChanged | NoSuchSlot:
        """Take the slot out that comes at these times."""
        return await self._db.write(remove_at, act, cron, self._policy)

    async def choose(self, act: Act, pace: Pace) -> SlotsChanged:
        """Take a ready week, and put the starter posts on the shelf."""
        return await self._db.write(choose, act, pace, self._policy)

    async def paces(self, place: Place) -> ReadyWeeksShown:
        """The choice of ready weeks."""
        return ReadyWeeksShown(await self._db.read(pace_of, place.community_id))


def pace_of(session: Session, community_id: int) -> str | None:
    """The ready week that the shop has."""
    return session.execute(select(col(Week.pace)).where(col(Week.community_id) == community_id)).scalar_one_or_none()


def slots_page(session: Session, community_id: int, policy: CalendarPolicy) -> SlotsShown:
    """The slots that are in use, by their first time in a week."""
    rows = _active(session, community_id)
    lines = sorted((line_of(row) for row in rows), key=_first_time)
    return SlotsShown(tuple(lines), sum(line.times for line in lines), policy.most)


def line_of(row: Slot) -> SlotLine:
    """A slot as pages show it."""
    times = walls(row.cron, SAMPLE, LAST)
    days = tuple(sorted({wall.isoweekday() for wall in times}))
    clocks = {f"{wall:%H:%M}" for wall in times}
    clock = clocks.pop() if len(clocks) == 1 else None
    return SlotLine(row.id or 0, row.kind, clock, days, len(times), row.pillar, row.command or "", row.cron)


def _first_time(line: SlotLine) -> tuple[str, tuple[int, ...]]:
    return line.clock or "", line.weekdays


def add(tx: Tx, act: Act, wish: NewSlot, policy: CalendarPolicy) -> SlotsChanged | SlotTooNear | SlotTooMany:
    """Add a slot if the week has room for it. The morning slot is there once: adding it changes its time."""
    answer = first_answer(tx, act, SlotsChanged)
    if answer is not None:
        return answer
    lock_week(tx, act.community_id)
    active = _active(tx, act.community_id)
    morning = wish.kind is SlotKind.MORNING
    others = [row for row in active if not (morning and row.kind == SlotKind.MORNING)]
    same = [row for row in active if _key(row) == (wish.kind.value, wish.cron, wish.pillar, wish.command)]
    if same:
        return SlotsChanged((line_of(same[0]),), (), None, times=_times(active))
    problem = check_week([row.cron for row in others], wish.cron, policy)
    if isinstance(problem, TooMany):
        return SlotTooMany(problem.times, policy.most)
    if isinstance(problem, TooNear):
        minutes = int(policy.apart.total_seconds() // 60)
        return SlotTooNear(f"{problem.at:%H:%M}", f"{problem.other:%H:%M}", problem.at.isoweekday(), minutes)
    before = _state(tx, act.community_id)
    if morning:
        _change_morning(tx, act, wish.cron)
    else:
        _take_up(tx, act, wish)
    _set_pace(tx, act.community_id, None)
    return _record(tx, act, before, policy)


def remove(tx: Tx, act: Act, slot_id: int, policy: CalendarPolicy) -> SlotsChanged | NoSuchSlot:
    """Take a slot out. What filled it stays in the log."""
    answer = first_answer(tx, act, SlotsChanged)
    if answer is not None:
        return answer
    lock_week(tx, act.community_id)
    row = next((one for one in _active(tx, act.community_id) if one.id == slot_id), None)
    if row is None:
        return NoSuchSlot()
    before = _state(tx, act.community_id)
    row.active = False
    _set_pace(tx, act.community_id, None)
    return _record(tx, act, before, policy)


def remove_at(tx: Tx, act: Act, cron: str, policy: CalendarPolicy) -> SlotsChanged | NoSuchSlot:
    """Take the slot out whose times are these."""
    answer = first_answer(tx, act, SlotsChanged)
    if answer is not None:
        return answer
    wanted = walls(cron, SAMPLE, LAST)
    row = next(
        (one for one in _active(tx, act.community_id) if walls(one.cron, SAMPLE, LAST) == wanted),
        None,
    )
    return NoSuchSlot() if row is None else remove(tx, act, id_of(row), policy)


def choose(tx: Tx, act: Act, pace: Pace, policy: CalendarPolicy) -> SlotsChanged:
    """Put the slots of a ready week in the place of those that posts fill. Activities stay."""
    answer = first_answer(tx, act, SlotsChanged)
    if answer is not None:
        return answer
    lock_week(tx, act.community_id)
    before = _state(tx, act.community_id)
    stocked = stock_shelf(tx, act.community_id, act.at, act.actor_id)
    bounds = tx.get(AttentionBounds, act.community_id)
    quiet = (bounds.quiet_from, bounds.quiet_until) if bounds is not None else QUIET_AT_FIRST
    morning = morning_at(tx, act.community_id)
    ready = ready_week(pace, morning, *quiet)
    for row in _active(tx, act.community_id):
        if row.kind == SlotKind.POST and not (row.cron in ready.posts and row.pillar is None):
            row.active = False
    tx.flush()
    there = {row.cron for row in _active(tx, act.community_id) if row.kind == SlotKind.POST}
    for cron in ready.posts:
        if cron not in there:
            _take_up(tx, act, NewSlot(SlotKind.POST, cron))
    if morning is not None:
        _change_morning(tx, act, daily(morning, ready.mornings))
    _set_pace(tx, act.community_id, pace.value)
    return _record(tx, act, before, policy, stocked=stocked)


def _change_morning(tx: Tx, act: Act, cron: str) -> None:
    """Let the morning card come at these times from now on."""
    row = tx.execute(
        select(Slot).where(col(Slot.community_id) == act.community_id, col(Slot.kind) == SlotKind.MORNING)
    ).scalar_one_or_none()
    if row is None:
        row = Slot(community_id=act.community_id, kind=SlotKind.MORNING, cron=cron, since=act.at)
        tx.add(row)
    elif row.cron != cron or not row.active:
        row.cron, row.active, row.since = cron, True, act.at
    tx.flush()


def _take_up(tx: Tx, act: Act, wish: NewSlot) -> None:
    """Use a slot again that was taken out, else make one: whoever goes to and fro leaves no heap of rows."""
    wanted = (wish.kind.value, wish.cron, wish.pillar, wish.command)
    idle = tx.execute(
        select(Slot)
        .where(col(Slot.community_id) == act.community_id, col(Slot.active).is_(False), col(Slot.cron) == wish.cron)
        .order_by(col(Slot.id))
    ).scalars()
    row = next((one for one in idle if _key(one) == wanted), None)
    if row is None:
        row = Slot(
            community_id=act.community_id,
            kind=wish.kind.value,
            cron=wish.cron,
            pillar=wish.pillar,
            command=wish.command,
            since=act.at,
        )
        tx.add(row)
    row.active, row.since = True, act.at
    tx.flush()


def _key(row: Slot) -> tuple[str, str, str | None, str | None]:
    return row.kind, row.cron, row.pillar, row.command


def _active(session: Session, community_id: int) -> Sequence[Slot]:
    return (
        session.execute(
            select(Slot).where(col(Slot.community_id) == community_id, col(Slot.active)).order_by(col(Slot.id))
        )
        .scalars()
        .all()
    )


def _times(rows: Iterable[Slot]) -> int:
    """How many times a week posts come."""
    return times_in([row.cron for row in rows if row.kind != SlotKind.MORNING])


def _set_pace(tx: Tx, community_id: int, pace: str | None) -> None:
    tx.get_one(Week, community_id).pace = pace
    tx.flush()


def _state(tx: Tx, community_id: int) -> dict[str, Any]:
    """Which slots are in use, for the log. JSON has texts as keys."""
    return {
        "slots": {str(row.id): row.cron for row in _active(tx, community_id)},
        "pace": pace_of(tx, community_id),
    }


def _record(tx: Tx, act: Act, before: dict[str, Any], policy: CalendarPolicy, *, stocked: int = 0) -> SlotsChanged:
    """Write down what changed, and plan the week anew."""
    tx.flush()
    after = _state(tx, act.community_id)
    rows = {str(row.id): row for row in _active(tx, act.community_id)}
    added = [row for key, row in rows.items() if before["slots"].get(key) != row.cron]
    gone = [tx.get_one(Slot, int(key)) for key in before["slots"] if key not in rows]
    changed = after != before
    entry = (
        record_act(tx, act, CHANGED, _named((*added, *gone)), before=before, after=after)
        if changed or stocked
        else None
    )
    mornings = [row for row in added if row.kind == SlotKind.MORNING]
    outcome = SlotsChanged(
        added=tuple(line_of(row) for row in added),
        removed=tuple(line_of(row) for row in gone),
        audit_id=entry.id if entry is not None and changed else None,
        pace=after["pace"],
        times=_times(rows.values()),
        stocked=stocked,
        mornings=line_of(mornings[0]).weekdays if mornings else (),
    )
    if entry is not None:
        entry.answer = causes.to_json(outcome)
    plan_week(tx, act.community_id, act.at, policy)
    plan_again(tx, act.community_id, act.at)
    return outcome


def _named(rows: Sequence[Slot]) -> str:
    """What the log calls a change: the hours of its slots."""
    clocks = sorted({clock for row in rows if (clock := clock_of(row.cron)) is not None})
    return ", ".join(clocks[:3]) or "🗂"


def undo_change(tx: Tx, act: Act, entry: AuditEntry, _policies: object = None) -> bool:
    """Put the slots back; False if they were changed again since. The shelf keeps what came onto it."""
    lock_week(tx, act.community_id)
    if _state(tx, act.community_id) != entry.after or entry.before is None:
        return False
    wanted: dict[str, str] = entry.before["slots"]
    for row in _active(tx, act.community_id):
        row.active = str(row.id) in wanted
    for key, cron in wanted.items():
        row = tx.get_one(Slot, int(key))
        if row.community_id != act.community_id:
            return False
        if not row.active or row.cron != cron:
            row.active, row.cron, row.since = True, cron, act.at
    _set_pace(tx, act.community_id, entry.before["pace"])
    plan_again(tx, act.community_id, act.at)
    return True
