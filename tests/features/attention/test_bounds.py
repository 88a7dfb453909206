"""A shop's own bounds are read, changed once for an update, and put back, on both databases."""

import asyncio
from datetime import time, timedelta
from typing import Any

from bot.features.attention.bounds import ShopBounds
from bot.rules.attention.bounds import BoundsPolicy, BoundsShown, BoundsWish, PromotionAboveMost, Span, Steps
from bot.rules.attention.budget import AttentionPolicy, Hours
from bot.rules.general import TooLateToUndo, Undone
from bot.rules.place import Place
from bot.rules.verdicts import Reason, Ruling
from bot.store.engine.db import Database
from bot.store.slots import set_morning
from tests.features.attention.verdicts import add_verdict
from tests.features.scene import NOON, OWNER, Causes, act_of, fan, query, shop, undo

NIGHT = BoundsWish(quiet=Hours(time(22), time(8)))


def bounds_of(db: Database) -> ShopBounds:
    """What staff do with bounds."""
    return ShopBounds(db, AttentionPolicy(), BoundsPolicy())


async def change(db: Database, place: Place, causes: Causes, **wish: Any) -> BoundsShown:
    """The owner changes something."""
    outcome = await bounds_of(db).change(act_of(place, cause=causes.next()), BoundsWish(**wish))
    assert isinstance(outcome, BoundsShown)
    return outcome


async def test_a_shop_without_its_own(db: Database) -> None:
    """It has those of the policy; only the owner is offered other numbers."""
    place = await shop(db)
    shown = await bounds_of(db).show(place, mine=False)
    assert shown == BoundsShown(place.community_id, Span("21:00", "09:00"), 6, 3, 90)
    mine = await bounds_of(db).show(place, mine=True)
    assert mine.steps == Steps(5, 7, 2, 4, 60, 120)


async def test_changed_and_taken_back(db: Database, causes: Causes) -> None:
    """Each change is in the audit log and can be undone while nothing else was changed since."""
    place = await shop(db)
    first = await change(db, place, causes, most=8)
    assert (first.most, first.most_promotional, first.gap) == (8, 3, 90)
    second = await change(db, place, causes, quiet=Hours(time(22), time(8)), gap=timedelta(minutes=60))
    assert (second.quiet, second.most, second.gap) == (Span("22:00", "08:00"), 8, 60)
    third = await change(db, place, causes, most=9)
    assert isinstance(await undo(db, place, OWNER.user_id, NOON, causes.next(), first.audit_id), TooLateToUndo)
    for changed in (third, second, first):
        assert isinstance(await undo(db, place, OWNER.user_id, NOON, causes.next(), changed.audit_id), Undone)
    assert await bounds_of(db).show(place, mine=False) == BoundsShown(
        place.community_id, Span("21:00", "09:00"), 6, 3, 90
    )
    subjects = await query(db, "SELECT subject FROM audit_entry WHERE act = 'bounds.changed' ORDER BY id")
    assert subjects == [("21:00-09:00, 3/8, 90",), ("22:00-08:00, 3/8, 60",), ("22:00-08:00, 3/9, 60",)]


async def test_an_update_that_comes_twice(db: Database, causes: Causes) -> None:
    """It changes nothing a second time and hears the same."""
    place = await shop(db)
    act = act_of(place, cause=causes.next())
    first = await bounds_of(db).change(act, BoundsWish(most=7))
    await change(db, place, causes, most=5)
    assert await bounds_of(db).change(act, BoundsWish(most=7)) == first
    assert (await bounds_of(db).bounds(place)).most == 5


async def test_what_changes_nothing(db: Database, causes: Causes) -> None:
    """A wish for what holds already, or for too much promotion, leaves no trace."""
    place = await shop(db)
    assert (await change(db, place, causes, most=6)).audit_id is None
    outcome = await bounds_of(db).change(act_of(place, cause=causes.next()), BoundsWish(most=2, most_promotional=4))
    assert outcome == PromotionAboveMost(2, 4)
    assert await query(db, "SELECT count(*) FROM attention_bounds") == [(0,)]
    assert await query(db, "SELECT count(*) FROM audit_entry WHERE act = 'bounds.changed'") == [(0,)]


async def test_two_at_once(db: Database, causes: Causes) -> None:
    """Two changes at the same moment are made one after the other: neither is lost."""
    place = await shop(db)
    wishes = (BoundsWish(most=8), BoundsWish(gap=timedelta(minutes=30)), NIGHT)
    await asyncio.gather(*(bounds_of(db).change(act_of(place, cause=causes.next()), wish) for wish in wishes))
    stands = await bounds_of(db).bounds(place)
    assert (stands.most, stands.gap, stands.quiet) == (8, timedelta(minutes=30), NIGHT.quiet)


async def test_what_is_held_is_decided_again(db: Database, causes: Causes) -> None:
    """New bounds wake what the budget holds for the shop; what staff hold themselves, and another shop's, waits on."""
    place = await shop(db)
    there = await shop(db, fan(9), -1009)
    await add_verdict(db, place, Ruling.HOLD, Reason.QUIET_HOURS, waits=True)
    await add_verdict(db, place, Ruling.HOLD, Reason.FAN_DAY, waits=True, chat_id=101)
    await add_verdict(db, place, Ruling.HOLD, Reason.GAP, waits=True, chat_id=-1002, by_staff=True)
    await add_verdict(db, there, Ruling.HOLD, Reason.QUIET_HOURS, waits=True, chat_id=-1009)
    await change(db, place, causes, quiet=Hours(time(0), time(8)))
    rows = await query(db, "SELECT chat_id FROM outbox WHERE due_at <= (SELECT min(made_at) FROM verdict) ORDER BY 1")
    assert rows == [(-1001,), (101,)]


async def test_an_early_morning_card_ends_the_quiet_hours(db: Database, causes: Causes) -> None:
    """With a card at half past seven the policy's quiet hours end then, and so do a shop's own."""
    place = await shop(db)
    await db.write(set_morning, place.community_id, "07:30", NOON)
    assert (await bounds_of(db).bounds(place)).quiet == Hours(time(21), time(7, 30))
    await change(db, place, causes, quiet=Hours(time(22), time(8)))
    assert (await bounds_of(db).bounds(place)).quiet == Hours(time(22), time(8))
    await db.write(set_morning, place.community_id, "07:00", NOON)
    assert (await bounds_of(db).bounds(place)).quiet == Hours(time(22), time(7))
    await db.write(set_morning, place.community_id, "03:00", NOON)
    assert (await bounds_of(db).bounds(place)).quiet == Hours(time(22), time(7))
