"""Rules that give tags: made, looked at by the clock, removed, undone."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlmodel import col

from bot.features.members.tag_clock import AT_ONCE, TagClock
from bot.features.members.tag_rules import TagRules
from bot.rules.act import Sender
from bot.rules.coupons.campaigns import NewCampaign
from bot.rules.general import TooLateToUndo, Undone
from bot.rules.members.tag_rules import (
    NewRule,
    NoTitleThere,
    RuleLeaves,
    RuleMade,
    RuleRemoved,
    RuleUnknown,
    SameRule,
    TagRulePolicy,
    TooManyRules,
    When,
)
from bot.rules.notes import Did
from bot.rules.place import Place
from bot.rules.tags import Tagging, TagOrigin
from bot.store.engine.db import Database
from bot.store.engine.sessions import Tx
from bot.store.fan_tags import set_tag
from bot.store.members import standing
from bot.store.tables import Activity, Member, Order
from tests.features.scene import NOON, OWNER, Causes, act_by, act_of, fan, give, offer, privacy, query, shop, till, undo

POLICY = TagRulePolicy()
SCARVES = NewRule("scarf", When.CLAIMED, 3, "scarf")


async def make(db: Database, place: Place, cause: str, wish: NewRule = SCARVES) -> Any:
    """Staff make a rule."""
    return await TagRules(db, POLICY).make(act_by(place, OWNER.user_id, NOON, cause), wish)


async def look(db: Database, at: datetime = NOON, policy: TagRulePolicy = POLICY) -> datetime | None:
    """The clock does all that is due."""
    clock = TagClock(db, policy)
    due = await clock.run_due(at)
    while due is not None and due <= at:
        due = await clock.run_due(at)
    return due


async def tagged(db: Database, tag: str = "scarf") -> list[tuple[int, str]]:
    """Numbers of the fans who have a tag, and how they came by it."""
    sql = (
        "SELECT m.user_id - 100, t.origin FROM fan_tag t JOIN member m ON m.id = t.member_id "
        "WHERE t.tag_key = :tag ORDER BY 1"
    )
    return [(number, origin) for number, origin in await query(db, sql, tag=tag)]


async def claims(db: Database, place: Place, causes: Causes, sender: Sender, *titles: str) -> None:
    """A fan claims coupons with these titles."""
    coupons = till(db, seed=causes.last)
    for title in titles:
        campaign, _ = await offer(db, place, NewCampaign(title, 3), causes.next())
        await coupons.claim(act_of(place, sender, NOON, causes.next()), campaign)


async def test_who_claimed_three_scarves_is_tagged(db: Database, causes: Causes) -> None:
    """Soon after the rule is made, and later on by the next look; a second look changes nothing."""
    place = await shop(db)
    await claims(db, place, causes, fan(1), "Silk scarf", "Wool SCARF", "Scarf −20%")
    await claims(db, place, causes, fan(2), "Silk scarf", "Hat", "Belt")
    made = await make(db, place, causes.next())
    assert isinstance(made, RuleMade)
    assert await tagged(db) == []
    assert await look(db) == NOON + POLICY.every
    assert await tagged(db) == [(1, "rule")]
    await claims(db, place, causes, fan(2), "Scarf A", "Scarf B")
    await look(db, NOON + timedelta(minutes=5))
    assert await tagged(db) == [(1, "rule")]
    await look(db, NOON + POLICY.every)
    await look(db, NOON + 2 * POLICY.every)
    assert await tagged(db) == [(1, "rule"), (2, "rule")]
    (line,) = (await TagRules(db, POLICY).list_all(place)).lines
    assert (line.fans, line.checked) == (2, True)


def _did(tx: Tx, place: Place, number: int) -> None:
    member = standing(tx, place.community_id, fan(number), NOON)
    for day, kind in ((0, Did.CHECK_IN), (1, Did.CHECK_IN), (0, Did.ATTEND), (1, Did.ATTEND), (0, Did.FRIEND)):
        at = NOON + timedelta(days=day)
        tx.add(Activity(member_id=member.member_id, day=at.date(), kind=kind.value, times=1 if day else 2))
    tx.add(
        Order(
            community_id=place.community_id,
            ref="o1",
            key="O1",
            member_id=member.member_id,
            belongs="coupon",
            value=90_000,
            refunded=30_000,
            currency="KRW",
            day=NOON.date(),
            at=NOON,
            made_at=NOON,
        )
    )
    tx.flush()


@pytest.mark.parametrize(
    ("when", "most"),
    [
        (When.CHECKED_IN, 3),
        (When.ATTENDED, 3),
        (When.INVITED, 2),
        (When.SPENT, 60_000),
        (When.REDEEMED, 0),
        (When.BOUGHT, 0),
    ],
)
async def test_each_kind_is_counted(db: Database, causes: Causes, when: When, most: int) -> None:
    """The tag is for who did it so often, and not for once more; money is without what was paid back."""
    place = await shop(db)
    await db.write(_did, place, 1)
    await give(db, place, fan(2), 0)
    await make(db, place, causes.next(), NewRule("enough", when, max(most, 1)))
    await make(db, place, causes.next(), NewRule("toomuch", when, most + 1))
    await look(db)
    assert await tagged(db, "enough") == ([(1, "rule")] if most else [])
    assert await tagged(db, "toomuch") == []


def _tag(tx: Tx, place: Place, number: int) -> None:
    member = standing(tx, place.community_id, fan(number), NOON)
    set_tag(tx, place.community_id, member.member_id, Tagging("scarf", TagOrigin.STAFF, OWNER.user_id), NOON)


async def test_a_removed_rule_keeps_or_takes_its_tags(db: Database, causes: Causes) -> None:
    """Staff are asked; what staff gave by hand is never taken, and undoing looks at all fans anew."""
    place = await shop(db)
    await claims(db, place, causes, fan(1), "Silk scarf", "Wool scarf", "Scarf")
    await db.write(_tag, place, 2)
    await make(db, place, causes.next())
    await look(db)
    rules = TagRules(db, POLICY)
    asked = await rules.ask(place, 1)
    assert isinstance(asked, RuleLeaves)
    assert asked.line.fans == 1
    cause = causes.next()
    kept = [await rules.remove(act_by(place, OWNER.user_id, NOON, cause), 1, take_off=False) for _ in range(2)]
    assert kept[0] == kept[1]
    assert isinstance(kept[0], RuleRemoved)
    assert await rules.ask(place, 1) == RuleUnknown(1)
    await look(db)
    assert await tagged(db) == [(1, "rule"), (2, "staff")]
    assert isinstance(await undo(db, place, OWNER.user_id, NOON, causes.next(), kept[0].audit_id), Undone)
    gone = await rules.remove(act_by(place, OWNER.user_id, NOON, causes.next()), 1, take_off=True)
    assert isinstance(gone, RuleRemoved)
    await look(db)
    assert await tagged(db) == [(2, "staff")]
    assert isinstance(await undo(db, place, OWNER.user_id, NOON, causes.next(), gone.audit_id), Undone)
    await look(db)
    assert await tagged(db) == [(1, "rule"), (2, "staff")]


async def test_undoing_a_new_rule_takes_its_tags_off(db: Database, causes: Causes) -> None:
    """Once it is gone it can't be undone again; another rule with the same tag gives it back."""
    place = await shop(db)
    await claims(db, place, causes, fan(1), "Silk scarf", "Wool scarf", "Scarf")
    made = await make(db, place, causes.next())
    await look(db)
    assert isinstance(await undo(db, place, OWNER.user_id, NOON, causes.next(), made.audit_id), Undone)
    await look(db)
    assert await tagged(db) == []
    again = await make(db, place, causes.next(), NewRule("Scarf", When.CLAIMED, 1))
    other = await make(db, place, causes.next())
    await look(db)
    await TagRules(db, POLICY).remove(
        act_by(place, OWNER.user_id, NOON, causes.next()), again.line.number, take_off=True
    )
    await look(db)
    assert await tagged(db) == [(1, "rule")]
    assert other.line.number == 3
    late = await undo(db, place, OWNER.user_id, NOON, causes.next(), again.audit_id)
    assert isinstance(late, TooLateToUndo)


