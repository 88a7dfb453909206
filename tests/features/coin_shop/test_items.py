"""The coin shop's items as staff handle them, on both databases: listed, closed, handed over, refunded, undone."""

import asyncio
from datetime import timedelta

from bot.features.coin_shop.items import Items
from bot.features.coin_shop.purchases import Purchases
from bot.features.communities import set_reachable
from bot.rules.act import Sender
from bot.rules.coin_shop.items import (
    CampaignNotForSale,
    CampaignUnknown,
    HandedOver,
    ItemClosed,
    ItemOpened,
    ItemShown,
    ItemUnchanged,
    ItemUnknown,
    NewItem,
    NothingBought,
    Refunded,
    SettledBefore,
    UsedAlready,
)
from bot.rules.coin_shop.shelf import Bought, ItemGone, ItemKind, NoSuchItem
from bot.rules.coupon_states import KeptFor
from bot.rules.coupons.campaigns import NewCampaign
from bot.rules.general import TooLateToUndo, Undone
from bot.rules.windows import WindowPast
from bot.store.engine.db import Database
from tests.features.counter import STAFF, Counter
from tests.features.scene import (
    NOON,
    OWNER,
    ROOM,
    Causes,
    act_by,
    balance,
    campaigns_of,
    days,
    fan,
    give,
    offer,
    query,
    shop,
    undo,
)

HOUR = timedelta(hours=1)


async def test_an_item_is_made_once(db: Database, causes: Causes) -> None:
    """A redelivered command hears its number again; numbers count within the shop."""
    counter = await Counter.open(db, causes)
    items = Items(db)
    wish = NewItem("First", 20, ItemKind.FAVOUR)
    made = [await items.make(act_by(counter.place, STAFF, NOON, "42:77"), wish) for _ in range(2)]
    assert made[0] == made[1]
    assert (await counter.lists()).number == 2
    there = Counter(db, await shop(db, fan(900), -1002), causes)
    assert (await there.lists()).number == 1
    late = NewItem("Late", 20, ItemKind.FAVOUR, closes=NOON)
    assert await items.make(act_by(counter.place, STAFF, NOON, causes.next()), late) == WindowPast(NOON)


async def test_only_what_can_be_bought_is_listed(db: Database, causes: Causes) -> None:
    """A campaign that isn't there, is cancelled, or is kept for gifts can't be put on the shelf."""
    counter = await Counter.open(db, causes)
    _, gift = await offer(db, counter.place, NewCampaign("Gift", 5, kept_for=KeptFor.GIFT), causes.next())
    _, void = await offer(db, counter.place, NewCampaign("Void", 5), causes.next())
    await campaigns_of(db).cancel(act_by(counter.place, STAFF, NOON, causes.next()), void)
    refused = [
        await Items(db).make(
            act_by(counter.place, STAFF, NOON, causes.next()), NewItem("x", 1, ItemKind.COUPON, subject=number)
        )
        for number in (9, gift, void)
    ]
    assert refused == [CampaignUnknown(9), CampaignNotForSale(gift, "Gift"), CampaignNotForSale(void, "Void")]
    assert await query(db, "SELECT count(*) FROM item") == [(0,)]


async def test_closed_and_opened_again(db: Database, causes: Causes) -> None:
    """What is off the shelf isn't sold; each act is told once and can be taken back while it still stands."""
    counter = await Counter.open(db, causes)
    items, place = Items(db), counter.place
    await give(db, place, fan(1), 50)
    await counter.lists()
    closed = await items.set_open(act_by(place, STAFF, NOON, "42:77"), 1, on_shelf=False)
    assert isinstance(closed, ItemClosed)
    assert await items.set_open(act_by(place, STAFF, NOON, "42:77"), 1, on_shelf=False) == closed
    assert await items.set_open(act_by(place, STAFF, NOON, causes.next()), 1, on_shelf=False) == ItemUnchanged(
        1, "First", open=False
    )
    assert await counter.buys(fan(1)) == ItemGone("First")
    assert (await counter.shelf(fan(1))).lines == ()
    assert await undo(db, place, STAFF, NOON, causes.next(), closed.audit_id) == Undone("item.closed", "#1 First")
    assert isinstance(await counter.buys(fan(1)), Bought)
    assert isinstance(await items.set_open(act_by(place, STAFF, NOON, causes.next()), 1, on_shelf=False), ItemClosed)
    assert isinstance(await items.set_open(act_by(place, STAFF, NOON, causes.next()), 1, on_shelf=True), ItemOpened)
    assert await items.set_open(act_by(place, STAFF, NOON, causes.next()), 9, on_shelf=True) == ItemUnknown(9)


