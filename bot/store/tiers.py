"""Members' tiers. They are computed from their deeds when they are needed, and stored if the session may write.

With the tier it is stored when it can change next, so that a check-in need not read deeds, and the clock looks only at
members who may fall or whose deeds changed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Date, bindparam, or_, select, update
from sqlmodel import col

from bot.rules.calendar import DAY, day_of
from bot.rules.place import Place
from bot.rules.tiers import MEMORY, DayOfDeeds, Deed, Tier, TierNow, TierPolicy, settle, sums_of
from bot.rules.tiers_ahead import FallAhead, Untold, fall_ahead, first_look, look_ahead
from bot.store.engine.hot import Hot, among
from bot.store.engine.inserts import insert_into
from bot.store.engine.sessions import PLANNED, Rx, Tx
from bot.store.members import Standing
from bot.store.tables import Activity, Member, TierRise
from bot.store.tags import show_tags

CHUNK = 500
"""Members whose deeds are read at once."""

_DEEDS = Hot.each(
    lambda dialect: select(col(Activity.member_id), col(Activity.day), col(Activity.kind), col(Activity.times)).where(
        among(col(Activity.member_id), "member_ids", dialect),
        col(Activity.day) >= bindparam("since", type_=Date),
        or_(*(col(Activity.kind) == deed.value for deed in Deed)),
    )
)


@dataclass(frozen=True, slots=True)
class Settled:
    """A member's tier today, and the fall that is ahead."""

    before: Tier
    """The tier that was stored."""
    now: TierNow
    falls_on: date | None
    sums: Mapping[date, int]
    """Micro-points by day."""
    warned_of: date | None
    """The fall that they were warned of last."""

    @property
    def rose(self) -> bool:
        """Whether they rose since the tier was stored."""
        return self.now.tier.step > self.before.step

    def falling(self, today: date, policy: TierPolicy) -> FallAhead | None:
        """The fall that is so near that it is told; None if there is none."""
        if self.falls_on is None or self.falls_on - today > policy.warned_before:
            return None
        return fall_ahead(self.now, self.falls_on, self.sums, today, policy)


@dataclass(frozen=True, slots=True)
class When:
    """When tiers are settled, and how a rise that is found then is to be told."""

    at: datetime
    today: date
    present: bool = False
    """Whether the fan acts in a room at this moment."""
    told: bool = False
    """Whether the caller tells them."""


def tier_of(session: Rx | Tx, place: Place, member_id: int, now: datetime, policy: TierPolicy) -> Tier:
    """The member's tier now. `NEW` for who isn't of this community."""
    return tiers_of(session, place, [member_id], now, policy).get(member_id, Tier.NEW)


def tiers_of(
    session: Rx | Tx, place: Place, member_ids: Sequence[int], now: datetime, policy: TierPolicy
) -> dict[int, Tier]:
    """The tiers of many members of a community. In a transaction, what was worked out is kept."""
    when = When(now, day_of(now, place.timezone), present=True)
    found: dict[int, Tier] = {}
    for start in range(0, len(member_ids), CHUNK):
        some = settle_some(session, place, member_ids[start : start + CHUNK], when, policy)
        found |= {member_id: settled.now.tier for member_id, settled in some.items()}
    return found


def tier_at_act(tx: Tx, place: Place, member: Standing, at: datetime, policy: TierPolicy) -> Tier:
    """The tier of a member who acts, locked by `standing`. Deeds are read only if the tier may have changed."""
    today = day_of(at, place.timezone)
    if member.tier_pending or (member.tier_falls_on is not None and member.tier_falls_on < today):
        return tier_of(tx, place, member.member_id, at, policy)
    return Tier(member.tier)


def may_change(member: Standing, place: Place, today: date, policy: TierPolicy) -> bool:
    """Whether a check-in of `today` may raise a member, or the tier may fall at the end of the day."""
    look_on = member.tier_look_on
    if look_on is None:
        look_on = today if member.joined_at is None else first_look(day_of(member.joined_at, place.timezone), policy)
    return today >= look_on or (member.tier_falls_on is not None and member.tier_falls_on <= today)