async def test_rules_that_are_refused(db: Database, causes: Causes) -> None:
    """The very same one, one of a title where there is none, one too many; an update that comes twice makes one."""
    place = await shop(db)
    cause = causes.next()
    assert await make(db, place, cause) == await make(db, place, cause)
    assert await make(db, place, causes.next(), NewRule("SCARF", When.CLAIMED, 3, "scarf")) == SameRule(1, "scarf")
    titled = NewRule("daily", When.CHECKED_IN, 3, "scarf")
    assert await make(db, place, causes.next(), titled) == NoTitleThere(When.CHECKED_IN)
    for number in range(2, POLICY.most + 1):
        await make(db, place, causes.next(), NewRule("scarf", When.CLAIMED, 3 + number))
    assert await make(db, place, causes.next(), NewRule("scarf", When.CLAIMED, 99)) == TooManyRules(POLICY.most)


async def test_a_crowd_is_looked_at_in_steps(db: Database, causes: Causes) -> None:
    """More fans than one step takes: each step goes on where the last one ended, and all who earned it have the tag."""
    place = await shop(db)
    many = AT_ONCE + 5
    for number in range(1, many + 1):
        await give(db, place, fan(number), 0)
    await db.write(_everybody_came, place)
    await make(db, place, causes.next(), NewRule("here", When.ATTENDED))
    clock = TagClock(db, TagRulePolicy(chunk=AT_ONCE + 2))
    await clock.run_due(NOON)
    assert len(await tagged(db, "here")) == many
    assert await query(db, "SELECT looked_to, checked_at IS NOT NULL FROM tag_rule") in ([(0, 1)], [(0, True)])


def _everybody_came(tx: Tx, place: Place) -> None:
    for member_id in tx.execute(select(col(Member.id)).where(col(Member.user_id) > 100)).scalars().all():
        tx.add(Activity(member_id=member_id or 0, day=NOON.date(), kind=Did.ATTEND.value, times=1))
    tx.flush()


async def test_who_left_or_is_deleted_gets_no_tag(db: Database, causes: Causes) -> None:
    """Deleted data takes the tag along, and the next look doesn't bring it back."""
    place = await shop(db)
    await claims(db, place, causes, fan(1), "Silk scarf", "Wool scarf", "Scarf")
    await make(db, place, causes.next())
    await look(db)
    await privacy(db).delete(place, fan(1).user_id, NOON)
    await look(db, NOON + POLICY.every)
    assert await tagged(db) == []
    assert await query(db, "SELECT count(*) FROM fan_tag") == [(0,)]
