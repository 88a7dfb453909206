"""What the buyer of a favour wishes, on both databases: asked, kept, told to the owner, forgotten."""

import asyncio

from bot.features.coin_shop.items import Items
from bot.features.coin_shop.wishes import Wishes
from bot.features.communities import set_reachable
from bot.rules.coin_shop.shelf import Bought, NoSuchItem, ShopPolicy
from bot.rules.coin_shop.wishes import WishAsked, WishLeft, WishNoted, WishTooLong
from bot.store.engine.db import Database
from tests.features.counter import Counter
from tests.features.scene import NOON, OWNER, POLICIES, Causes, act_of, fan, give, privacy, query, shop

ANA, BEN = fan(1), fan(2)
POLICY = POLICIES[ShopPolicy]


async def bought(counter: Counter) -> Bought:
    """Ana has bought a favour, and the owner can be written to."""
    await counter.db.write(set_reachable, OWNER, can_write=True)
    await give(counter.db, counter.place, ANA, 50)
    await counter.lists()
    got = await counter.buys(ANA)
    assert isinstance(got, Bought)
    return got


async def told(db: Database) -> list[str]:
    """What the owner is told of favours."""
    return [
        str(facts) for (facts,) in await query(db, "SELECT facts FROM outbox WHERE key LIKE 'favour:%' ORDER BY id")
    ]


async def test_a_wish_stands_beside_the_purchase(db: Database, causes: Causes) -> None:
    """What Ana writes is kept in one line, the owner hears it with her name, and the list of what waits shows it."""
    counter = await Counter.open(db, causes)
    purchase, wishes = (await bought(counter)).purchase_id, Wishes(db, POLICY)
    asked = await wishes.ask(act_of(counter.place, ANA), purchase)
    assert asked == WishAsked(purchase, "First", None, POLICY.max_wish)
    assert await wishes.shop_of(ANA.user_id) == counter.place.community_id
    act = act_of(counter.place, ANA, NOON, causes.next())
    for wrong in (" \n ", "x" * (POLICY.max_wish + 1)):
        assert await wishes.take(act, wrong) == WishTooLong(POLICY.max_wish)
    assert await wishes.take(act, "Does it\nshrink?") == WishNoted(purchase, "First", "Does it shrink?")
    assert await wishes.take(act, "And is it silk?") == WishLeft()
    waiting = (await Items(db).list_all(counter.place, NOON)).waiting
    assert [(line.fan, line.user_id, line.wish) for line in waiting] == [("Fan 1", ANA.user_id, "Does it shrink?")]
    facts = await told(db)
    assert ["Fan 1" in one for one in facts] == [True, True]
    assert ["shrink" in one for one in facts] == [False, True]


async def test_only_the_buyer_says_what_they_wish(db: Database, causes: Causes) -> None:
    """Somebody else's purchase, another shop's, and one that is done already ask nothing."""
    counter = await Counter.open(db, causes)
    purchase, wishes = (await bought(counter)).purchase_id, Wishes(db, POLICY)
    await give(db, counter.place, BEN, 5)
    there = await shop(db, fan(900), -1002)
    await give(db, there, ANA, 5)
    assert await wishes.ask(act_of(counter.place, BEN), purchase) == NoSuchItem()
    assert await wishes.ask(act_of(there, ANA), purchase) == NoSuchItem()
    assert isinstance(await wishes.ask(act_of(counter.place, ANA), purchase), WishAsked)
    await counter.hands_over(ANA)
    assert await wishes.take(act_of(counter.place, ANA, NOON, causes.next()), "Too late") == WishLeft()
    assert await wishes.ask(act_of(counter.place, ANA), purchase) == NoSuchItem()
    assert await query(db, "SELECT wish FROM purchase") == [(None,)]


async def test_a_wish_is_taken_once(db: Database, causes: Causes) -> None:
    """Of many answers at once one is kept: the question is closed by then."""
    counter = await Counter.open(db, causes)
    purchase, wishes = (await bought(counter)).purchase_id, Wishes(db, POLICY)
    await wishes.ask(act_of(counter.place, ANA), purchase)
    acts = [act_of(counter.place, ANA, NOON, causes.next()) for _ in range(8)]
    answers = await asyncio.gather(*(wishes.take(act, f"wish {n}") for n, act in enumerate(acts)))
    assert sum(isinstance(answer, WishNoted) for answer in answers) == 1
    assert len(await told(db)) == 2


async def test_nothing_of_a_wish_stays_of_who_is_forgotten(db: Database, causes: Causes) -> None:
    """The words are gone, and so is what the owner wasn't told yet."""
    counter = await Counter.open(db, causes)
    purchase, wishes = (await bought(counter)).purchase_id, Wishes(db, POLICY)
    await wishes.ask(act_of(counter.place, ANA), purchase)
    await wishes.take(act_of(counter.place, ANA, NOON, causes.next()), "Does it shrink?")
    await privacy(db).delete(counter.place, ANA.user_id, NOON)
    assert await query(db, "SELECT wish, state FROM purchase") == [(None, "void")]
    assert await told(db) == []


async def test_who_leaves_the_question_says_nothing(db: Database, causes: Causes) -> None:
    """The purchase waits as before."""
    counter = await Counter.open(db, causes)
    purchase, wishes = (await bought(counter)).purchase_id, Wishes(db, POLICY)
    await wishes.ask(act_of(counter.place, ANA), purchase)
    assert await wishes.leave(ANA.user_id) == WishLeft()
    assert await wishes.shop_of(ANA.user_id) is None
    assert await query(db, "SELECT wish, state FROM purchase") == [(None, "waiting")]