async def test_an_item_is_taken_back_until_somebody_buys_it(db: Database, causes: Causes) -> None:
    """Undone, it is nobody's to buy; bought once, even if refunded, it can only be closed."""
    counter = await Counter.open(db, causes)
    await give(db, counter.place, fan(1), 50)
    first, second = await counter.lists(), await counter.lists(title="Second")
    assert await undo(db, counter.place, STAFF, NOON, causes.next(), first.audit_id) == Undone("item.made", "#1 First")
    assert await counter.buys(fan(1)) == NoSuchItem()
    assert isinstance(await counter.buys(fan(1), 2), Bought)
    assert isinstance(await counter.refunds(fan(1), 2), Refunded)
    late = await undo(db, counter.place, STAFF, NOON, causes.next(), second.audit_id)
    assert late == TooLateToUndo("item.made", "#2 Second")


async def test_undo_and_a_purchase_at_once(db: Database, causes: Causes) -> None:
    """Either it is sold and stays, or it is taken back and nobody has paid."""
    counter = await Counter.open(db, causes)
    for number in range(10):
        await give(db, counter.place, fan(number), 20)
        made = await counter.lists(title=f"Item {number}")
        bought, undone = await asyncio.gather(
            counter.buys(fan(number), made.number),
            undo(db, counter.place, STAFF, NOON, causes.next(), made.audit_id),
        )
        assert isinstance(bought, Bought) is isinstance(undone, TooLateToUndo)
        assert await balance(db, counter.place, fan(number)) == (0 if isinstance(bought, Bought) else 20)


async def test_a_favour_waits_until_staff_have_done_it(db: Database, causes: Causes) -> None:
    """The owner and the list are told who waits, and the fan hears when it is done."""
    counter = await Counter.open(db, causes)
    await db.write(set_reachable, OWNER, can_write=True)
    await give(db, counter.place, fan(1), 50)
    await db.write(set_reachable, fan(1), can_write=True)
    await counter.lists()
    await counter.buys(fan(1))
    ((owner, facts),) = await query(db, "SELECT chat_id, facts FROM outbox WHERE key LIKE 'favour:%'")
    assert owner == OWNER.user_id
    assert "FavourWaiting" in str(facts)
    assert "Fan 1" in str(facts)
    waiting = (await Items(db).list_all(counter.place, NOON)).waiting
    assert [(line.number, line.fan) for line in waiting] == [(1, "Fan 1")]
    done = await Purchases(db).hand_over_one(act_by(counter.place, STAFF, NOON, "42:77"), waiting[0].purchase_id)
    assert isinstance(done, HandedOver)
    assert (done.fan, done.told) == ("Fan 1", True)
    assert (
        await Purchases(db).hand_over_one(act_by(counter.place, STAFF, NOON, "42:77"), waiting[0].purchase_id) == done
    )
    again = await Purchases(db).hand_over_one(act_by(counter.place, STAFF, NOON, causes.next()), waiting[0].purchase_id)
    assert again == SettledBefore("First")
    assert await query(db, "SELECT chat_id FROM outbox WHERE key LIKE 'purchase:%'") == [(fan(1).user_id,)]
    assert (await Items(db).list_all(counter.place, NOON)).waiting == ()
    assert await counter.refunds(fan(1)) == UsedAlready(1, "First", "@fan1")
    undone = await undo(db, counter.place, STAFF, NOON, causes.next(), done.audit_id)
    assert undone == Undone("item.handed_over", "#1 First")
    assert await query(db, "SELECT count(*) FROM outbox WHERE key LIKE 'purchase:%'") == [(0,)]
    assert len((await Items(db).list_all(counter.place, NOON)).waiting) == 1


