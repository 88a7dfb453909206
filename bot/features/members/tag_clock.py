"""The clock's part of rules that give tags: who did enough gets the tag, and tags of removed rules are taken off.

All fans are looked at in steps: a reader finds who earned the tag, and one short write gives it and notes how far the
rule looked. So a pass that was cut off goes on where it was.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, assert_never

from sqlalchemy import ColumnElement, delete, func, literal, select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.features.members.tag_rules import rule_of
from bot.logs import get_logger, logging_failures
from bot.rules.coupon_states import CouponState
from bot.rules.currencies import decimals_of
from bot.rules.members.tag_rules import Counted, RuleState, TagRulePolicy, When, earned, next_look
from bot.rules.notes import Did
from bot.rules.place import Place
from bot.rules.tags import Tagging, TagOrigin
from bot.store.engine.db import Database
from bot.store.engine.sessions import Tx
from bot.store.fan_tags import set_tag
from bot.store.places import place_of
from bot.store.tables import Activity, Campaign, Coupon, Item, Member, Order, Purchase
from bot.store.tables.members import IS_A_PERSON
from bot.store.tables.tag_rules import TagRule
from bot.store.tables.tags import FanTag

log = get_logger("tag_rules")

AT_ONCE = 50
"""Fans who are tagged in one transaction, and tags that one transaction takes off: none is longer than 50 ms."""
RETRY = timedelta(minutes=10)
"""A rule that failed is tried again after this."""
STEPS = 8
"""Steps that one round of the clock does: the start of a stream waits behind them."""


@dataclass(frozen=True, slots=True)
class _Rule:
    """A rule that the clock looks at."""

    id: int
    state: RuleState
    checked_at: datetime | None

    def due_at(self, now: datetime, policy: TagRulePolicy) -> datetime:
        """When the clock has something to do for it."""
        return now if self.state is RuleState.TAKING_OFF else next_look(self.checked_at, now, policy)


@dataclass(frozen=True, slots=True)
class Earners:
    """One step of a rule through all fans."""

    after: int
    """The fan at whom the step before ended."""
    last: int | None
    """The fan at whom this one ends; None: no fan is left."""
    fans: tuple[int, ...]
    """Those who get the tag."""


class TagClock:
    """The clock's use cases of rules that give tags."""

    def __init__(self, db: Database, policy: TagRulePolicy) -> None:
        self._db = db
        self._policy = policy

    async def run_due(self, now: datetime) -> datetime | None:
        """Do some steps of what is due, so that nothing else waits long; when there is more to do."""
        steps, failed = STEPS, set()
        for rule in await self._db.read(rules_at_work):
            failed.add(rule.id)
            with logging_failures(log, "tag_rule_failed", rule=rule.id):
                due = rule.due_at(now, self._policy) <= now
                while due and steps > 0:
                    steps -= 1
                    due = await self._step(rule, now)
                failed.discard(rule.id)
        if steps == 0:
            return now
        coming = await self._db.read(rules_at_work)
        return min((now + RETRY if one.id in failed else one.due_at(now, self._policy) for one in coming), default=None)

    async def _step(self, rule: _Rule, now: datetime) -> bool:
        if rule.state is RuleState.TAKING_OFF:
            return await self._db.write(take_off, rule.id)
        return await self._db.write(give, rule.id, await self._db.read(next_earners, rule.id, self._policy), now)


def rules_at_work(session: Session) -> list[_Rule]:
    """Rules that hold, and those whose tags are being taken off."""
    rows = session.execute(
        select(col(TagRule.id), col(TagRule.state), col(TagRule.checked_at))
        .where(col(TagRule.state) != RuleState.OFF)
        .order_by(col(TagRule.id))
    )
    return [_Rule(rule_id, RuleState(state), checked_at) for rule_id, state, checked_at in rows if rule_id is not None]


def next_earners(session: Session, rule_id: int, policy: TagRulePolicy) -> Earners:
    """The next fans that a rule looks at, in the order of their ids, and who of them earned the tag and hasn't it."""
    rule = session.get_one(TagRule, rule_id)
    place = place_of(session, rule.community_id)
    rows = session.execute(
        select(col(Member.id))
        .where(
            col(Member.community_id) == rule.community_id,
            col(Member.left_at).is_(None),
            IS_A_PERSON,
            col(Member.id) > rule.looked_to,
        )
        .order_by(col(Member.id))
        .limit(policy.chunk)
    ).scalars()
    fans = [member_id for member_id in rows if member_id is not None]
    if not fans:
        return Earners(rule.looked_to, None, ())
    tagged = set(
        session.execute(
            select(col(FanTag.member_id)).where(col(FanTag.member_id).in_(fans), col(FanTag.tag_key) == rule.tag_key)
        ).scalars()
    )
    open_to_it = [member_id for member_id in fans if member_id not in tagged]
    counted = _count(session, place, When(rule.counts), open_to_it) if open_to_it else []
    found = earned(rule_of(rule), counted)
    some = tuple(found[:AT_ONCE])
    return Earners(rule.looked_to, some[-1] if len(found) > AT_ONCE else fans[-1], some)


