"""Pauses and days off: planned posts rest until somebody says otherwise, for some hours, or on a day."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from bot.features.posts.plan import lock_week, plan_week
from bot.rules.act import Act
from bot.rules.calendar import day_of
from bot.rules.place import Place
from bot.rules.posts.slot_pages import DaysOffShown, RestChanged
from bot.rules.posts.slots import CalendarPolicy
from bot.rules.posts.week import Doing
from bot.store import causes
from bot.store.audit import first_answer, record_act
from bot.store.engine.db import Database
from bot.store.engine.sessions import Tx
from bot.store.messages.outbox import ask_budget_again
from bot.store.slots import plan_again
from bot.store.tables import AuditEntry
from bot.store.tables.posts import Week

CHANGED = "week.rested"
"""The audit log's name for pauses and days off."""
SIGNS = {"paused": "⏸", "promotions": "⏸", "resumed": "▶️", "off": "🏖", "on": "📅", "running": "▶️", "already": "⏸"}
"""What the log calls a change, in no language."""
CHOICE = 14
"""Days to come that the page of days off offers."""

Change = Callable[[Week], str]
"""Changes the week's row; what was done."""


class Pauses:
    """Use cases of pauses and days off."""

    def __init__(self, db: Database, policy: CalendarPolicy) -> None:
        self._db = db
        self._policy = policy

    async def pause(self, act: Act, until: datetime | None) -> RestChanged:
        """Let all planned posts rest."""

        def change(week: Week) -> str:
            if week.paused_at is not None and week.paused_until == until:
                return "already"
            week.paused_at, week.paused_until = act.at, until
            return "paused"

        return await self._db.write(change_rest, act, change, self._policy)

    async def pause_promotions(self, act: Act, until: datetime) -> RestChanged:
        """Let all promotion rest until an instant."""

        def change(week: Week) -> str:
            week.promotions_paused_until = until
            return "promotions"

        return await self._db.write(change_rest, act, change, self._policy)

    async def resume(self, act: Act) -> RestChanged:
        """Let everything go on."""

        def change(week: Week) -> str:
            promotions = week.promotions_paused_until
            ended = week.paused_until is not None and week.paused_until <= act.at
            rests = (week.paused_at is not None and not ended) or (promotions is not None and promotions > act.at)
            week.paused_at = week.paused_until = week.promotions_paused_until = None
            return "resumed" if rests else "running"

        return await self._db.write(change_rest, act, change, self._policy)

    async def day_off(self, act: Act, day: str, *, on: bool | None = None) -> RestChanged:
        """Set a day off, or let posts come on it again; None: whichever it isn't. `day`: an ISO date, or an ISO
        weekday as a digit."""

        def change(week: Week) -> str:
            stands = day in week.days_off
            off = not stands if on is None else on
            # Days that are over aren't kept.
            today = day_of(act.at, act.place.timezone).isoformat()
            kept = {one for one in week.days_off if len(one) == 1 or one >= today} - {day}
            week.days_off = sorted(kept | {day} if off else kept)[: self._policy.max_days_off]
            return "off" if off else "on"

        changed = await self._db.write(change_rest, act, change, self._policy)
        weekday = int(day) if len(day) == 1 else None
        return replace(changed, day=None if weekday else date.fromisoformat(day), weekday=weekday)

    async def days_off(self, place: Place, now: datetime, done: Doing | None = None) -> DaysOffShown:
        """The page of days off."""
        return replace(await self._db.read(days_off_page, place, now), done=done)


def rests(session: Session, place: Place, at: datetime) -> bool:
    """Whether planned posts or promotion rest now."""
    week = session.get(Week, place.community_id)
    promotions = week.promotions_paused_until if week is not None else None
    return week is not None and (_rests_wholly(week, at) or (promotions is not None and promotions > at))


def may_rest(session: Session, place: Place, at: datetime) -> bool:
    """Whether there is a calendar whose posts can rest: they don't rest already until somebody says otherwise."""
    week = session.get(Week, place.community_id)
    return week is not None and not (_rests_wholly(week, at) and week.paused_until is None)


def _rests_wholly(week: Week, at: datetime) -> bool:
    return week.paused_at is not None and (week.paused_until is None or week.paused_until > at)


def days_off_page(session: Session, place: Place, now: datetime) -> DaysOffShown:
    """Days off to come, and days to choose."""
    week = session.get_one(Week, place.community_id)
    today = day_of(now, place.timezone)
    dates = sorted(date.fromisoformat(one) for one in week.days_off if len(one) > 1)
    return DaysOffShown(
        dates=tuple(one for one in dates if one >= today),
        weekdays=tuple(sorted(int(one) for one in week.days_off if len(one) == 1)),
        choice=tuple(today + timedelta(days=number) for number in range(CHOICE)),
    )


def change_rest(tx: Tx, act: Act, change: Change, policy: CalendarPolicy) -> RestChanged:
    """Change when posts rest, write it down, and plan anew."""
    answer = first_answer(tx, act, RestChanged)
    if answer is not None:
        return answer
    week = lock_week(tx, act.community_id)
    if week is None:
        return RestChanged("running", None, None)
    before = _state(week)
    what = change(week)
    tx.flush()
    after = _state(week)
    entry = record_act(tx, act, CHANGED, SIGNS[what], before=before, after=after) if before != after else None
    until = week.promotions_paused_until if what == "promotions" else week.paused_until
    outcome = RestChanged(what, until, entry.id if entry is not None else None)
    if entry is not None:
        entry.answer = causes.to_json(outcome)
        plan_week(tx, act.community_id, act.at, policy)
        plan_again(tx, act.community_id, act.at)
        ask_budget_again(tx, act.community_id, act.at)
    return outcome


def _state(week: Week) -> dict[str, Any]:
    def iso(at: datetime | None) -> str | None:
        return at.isoformat() if at is not None else None

    return {
        "paused_at": iso(week.paused_at),
        "paused_until": iso(week.paused_until),
        "promotions": iso(week.promotions_paused_until),
        "days_off": list(week.days_off),
    }


def undo_change(tx: Tx, act: Act, entry: AuditEntry, _policies: object = None) -> bool:
    """Put pauses and days off back; False if they were changed again since."""
    week = lock_week(tx, act.community_id)
    if week is None or entry.before is None or _state(week) != entry.after:
        return False

    def instant(text: str | None) -> datetime | None:
        return datetime.fromisoformat(text) if text is not None else None

    week.paused_at, week.paused_until = instant(entry.before["paused_at"]), instant(entry.before["paused_until"])
    week.promotions_paused_until = instant(entry.before["promotions"])
    week.days_off = entry.before["days_off"]
    plan_again(tx, act.community_id, act.at)
    return True