async def test_a_refund_counts_once(db: Database, causes: Causes) -> None:
    """However often and by however many staff it is asked at once, the coins come back once and the books balance."""
    counter = await Counter.open(db, causes)
    await give(db, counter.place, fan(1), 50)
    await counter.lists_coupon()
    await counter.lists(stock=1)
    for number in (1, 2):
        assert isinstance(await counter.buys(fan(1), number), Bought)
        outcomes = await asyncio.gather(*(counter.refunds(fan(1), number) for _ in range(8)))
        assert sum(isinstance(outcome, Refunded) for outcome in outcomes) == 1
        assert await balance(db, counter.place, fan(1)) == 50
    assert await query(db, "SELECT state FROM coupon") == [("cancelled",)]
    assert await query(db, "SELECT sold FROM item ORDER BY number") == [(1,), (0,)]
    assert isinstance(await counter.buys(fan(1), 2), Bought)
    assert await counter.sound()


async def test_whose_purchase_is_meant(db: Database, causes: Causes) -> None:
    """The named fan's alone, however others are called; who bought nothing has nothing."""
    counter = await Counter.open(db, causes)
    twins = [Sender(number, "Kim Mina", None, "ko", ROOM) for number in (501, 502)]
    for one in (*twins, fan(1)):
        await give(db, counter.place, one, 50)
    await counter.lists()
    await counter.buys(twins[0])
    await counter.buys(fan(1))
    assert await counter.hands_over(twins[1]) == NothingBought(1, "First", "Kim Mina")
    assert isinstance(await counter.hands_over(twins[0]), HandedOver)
    assert isinstance(await counter.refunds(fan(1)), Refunded)
    assert await counter.refunds(fan(1)) == NothingBought(1, "First", "@fan1")
    assert await counter.refunds(fan(1), 9) == ItemUnknown(9)


async def test_one_purchase_is_refunded_by_its_button(db: Database, causes: Causes) -> None:
    """However often it is tapped, that purchase alone and once; another shop's staff can't reach it."""
    counter = await Counter.open(db, causes)
    await give(db, counter.place, fan(1), 50)
    await counter.lists()
    for _ in range(2):
        await counter.buys(fan(1))
    there, purchases = await shop(db, fan(900), -1002), Purchases(db)
    assert await purchases.refund_one(act_by(there, STAFF, NOON, causes.next()), 1) is None
    assert await purchases.refund_one(act_by(counter.place, STAFF, NOON, causes.next()), 99) is None
    outcomes = await asyncio.gather(
        *(purchases.refund_one(act_by(counter.place, STAFF, NOON, causes.next()), 1) for _ in range(8))
    )
    assert sum(isinstance(outcome, Refunded) for outcome in outcomes) == 1
    assert outcomes.count(UsedAlready(1, "First", "Fan 1")) == 7
    assert await query(db, "SELECT state FROM purchase ORDER BY id") == [("refunded",), ("waiting",)]
    cause = causes.next()
    first = await purchases.refund_one(act_by(counter.place, STAFF, NOON, cause), 2)
    assert isinstance(first, Refunded)
    assert await purchases.refund_one(act_by(counter.place, STAFF, NOON, cause), 2) == first
    assert await balance(db, counter.place, fan(1)) == 50


async def test_how_an_item_stands(db: Database, causes: Causes) -> None:
    """Sold, waiting and refunded are counted; the state follows the clock, the stock and the campaign."""
    counter = await Counter.open(db, causes)
    await give(db, counter.place, fan(1), 100)
    await counter.lists(stock=2, limit=2, closes=days(1))
    await counter.buys(fan(1))
    await counter.buys(fan(1))
    await counter.refunds(fan(1))
    shown = await Items(db).show(counter.place, 1, NOON)
    assert shown == ItemShown(1, "First", "favour", 20, 2, 1, 1, 1, 2, None, "new", "open", None, days(1))
    await counter.buys(fan(1))
    states = [await Items(db).show(counter.place, 1, at) for at in (NOON, days(1))]
    assert [one.state for one in states if isinstance(one, ItemShown)] == ["sold_out", "closed"]
    listed = await Items(db).list_all(counter.place, NOON)
    assert [(line.number, line.sold, line.state) for line in listed.items] == [(1, 2, "sold_out")]


async def test_a_long_shelf_has_pages(sqlite_url: str, causes: Causes) -> None:
    """Eight items a page; a page that isn't there is the nearest one that is."""
    async with Database.open(sqlite_url) as db:
        counter = await Counter.open(db, causes)
        for number in range(10):
            await counter.lists(title=f"Item {number}")
        first, last, beyond = [await counter.shelf(fan(1), page) for page in (1, 2, 99)]
        assert (len(first.lines), len(last.lines), last.pages) == (8, 2, 2)
        assert beyond == last