def _count(session: Session, place: Place, when: When, fans: Sequence[int]) -> list[Counted]:
    """How often each of these fans did what a rule counts, by the titles of the things."""
    match when:
        case When.CLAIMED:
            query = _coupons(fans, col(Coupon.state) != CouponState.CANCELLED)
        case When.REDEEMED:
            query = _coupons(fans, col(Coupon.state) == CouponState.REDEEMED)
        case When.BOUGHT:
            query = _purchases(fans)
        case When.SPENT:
            return _spent(session, place, fans)
        case When.ATTENDED:
            query = _deeds(fans, Did.ATTEND)
        case When.CHECKED_IN:
            query = _deeds(fans, Did.CHECK_IN)
        case When.INVITED:
            query = _deeds(fans, Did.FRIEND)
        case _:
            assert_never(when)
    return [Counted(member_id, title, int(times)) for member_id, title, times in session.execute(query)]


def _coupons(fans: Sequence[int], wanted: ColumnElement[bool]) -> Any:
    return (
        select(col(Coupon.member_id), col(Campaign.title), func.count())
        .join(Campaign, col(Campaign.id) == col(Coupon.campaign_id))
        .where(col(Coupon.member_id).in_(fans), wanted)
        .group_by(col(Coupon.member_id), col(Campaign.title))
    )


def _purchases(fans: Sequence[int]) -> Any:
    """What wasn't refunded: a refund leaves its place within the limit free."""
    return (
        select(col(Purchase.member_id), col(Item.title), func.count())
        .join(Item, col(Item.id) == col(Purchase.item_id))
        .where(col(Purchase.member_id).in_(fans), col(Purchase.nth).is_not(None))
        .group_by(col(Purchase.member_id), col(Item.title))
    )


def _deeds(fans: Sequence[int], did: Did) -> Any:
    return (
        select(col(Activity.member_id), literal(""), func.sum(col(Activity.times)))
        .where(col(Activity.member_id).in_(fans), col(Activity.kind) == did.value)
        .group_by(col(Activity.member_id))
    )


def _spent(session: Session, place: Place, fans: Sequence[int]) -> list[Counted]:
    """What orders in the shop's currency brought, in whole units of it."""
    unit = 10 ** decimals_of(place.currency)
    rows = session.execute(
        select(col(Order.member_id), func.sum(col(Order.value) - col(Order.refunded)))
        .where(col(Order.member_id).in_(fans), col(Order.currency) == place.currency)
        .group_by(col(Order.member_id))
    )
    return [Counted(member_id, "", int(minor or 0) // unit) for member_id, minor in rows if member_id is not None]


def give(tx: Tx, rule_id: int, step: Earners, now: datetime) -> bool:
    """Give the tag to those who earned it, and note how far the rule looked; whether fans are left to look at.

    Who left or had their data deleted meanwhile gets none.
    """
    rule = _lock(tx, rule_id)
    if rule.state != RuleState.ON or rule.looked_to != step.after:
        return False
    here = tx.execute(
        select(col(Member.id))
        .where(col(Member.id).in_(step.fans), col(Member.left_at).is_(None), IS_A_PERSON)
        .order_by(col(Member.id))
        .with_for_update(key_share=True)
    ).scalars()
    for member_id in here.all() if step.fans else ():
        if member_id is not None:
            set_tag(tx, rule.community_id, member_id, Tagging(rule.tag, TagOrigin.RULE), now)
    rule.looked_to = step.last or 0
    if step.last is None:
        rule.checked_at = now
    tx.flush()
    return step.last is not None


def take_off(tx: Tx, rule_id: int) -> bool:
    """Take the tag off some of those who have it by a rule; False when it is done.

    If another rule gives the same tag, that one looks at all fans again and gives it to whom it is due.
    """
    rule = _lock(tx, rule_id)
    if rule.state != RuleState.TAKING_OFF:
        return False
    theirs = (
        col(FanTag.community_id) == rule.community_id,
        col(FanTag.tag_key) == rule.tag_key,
        col(FanTag.origin) == TagOrigin.RULE,
    )
    fans = tx.execute(select(col(FanTag.member_id)).where(*theirs).limit(AT_ONCE)).scalars().all()
    if fans:
        tx.execute(delete(FanTag).where(*theirs, col(FanTag.member_id).in_(fans)))
        return True
    rule.state = RuleState.OFF
    tx.flush()
    tx.execute(
        update(TagRule)
        .where(
            col(TagRule.community_id) == rule.community_id,
            col(TagRule.tag_key) == rule.tag_key,
            col(TagRule.state) == RuleState.ON,
        )
        .values(checked_at=None, looked_to=0)
    )
    return False


def _lock(tx: Tx, rule_id: int) -> TagRule:
    return tx.execute(
        select(TagRule).where(col(TagRule.id) == rule_id).with_for_update().execution_options(populate_existing=True)
    ).scalar_one()