def settle_some(
    session: Rx | Tx, place: Place, member_ids: Sequence[int], when: When, policy: TierPolicy
) -> dict[int, Settled]:
    """The tiers of a few hundred members. In a transaction, what was worked out is kept, with each rise."""
    rows: Any = session.execute(
        select(Member.__table__).where(  # type: ignore[attr-defined]
            col(Member.community_id) == place.community_id, col(Member.id).in_(member_ids)
        )
    ).all()
    known = {row.id: TierNow(Tier(row.tier), row.tier_rose_on, row.tier_settled_on) for row in rows}
    # A fall may date from the end of an earlier month, so deeds are read from the oldest settled day on.
    oldest = min((one.settled_on for one in known.values() if one.settled_on is not None), default=when.today)
    deeds = deeds_of(session, list(known), oldest - MEMORY - timedelta(days=31))
    found: dict[int, Settled] = {}
    for row in rows:
        before = known[row.id]
        sums = sums_of(deeds.get(row.id, ()), policy)
        now = settle(before, sums, when.today, policy)
        # The zone may have changed, so that `today` is before the day on which it was settled.
        ahead = look_ahead(now, sums, max(when.today, now.settled_on or when.today), policy)
        settled = Settled(before.tier, now, ahead.falls_on, sums, row.tier_warned_of)
        found[row.id] = settled
        if isinstance(session, Tx):
            due_on = _due_on(settled, when.today, policy)
            stored = (row.tier_falls_on, row.tier_look_on, row.tier_due_on)
            if now != before or stored != (ahead.falls_on, ahead.look_on, due_on):
                _store(session, row.id, now, falls_on=ahead.falls_on, look_on=ahead.look_on, due_on=due_on)
            _after(session, place, row, settled, when)
    return found


def deeds_of(session: Rx | Tx, member_ids: Sequence[int], since: date) -> dict[int, list[DayOfDeeds]]:
    """What members did since a day that counts for their tiers."""
    deeds: dict[int, list[DayOfDeeds]] = {}
    for member_id, day, kind, times in session.rows(_DEEDS, member_ids=member_ids, since=since):
        deeds.setdefault(member_id, []).append(DayOfDeeds(day, kind, times))
    return deeds


def _due_on(settled: Settled, today: date, policy: TierPolicy) -> date | None:
    """The day on which the clock looks again: to warn, or after the fall that was warned of."""
    if settled.falls_on is None:
        return None
    if settled.warned_of == settled.falls_on:
        return settled.falls_on + DAY
    return max(settled.falls_on - policy.warned_before, today)


def _store(tx: Tx, member_id: int, now: TierNow, *, falls_on: date | None, look_on: date, due_on: date | None) -> None:
    tx.execute(
        update(Member)
        .where(col(Member.id) == member_id)
        .values(
            tier=now.tier.value,
            tier_rose_on=now.rose_on,
            tier_settled_on=now.settled_on,
            tier_falls_on=falls_on,
            tier_look_on=look_on,
            tier_due_on=due_on,
        )
        # Updating loaded members too would walk over all loaded objects each time.
        .execution_options(synchronize_session=False)
    )
    if due_on is not None and now.settled_on is not None and due_on <= now.settled_on:
        tx.info[PLANNED] = True


def _after(tx: Tx, place: Place, row: Any, settled: Settled, when: When) -> None:
    """What follows from a change: a rise is written down once, and the tag says the new tier."""
    if settled.now.tier is settled.before:
        return
    if settled.rose:
        made = tx.execute(
            insert_into(tx, TierRise)
            .values(
                community_id=place.community_id,
                member_id=row.id,
                day=settled.now.rose_on,
                tier=settled.now.tier.value,
                at=when.at,
                present=when.present,
                told_at=when.at if when.told else None,
            )
            .on_conflict_do_nothing()
            .returning(col(TierRise.id))
        ).all()
        if made:
            tx.info[PLANNED] = True
    if row.tag_wanted:
        show_tags(tx, place.community_id, row.id, when.at)


def set_untold(tx: Tx, member_id: int, untold: Untold | None) -> None:
    """Have the next check-in tell of a rise or a fall ahead, or of nothing any more."""
    tx.execute(
        update(Member)
        .where(col(Member.id) == member_id)
        .values(tier_untold=untold)
        .execution_options(synchronize_session=False)
    )
