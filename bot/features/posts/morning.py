"""The weekly calendar: fills each slot once a day, or writes down why not."""

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.logs import get_logger, logging_failures
from bot.rules.airings import OVER_PHASES, phase_of
from bot.rules.calendar import DAY, day_of, start_of
from bot.rules.shops.calendar import (
    CalendarPolicy,
    MorningCard,
    PostingState,
    SlotFacts,
    SlotKind,
    decide_today,
    next_due,
)
from bot.store.airings import open_airings
from bot.store.checkin_counts import count_checked_in
from bot.store.engine.db import Database
from bot.store.engine.sessions import Tx
from bot.store.messages.cards import CardSubject, hang_cards
from bot.store.messages.outbox import Terms
from bot.store.mornings import CARD
from bot.store.tables import Community, Posting, Slot

AFTER_MIDNIGHT = timedelta(hours=3)
"""A stream that begins so soon after midnight still counts to the day before."""

log = get_logger("calendar")


class WeeklyCalendar:
    """Fills the slots of every shop's week."""

    def __init__(self, db: Database, policy: CalendarPolicy) -> None:
        self._db = db
        self._policy = policy

    async def run_due(self, now: datetime) -> datetime | None:
        """Fill the slots that are due; when the next one is."""
        slots = await self._db.read(active_slots)
        filled = await self._db.read(filled_today, slots, now)
        for slot in slots:
            if slot.id not in filled and decide_today(slot, now, self._policy) is not None:
                with logging_failures(log, "slot_failed", slot=slot.id):
                    await self._db.write(fill_slot, slot.id, now, self._policy)
        waiting = [at for slot in slots if (at := next_due(slot, now)) is not None]
        return min(waiting, default=None)


def active_slots(session: Session) -> list[SlotFacts]:
    """Every community's slots that are in use."""
    rows = session.execute(_slots().where(col(Slot.active).is_(True))).all()
    return [_facts(row) for row in rows]


def filled_today(session: Session, slots: list[SlotFacts], now: datetime) -> set[int]:
    """Slots that were filled, or skipped, today."""
    days = {slot.id: day_of(now, slot.timezone) for slot in slots}
    rows: Any = session.execute(
        select(col(Posting.slot_id).label("slot_id"), col(Posting.day).label("day")).where(
            col(Posting.day).in_(set(days.values()))
        )
    ).all()
    return {row.slot_id for row in rows if days.get(row.slot_id) == row.day}


def fill_slot(tx: Tx, slot_id: int, now: datetime, policy: CalendarPolicy) -> bool:
    """Post today's card in the groups, once a day of the community, or write down why not; whether it was posted."""
    row = tx.execute(
        _slots().where(col(Slot.id) == slot_id, col(Slot.active).is_(True)).with_for_update(of=Slot)
    ).one_or_none()
    slot = _facts(row) if row is not None else None
    decided = decide_today(slot, now, policy) if slot is not None else None
    if slot is None or decided is None:
        return False
    if _is_filled(tx, slot, decided.day):
        return False
    posting = Posting(
        community_id=slot.community_id,
        slot_id=slot_id,
        kind=slot.kind,
        day=decided.day,
        due_at=decided.due_at,
        state=PostingState.SKIPPED if decided.reason else PostingState.POSTED,
        reason=decided.reason,
    )
    tx.add(posting)
    tx.flush()
    if decided.reason is None and posting.id is not None:
        terms = Terms(now=now, not_after=decided.due_at + policy.late)
        groups = hang_cards(tx, CardSubject(slot.community_id, CARD, posting.id), terms)
        if not groups:
            posting.state, posting.reason = PostingState.SKIPPED, "in no group"
            tx.flush()
    return posting.state == PostingState.POSTED


def _is_filled(session: Session, slot: SlotFacts, day: date) -> bool:
    found = session.execute(
        select(col(Posting.id)).where(
            col(Posting.community_id) == slot.community_id, col(Posting.kind) == slot.kind, col(Posting.day) == day
        )
    )
    return found.first() is not None


def morning_card(session: Session, community_id: int, posting_id: int, at: datetime) -> MorningCard | None:
    """The card of a posting as it should look at `at`."""
    posting = session.get(Posting, posting_id)
    community = session.get(Community, community_id)
    if posting is None or community is None or posting.community_id != community_id:
        return None
    begins = start_of(posting.day, community.timezone)
    tonight = [
        one
        for one in open_airings(session, community_id)
        if phase_of(one, at) not in OVER_PHASES
        and begins <= one.starts_at < start_of(posting.day + DAY, community.timezone) + AFTER_MIDNIGHT
    ]
    return MorningCard(
        day=posting.day,
        came=count_checked_in(session, community_id, posting.day),
        stream=tonight[0].title if tonight else None,
        stream_at=tonight[0].starts_at if tonight else None,
        past=day_of(at, community.timezone) > posting.day,
    )


def _slots() -> Any:
    return select(
        col(Slot.id).label("id"),
        col(Slot.community_id).label("community_id"),
        col(Slot.kind).label("kind"),
        col(Slot.at).label("at"),
        col(Slot.weekdays).label("weekdays"),
        col(Community.timezone).label("timezone"),
        col(Community.made_at).label("since"),
    ).join(Community, col(Community.id) == col(Slot.community_id))


def _facts(row: Any) -> SlotFacts:
    return SlotFacts(row.id, row.community_id, SlotKind(row.kind), row.at, row.weekdays, row.timezone, row.since)
