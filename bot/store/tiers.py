"""Members' tiers, worked out when somebody asks: from what they did, and kept where a transaction may write."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.rules.calendar import day_of
from bot.rules.place import Place
from bot.rules.tiers import MEMORY, DayOfDeeds, Deed, Tier, TierNow, TierPolicy, settle, sums_of
from bot.store.engine.sessions import Tx
from bot.store.tables import Activity, Member

CHUNK = 500
"""Members whose deeds are read at once."""


def tier_of(session: Session, place: Place, member_id: int, now: datetime, policy: TierPolicy) -> Tier:
    """The member's tier now. `NEW` for who isn't of this community."""
    return tiers_of(session, place, [member_id], now, policy).get(member_id, Tier.NEW)


def tiers_of(
    session: Session, place: Place, member_ids: Sequence[int], now: datetime, policy: TierPolicy
) -> dict[int, Tier]:
    """The tiers of many members of a community. In a transaction, what was worked out is kept."""
    today = day_of(now, place.timezone)
    found: dict[int, Tier] = {}
    for start in range(0, len(member_ids), CHUNK):
        found |= _settle_some(session, place, member_ids[start : start + CHUNK], today, policy)
    return found


def _settle_some(
    session: Session, place: Place, member_ids: Sequence[int], today: date, policy: TierPolicy
) -> dict[int, Tier]:
    rows: Any = session.execute(
        select(col(Member.id), col(Member.tier), col(Member.tier_rose_on), col(Member.tier_settled_on)).where(
            col(Member.community_id) == place.community_id, col(Member.id).in_(member_ids)
        )
    ).all()
    known: dict[int, TierNow] = {
        member_id: TierNow(Tier(tier), rose_on, settled_on) for member_id, tier, rose_on, settled_on in rows
    }
    deeds: dict[int, list[DayOfDeeds]] = {}
    # A fall reaches back to the end of a month that nobody asked about: so far, and no farther than deeds count.
    oldest = min((one.settled_on for one in known.values() if one.settled_on is not None), default=today)
    for member_id, day, kind, times in session.execute(
        select(col(Activity.member_id), col(Activity.day), col(Activity.kind), col(Activity.times)).where(
            col(Activity.member_id).in_(known),
            col(Activity.day) >= oldest - MEMORY - timedelta(days=31),
            col(Activity.kind).in_([deed.value for deed in Deed]),
        )
    ).all():
        deeds.setdefault(member_id, []).append(DayOfDeeds(day, kind, times))
    found: dict[int, Tier] = {}
    for member_id, before in known.items():
        after = settle(before, sums_of(deeds.get(member_id, ()), policy), today, policy)
        found[member_id] = after.tier
        if isinstance(session, Tx) and after != before:
            session.execute(
                update(Member)
                .where(col(Member.id) == member_id)
                .values(tier=after.tier.value, tier_rose_on=after.rose_on, tier_settled_on=after.settled_on)
                # Looking for loaded members to change too costs a walk over all that is loaded, each time.
                .execution_options(synchronize_session=False)
            )
    return found
