"""Fans are told of a rise once, and of a fall a week ahead."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlmodel import col

from bot.rules.calendar import DAY, start_of
from bot.rules.members.tiers import FallComing, Risen
from bot.rules.place import Place
from bot.rules.tiers import Tier, TierPolicy
from bot.rules.tiers_ahead import FallAhead, Opens, Rise, Untold
from bot.store.engine.sessions import Tx
from bot.store.messages.cards import groups_of
from bot.store.messages.outbox import Terms
from bot.store.messages.payloads import WitnessOf, pack
from bot.store.messages.telling import Ways, tell_here
from bot.store.places import place_of
from bot.store.private_messages import reader_of, readers_among
from bot.store.tables import Member, Person, TierRise
from bot.store.tables.messages import Lane
from bot.store.tiers import set_untold

RISE, FALL = "tier_rise", "tier_fall"
"""The kinds under which it is written down that a fan couldn't be told of their tier."""
TOLD_WITHIN = timedelta(days=1)


def tell_rises(tx: Tx, community_id: int, now: datetime, policy: TierPolicy, opens: Mapping[Tier, Opens]) -> bool:
    """Promise the next rises to their fans; False when there are none left. A rise is marked once, told of or not."""
    rises: Any = tx.execute(
        select(TierRise, Member, Person)
        .join(Member, col(Member.id) == col(TierRise.member_id))
        .join(Person, col(Person.user_id) == col(Member.user_id))
        .where(col(TierRise.community_id) == community_id, col(TierRise.told_at).is_(None))
        .order_by(col(TierRise.id))
        .limit(policy.chunk)
        .with_for_update(of=TierRise)
        .execution_options(populate_existing=True)
    ).all()
    if not rises:
        return False
    place = place_of(tx, community_id)
    home = _whispering_group(tx, place)
    for rise, member, person in rises:
        rise.told_at = now
        if member.left_at is not None or Tier(member.tier).step < Tier(rise.tier).step:
            continue
        ways = _ways(rise, person, home)
        if ways is None:
            set_untold(tx, rise.member_id, Untold.RISE)
            continue
        outcome = Risen(Rise(Tier(rise.tier), opens[Tier(rise.tier)]))
        terms = Terms(now=now, key=f"tier:rise:{rise.id}", not_after=now + TOLD_WITHIN, lane=Lane.POST)
        tell_here(tx, community_id, reader_of(person, place.language), ways, pack(outcome), terms)
    tx.flush()
    return len(rises) == policy.chunk


def _ways(rise: TierRise, person: Person, group: int | None) -> Ways | None:
    """Who acts in the room is whispered to. Who isn't there may miss a whisper, so a private message comes first."""
    unheard = WitnessOf(RISE, rise.member_id)
    if group is not None and (rise.present or not person.can_write):
        return Ways(group, whisper=True, can_write=person.can_write, unheard=unheard)
    if person.can_write:
        return Ways(person.user_id, can_write=True, aloud=True, instead=group, unheard=unheard)
    return None


def _whispering_group(tx: Tx, place: Place) -> int | None:
    """The group in which the bot can whisper, the home group first; None if there is none."""
    groups = [group for group in groups_of(tx, place.community_id) if group.is_admin]
    home = min(groups, key=lambda one: not one.is_home, default=None)
    return home.chat_id if home is not None else None


def warn(tx: Tx, place: Place, falling: Mapping[int, FallAhead], now: datetime) -> None:
    """Promise the warning to those who may be written to; the others read it at their next check-in. Each fall once."""
    readers = readers_among(tx, list(falling), place.language, wanted=True, inside=True)
    for member_id, ahead in falling.items():
        ends_at = start_of(ahead.falls_on + DAY, place.timezone)
        tx.execute(
            update(Member)
            .where(col(Member.id) == member_id)
            .values(tier_warned_of=ahead.falls_on, tier_due_on=ahead.falls_on + DAY)
            .execution_options(synchronize_session=False)
        )
        reader = readers.get(member_id)
        if reader is None:
            set_untold(tx, member_id, Untold.FALL)
            continue
        key = f"tier:fall:{member_id}:{ahead.falls_on}"
        terms = Terms(now=now, key=key, not_after=ends_at, lane=Lane.BULK)
        ways = Ways(reader.user_id, can_write=True, aloud=True, unheard=WitnessOf(FALL, member_id))
        tell_here(tx, place.community_id, reader, ways, pack(FallComing(ahead)), terms)


def rise_unheard(tx: Tx, member_id: int, _now: datetime) -> None:
    """No way to the fan worked: the next check-in tells the rise."""
    set_untold(tx, member_id, Untold.RISE)


def fall_unheard(tx: Tx, member_id: int, _now: datetime) -> None:
    """No way to the fan worked: the next check-in tells the fall ahead."""
    set_untold(tx, member_id, Untold.FALL)
