"""The owner hears once a day who became core, to thank them in person: in private, never in a group."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlmodel import col

from bot.rules.calendar import day_of, next_time
from bot.rules.members.tiers import CoreFan, DeedCount, NewCore
from bot.rules.tiers import DayOfDeeds, Deed, Tier, TierPolicy
from bot.store.engine.sessions import Tx
from bot.store.messages.outbox import Terms
from bot.store.messages.payloads import pack
from bot.store.messages.telling import tell_in_private
from bot.store.places import place_of
from bot.store.private_messages import is_reachable, reader_of
from bot.store.tables import Member, Person, TierRise
from bot.store.tables.messages import Lane
from bot.store.tiers import deeds_of

LOOKED_BACK = timedelta(days=30)
"""What a fan did is told of so many days."""
NUDGE = "tier:core"
"""What the key of each note to the owner begins with."""
KINDS_NAMED = 3
TOLD_WITHIN = timedelta(days=1)
COUNTED = (Deed.REDEEM, Deed.FRIEND, Deed.STREAM, Deed.CHECK_IN, Deed.FEEDBACK, Deed.ANSWER, Deed.MESSAGE)
"""Kinds that are counted by the piece or the day, in the order in which they are told. Orders are counted in money."""


def nudge_at(rose_at: datetime, timezone: str, policy: TierPolicy) -> datetime:
    """When the owner is told of a rise: at the next hour of nudges."""
    return next_time(f"0 {policy.nudge_hour} * * *", timezone, rose_at)


def nudge(tx: Tx, community_id: int, now: datetime, policy: TierPolicy) -> None:
    """Promise the owner one message about all fans who became core since the last one."""
    place = place_of(tx, community_id)
    rows: Any = tx.execute(
        select(TierRise, Member.left_at, Person)  # type: ignore[call-overload]
        .join(Member, col(Member.id) == col(TierRise.member_id))
        .join(Person, col(Person.user_id) == col(Member.user_id))
        .where(
            col(TierRise.community_id) == community_id,
            col(TierRise.tier) == Tier.CORE.value,
            col(TierRise.nudged_at).is_(None),
        )
        .order_by(col(TierRise.id))
        .with_for_update(of=TierRise)
    ).all()
    owner = tx.get(Person, place.owner_id)
    if owner is None or not is_reachable(owner):
        rows = [row for row in rows if now - row[0].at > policy.nudge_kept]  # given up
        _mark(tx, [rise.id for rise, _, _ in rows], now)
        return
    _mark(tx, [rise.id for rise, _, _ in rows], now)
    there = [(rise, fan.name) for rise, left_at, fan in rows if left_at is None and fan.user_id != owner.user_id]
    if not there:
        return
    named = there[: policy.nudge_names]
    since = day_of(now - LOOKED_BACK, place.timezone)
    deeds = deeds_of(tx, [rise.member_id for rise, _ in named], since)
    fans = tuple(CoreFan(name, _did(deeds.get(rise.member_id, []))) for rise, name in named)
    terms = Terms(now=now, key=f"{NUDGE}:{there[0][0].id}", not_after=now + TOLD_WITHIN, lane=Lane.POST)
    outcome = NewCore(fans, len(there) - len(named))
    tell_in_private(tx, community_id, reader_of(owner, place.language), pack(outcome), terms)


def _mark(tx: Tx, rise_ids: Sequence[int], now: datetime) -> None:
    tx.execute(update(TierRise).where(col(TierRise.id).in_(rise_ids)).values(nudged_at=now))


def _did(deeds: Sequence[DayOfDeeds]) -> tuple[DeedCount, ...]:
    """What a fan did, by kind; days with messages count as days."""
    times = {
        kind: sum(1 if kind is Deed.MESSAGE else one.times for one in deeds if one.kind == kind) for kind in COUNTED
    }
    return tuple(DeedCount(kind, count) for kind, count in times.items() if count)[:KINDS_NAMED]
