"""Coupons that are made for the coin shop in one act, on both databases."""

import asyncio

from bot.flows.sell_coupons import Selling
from bot.rules.coin_shop.items import ItemMade, NewItem
from bot.rules.coin_shop.shelf import Bought, ItemKind, LimitReached
from bot.rules.general import TooLateToUndo, Undone
from bot.rules.windows import WindowPast
from bot.store.engine.db import Database
from tests.features.counter import STAFF, Counter
from tests.features.scene import NOON, POLICIES, Causes, act_by, days, fan, give, query, undo

WISH = NewItem("Silk −20%", 20, ItemKind.COUPON, stock=5)


async def rows(db: Database) -> list[tuple[object, ...]]:
    """Campaigns, with what became of them and where they are handed out."""
    return await query(db, "SELECT title, stock, per_fan, kept_for, state FROM campaign")


async def test_coupons_and_their_item_are_one_act(db: Database, causes: Causes) -> None:
    """A redelivered command, or eight at once, make one campaign and one item; a fan buys a code, once."""
    counter = await Counter.open(db, causes)
    act = act_by(counter.place, STAFF, NOON, causes.next())
    made = await asyncio.gather(*(Selling(db, POLICIES).sell_coupons(act, WISH) for _ in range(8)))
    assert len(set(made)) == 1
    assert isinstance(made[0], ItemMade)
    assert (made[0].number, made[0].stock, made[0].limit) == (1, 5, 1)
    assert await rows(db) == [("Silk −20%", 5, 1, "shop", "open")]
    await give(db, counter.place, fan(1), 50)
    got = await counter.buys(fan(1))
    assert isinstance(got, Bought)
    assert got.code is not None
    assert isinstance(await counter.buys(fan(1)), LimitReached)
    assert await counter.sound()


async def test_a_limit_in_a_week_is_the_items(db: Database, causes: Causes) -> None:
    """The campaign lets a fan have more, as the item counts anew each week."""
    counter = await Counter.open(db, causes)
    wish = NewItem("Silk", 20, ItemKind.COUPON, stock=5, limit=1, per="week")
    await Selling(db, POLICIES).sell_coupons(act_by(counter.place, STAFF, NOON, causes.next()), wish)
    await give(db, counter.place, fan(1), 50)
    assert isinstance(await counter.buys(fan(1)), Bought)
    assert isinstance(await counter.buys(fan(1)), LimitReached)
    assert isinstance(await counter.buys(fan(1), at=days(7)), Bought)


async def test_undoing_takes_both_back(db: Database, causes: Causes) -> None:
    """Item and campaign are gone; once a fan has bought one, neither is."""
    counter, selling = await Counter.open(db, causes), Selling(db, POLICIES)
    made = await selling.sell_coupons(act_by(counter.place, STAFF, NOON, causes.next()), WISH)
    assert isinstance(made, ItemMade)
    undone = await undo(db, counter.place, STAFF, NOON, causes.next(), made.audit_id)
    assert undone == Undone("item.made", "#1 Silk −20%")
    assert [row[-1] for row in await rows(db)] == ["cancelled"]
    again = await selling.sell_coupons(act_by(counter.place, STAFF, NOON, causes.next()), WISH)
    assert isinstance(again, ItemMade)
    await give(db, counter.place, fan(1), 50)
    assert isinstance(await counter.buys(fan(1), 2), Bought)
    late = await undo(db, counter.place, STAFF, NOON, causes.next(), again.audit_id)
    assert late == TooLateToUndo("item.made", "#2 Silk −20%")


async def test_a_wrong_window_makes_neither(db: Database, causes: Causes) -> None:
    """What would close before it opens is refused before anything is written."""
    counter = await Counter.open(db, causes)
    wish = NewItem("Silk", 20, ItemKind.COUPON, stock=5, closes=NOON)
    refused = await Selling(db, POLICIES).sell_coupons(act_by(counter.place, STAFF, NOON, causes.next()), wish)
    assert isinstance(refused, WindowPast)
    assert await rows(db) == await query(db, "SELECT id FROM item") == []
