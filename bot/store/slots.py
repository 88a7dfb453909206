"""A shop's week, for every domain: begin it, set the morning's hour, and have it planned anew."""

from datetime import datetime

from sqlalchemy import literal, select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.rules.quiet_hours import EARLIEST_MORNING
from bot.rules.slots import SlotKind, clock_of, daily
from bot.store.engine.sessions import PLANNED, Tx
from bot.store.tables import Slot
from bot.store.tables.attention import AttentionBounds
from bot.store.tables.cadence import IS_MORNING
from bot.store.tables.posts import Week


def begin_week(tx: Tx, community_id: int, morning: str, at: datetime) -> None:
    """Give a new shop its week, with the morning card at this hour (`HH:MM`)."""
    # The seed decides ties. The shop's number is as good as any, and a second run picks the same.
    tx.add(Week(community_id=community_id, seed=community_id))
    tx.add(Slot(community_id=community_id, kind=SlotKind.MORNING, cron=daily(morning), since=at))
    plan_again(tx, community_id, at)


def plan_again(tx: Tx, community_id: int, at: datetime) -> None:
    """Have the shop's postings planned anew at once: slots, the shelf, a zone or a pause have changed."""
    tx.flush()
    tx.execute(update(Week).where(col(Week.community_id) == community_id).values(plan_at=at))
    tx.info[PLANNED] = True


def morning_at(session: Session, community_id: int) -> str | None:
    """When the shop's morning card comes, as `HH:MM`; None if it has none."""
    slot = _morning_slot(session, community_id)
    return clock_of(slot.cron) if slot is not None and slot.active else None


def set_morning(tx: Tx, community_id: int, clock: str | None, at: datetime) -> None:
    """Let the morning card come at this hour (`HH:MM`), or (None) not at all."""
    slot = _morning_slot(tx, community_id)
    if slot is None:
        slot = Slot(community_id=community_id, kind=SlotKind.MORNING, cron=daily(clock or "9:00"), since=at)
        tx.add(slot)
    slot.active = clock is not None
    if clock is not None:
        slot.cron, slot.since = daily(clock), at
        _end_quiet_hours(tx, community_id, clock)
    plan_again(tx, community_id, at)


def _end_quiet_hours(tx: Tx, community_id: int, clock: str) -> None:
    """Let a shop's own quiet hours end with its morning card: the owner said when its day begins."""
    tx.execute(
        update(AttentionBounds)
        .where(
            col(AttentionBounds.community_id) == community_id,
            col(AttentionBounds.quiet_until) > clock,
            col(AttentionBounds.quiet_from) > col(AttentionBounds.quiet_until),
            literal(clock) >= EARLIEST_MORNING,
        )
        .values(quiet_until=clock)
    )


def has_posts(session: Session, community_id: int) -> bool:
    """Whether posts are planned in the shop's week at all."""
    found = session.execute(
        select(col(Slot.id))
        .where(col(Slot.community_id) == community_id, col(Slot.active), col(Slot.kind) == SlotKind.POST)
        .limit(1)
    )
    return found.first() is not None


def _morning_slot(session: Session, community_id: int) -> Slot | None:
    return session.execute(select(Slot).where(col(Slot.community_id) == community_id, IS_MORNING)).scalar_one_or_none()
