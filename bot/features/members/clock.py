"""The clock's part of tiers: who changed is settled, rises and falls ahead are told, the owner hears of core fans.

It looks only at members whose deeds changed, and at those whose tier may fall within a week. It never goes through all.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, exists, func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.features.members.nudges import nudge, nudge_at
from bot.features.members.telling import tell_rises, warn
from bot.logs import get_logger, logging_failures
from bot.rules.calendar import day_of, start_of
from bot.rules.policies import Policies
from bot.rules.tiers import Deed, Tier, TierPolicy
from bot.rules.tiers_ahead import Opens
from bot.store.engine.db import Database
from bot.store.engine.sessions import Tx
from bot.store.places import place_of
from bot.store.tables import Community, Member, TierPending, TierRise
from bot.store.tiers import When, settle_some

log = get_logger("tiers")

PRESENT = frozenset({Deed.CHECK_IN, Deed.MESSAGE, Deed.STREAM, Deed.ANSWER})
"""Deeds by which a fan shows that they are in the room at that moment."""


@dataclass(frozen=True, slots=True)
class _Due:
    """What is due in one community."""

    community_id: int
    pending: bool
    falls: bool
    untold: bool
    nudge: bool


class TierClock:
    """The clock's use cases of tiers."""

    def __init__(self, db: Database, policies: Policies, opens: Mapping[Tier, Opens]) -> None:
        self._db = db
        self._policy = policies[TierPolicy]
        self._opens = opens

    async def run_due(self, now: datetime) -> datetime | None:
        """Settle, warn and tell what is due; when more is."""
        due, _ = await self._db.read(look_ahead, now, self._policy)
        for one in due:
            with logging_failures(log, "tiers_failed", community=one.community_id):
                await self._run(one, now)
        _, next_at = await self._db.read(look_ahead, now, self._policy)
        return next_at

    async def _run(self, due: _Due, now: datetime) -> None:
        community_id = due.community_id
        if due.pending:
            while await self._db.write(settle_pending, community_id, now, self._policy):
                pass
        # Who was settled just now may be so near a fall that it is due too, and may have risen.
        while await self._db.write(settle_due, community_id, now, self._policy):
            pass
        while await self._db.write(tell_rises, community_id, now, self._policy, self._opens):
            pass
        if due.nudge:
            await self._db.write(nudge, community_id, now, self._policy)


def look_ahead(session: Session, now: datetime, policy: TierPolicy) -> tuple[list[_Due], datetime | None]:
    """What is due in which community; when the next fall or nudge is."""
    mine: Any = col(Community.id)
    first_due = (
        select(func.min(col(Member.tier_due_on)))
        .where(col(Member.community_id) == mine, col(Member.tier_due_on).is_not(None))
        .scalar_subquery()
    )
    unthanked = (
        select(func.min(col(TierRise.at)))
        .where(col(TierRise.community_id) == mine, col(TierRise.tier) == "core", col(TierRise.nudged_at).is_(None))
        .scalar_subquery()
    )
    rows: Any = session.execute(
        select(
            mine,
            col(Community.timezone),
            exists(select(col(TierPending.member_id)).where(col(TierPending.community_id) == mine)),
            exists(select(col(TierRise.id)).where(col(TierRise.community_id) == mine, col(TierRise.told_at).is_(None))),
            first_due,
            unthanked,
        )
    ).all()
    due: list[_Due] = []
    waiting: list[datetime] = []
    for community_id, timezone, pending, untold, due_on, rose_at in rows:
        falls = due_on is not None and due_on <= day_of(now, timezone)
        if due_on is not None and not falls:
            waiting.append(start_of(due_on, timezone))
        thanks_at = nudge_at(rose_at, timezone, policy) if rose_at is not None else None
        if thanks_at is not None and thanks_at > now:
            waiting.append(thanks_at)
        one = _Due(community_id, pending, falls, untold, thanks_at is not None and thanks_at <= now)
        if one.pending or one.falls or one.untold or one.nudge:
            due.append(one)
    return due, min(waiting, default=None)


def settle_pending(tx: Tx, community_id: int, now: datetime, policy: TierPolicy) -> bool:
    """Settle the next members whose deeds changed; False when there are none left."""
    rows = tx.execute(
        select(col(TierPending.member_id), col(TierPending.kind))
        .where(col(TierPending.community_id) == community_id)
        .order_by(col(TierPending.member_id))
        .limit(policy.chunk)
    ).all()
    if not rows:
        return False
    place = place_of(tx, community_id)
    today = day_of(now, place.timezone)
    _lock(tx, [member_id for member_id, _ in rows])
    # Deleted before deeds are read: a deed that is counted meanwhile makes the row anew.
    tx.execute(delete(TierPending).where(col(TierPending.member_id).in_([member_id for member_id, _ in rows])))
    for present in (True, False):
        some = [member_id for member_id, kind in rows if (kind in PRESENT) is present]
        settle_some(tx, place, some, When(now, today, present=present), policy)
    return len(rows) == policy.chunk


def settle_due(tx: Tx, community_id: int, now: datetime, policy: TierPolicy) -> bool:
    """Settle the next members whose fall is near or over, and warn who is to be warned; False when none is left."""
    place = place_of(tx, community_id)
    today = day_of(now, place.timezone)
    ids = _due_members(tx, community_id, today, policy)
    if not ids:
        return False
    _lock(tx, ids)
    settled = settle_some(tx, place, ids, When(now, today), policy)
    falling = {
        member_id: ahead
        for member_id, one in settled.items()
        if one.warned_of != one.falls_on and (ahead := one.falling(today, policy)) is not None
    }
    warn(tx, place, falling, now)
    return len(ids) == policy.chunk


def _due_members(tx: Tx, community_id: int, today: date, policy: TierPolicy) -> list[int]:
    return [
        member_id
        for member_id in tx.execute(
            select(col(Member.id))
            .where(
                col(Member.community_id) == community_id,
                col(Member.tier_due_on).is_not(None),
                col(Member.tier_due_on) <= today,
            )
            .order_by(col(Member.tier_due_on), col(Member.id))
            .limit(policy.chunk)
        ).scalars()
        if member_id is not None
    ]


def _lock(tx: Tx, member_ids: list[int]) -> None:
    """Lock the members in one order: two clocks at once, or a check-in meanwhile, tell each rise once."""
    tx.execute(
        select(col(Member.id))
        .where(col(Member.id).in_(member_ids))
        .order_by(col(Member.id))
        .with_for_update(key_share=True)
    ).all()
