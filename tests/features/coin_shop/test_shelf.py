"""Buying in the coin shop, on both databases: one yes buys once, and who is refused keeps their coins."""

import asyncio
from collections import Counter as Counted
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.features.raffles.calling_off import CallingOff
from bot.features.raffles.raffles import Raffles
from bot.flows.check_in import CheckIns
from bot.rules.checkins.checkins import MadeUp
from bot.rules.coin_shop.items import NothingBought, Refunded, UsedAlready
from bot.rules.coin_shop.shelf import (
    Bought,
    BoughtAlready,
    BuyAsked,
    InAlready,
    ItemGone,
    ItemKind,
    ItemSoldOut,
    LimitReached,
    NoSuchItem,
    Per,
    SoldBefore,
    TierTooLow,
    TooDear,
    Yes,
)
from bot.rules.coupon_states import KeptFor
from bot.rules.coupons.campaigns import CampaignCancelled, NewCampaign
from bot.rules.coupons.claims import NoSuchCoupon
from bot.rules.raffles.facts import NewRaffle, RafflePolicy
from bot.rules.raffles.opening import RaffleCancelled
from bot.rules.tiers import Tier
from bot.store import ledger
from bot.store.engine.db import Database
from bot.store.engine.sessions import Tx
from bot.store.members import standing
from tests.conftest import fresh_sqlite
from tests.features.counter import STAFF, Counter
from tests.features.scene import (
    NOON,
    POLICIES,
    Causes,
    act_by,
    act_of,
    balance,
    campaigns_of,
    days,
    everything,
    fan,
    give,
    offer,
    privacy,
    query,
    shop,
    staff_act,
    till,
)

HOUR = timedelta(hours=1)


async def test_a_coupon_that_is_kept_for_the_shop(db: Database, causes: Causes) -> None:
    """It is bought with its code for the item's price, hangs in no group, and no forged press claims it for nothing."""
    counter = await Counter.open(db, causes)
    await give(db, counter.place, fan(1), 50)
    await counter.lists_coupon(stock=3, price=20)
    assert await counter.asks(fan(1)) == BuyAsked(1, "Silk", "coupon", 20, 50, 1)
    bought = await counter.buys(fan(1))
    assert isinstance(bought, Bought)
    assert bought == Bought("Silk", "coupon", 20, 30, bought.code)
    assert bought.code is not None
    held = await till(db).held_by(counter.place, fan(1).user_id, NOON)
    assert [coupon.code for coupon in held.coupons] == [bought.code]
    assert await query(db, "SELECT count(*) FROM card") == [(0,)]
    forged = await till(db).claim(act_of(counter.place, fan(2), NOON, causes.next()), 1)
    assert forged == NoSuchCoupon()
    assert await counter.sound()


async def test_one_yes_buys_once(db: Database, causes: Causes) -> None:
    """A second tap on the same yes spends nothing; a redelivered one hears its first answer; a new yes buys again."""
    counter = await Counter.open(db, causes)
    await give(db, counter.place, fan(1), 50)
    await counter.lists()
    yes = Yes(await counter.id_of(1), 20, 1)
    first = await counter.pays(fan(1), yes, cause="42:77")
    assert isinstance(first, Bought)
    assert replace(first, purchase_id=0) == Bought("First", "favour", 20, 30)
    assert await counter.pays(fan(1), yes, cause="42:77") == first
    assert await counter.pays(fan(1), yes) == BoughtAlready("First")
    assert await balance(db, counter.place, fan(1)) == 30
    second = await counter.buys(fan(1))
    assert isinstance(second, Bought)
    assert 0 < first.purchase_id < second.purchase_id
    assert second.balance == 10
    assert await counter.buys(fan(1)) == TooDear("First", 20, 10)


async def test_what_a_forged_yes_says_isnt_believed(db: Database, causes: Causes) -> None:
    """Another price, a purchase to come, another shop's item: nothing is bought, the true price is asked."""
    counter = await Counter.open(db, causes)
    await give(db, counter.place, fan(1), 50)
    await counter.lists()
    item = await counter.id_of(1)
    asked = BuyAsked(item, "First", "favour", 20, 50, 1)
    assert await counter.pays(fan(1), Yes(item, 1, 1)) == asked
    assert await counter.pays(fan(1), Yes(item, 20, 2)) == asked
    assert await counter.pays(fan(1), Yes(item, 20, 0)) == asked
    assert await counter.pays(fan(1), Yes(item + 1, 20, 1)) == NoSuchItem()
    there = Counter(db, await shop(db, fan(900), -1002), causes)
    await give(db, there.place, fan(1), 50)
    assert await there.pays(fan(1), Yes(item, 20, 1)) == NoSuchItem()
    assert await query(db, "SELECT count(*) FROM purchase") == [(0,)]


async def test_a_sold_out_item_burns_nothing(db: Database, causes: Causes) -> None:
    """Peers' bug "a sold-out prize burns the try": whatever is refused leaves coins, limits and stock as they were."""
    counter = await Counter.open(db, causes)
    for number in (1, 2):
        await give(db, counter.place, fan(number), 50)
    await counter.lists_coupon(stock=1)
    await counter.lists(title="Gone", stock=1)
    await counter.lists(title="Core's", tier="core")
    await counter.lists(title="Dear", price=99)
    for number in (1, 2):
        assert isinstance(await counter.buys(fan(1), number), Bought)
    before = await everything(db)
    # The yes was shown before the last one went, so nothing but the purchase itself can refuse it.
    refused = [await counter.pays(fan(2), Yes(await counter.id_of(number), 20, 1)) for number in (1, 2, 3)]
    assert refused == [ItemSoldOut("Silk"), ItemSoldOut("Gone"), TierTooLow("Core's", "core", "new")]
    assert await counter.pays(fan(2), Yes(await counter.id_of(4), 99, 1)) == TooDear("Dear", 99, 50)
    after = await everything(db)
    for table in ("transfer", "account", "purchase", "item", "campaign", "coupon"):
        assert after[table] == before[table], table


@pytest.mark.parametrize(("kind", "taps"), [(ItemKind.COUPON, 200), (ItemKind.FAVOUR, 1_000)])
async def test_a_thousand_taps_on_the_last_one(db: Database, causes: Causes, kind: ItemKind, taps: int) -> None:
    """Peers' bug "count-then-insert oversell": exactly one fan gets it, the others keep every coin."""
    counter = await Counter.open(db, causes)
    await db.write(_purses, counter.place.community_id, counter.place.shop_account, taps)
    if kind is ItemKind.COUPON:
        await counter.lists_coupon(stock=1)
    else:
        await counter.lists(title="Silk", stock=1)
    yes = Yes(await counter.id_of(1), 20, 1)
    outcomes = await asyncio.gather(*(counter.pays(fan(number), yes) for number in range(taps)))
    assert sum(isinstance(outcome, Bought) for outcome in outcomes) == 1
    assert outcomes.count(ItemSoldOut("Silk")) == taps - 1
    assert await query(db, "SELECT sold FROM item") == await query(db, "SELECT count(*) FROM purchase") == [(1,)]
    assert await query(db, "SELECT count(*), sum(amount) FROM transfer WHERE reason <> 'present'") == [(1, 20)]
    assert await counter.sound()


def _purses(tx: Tx, community_id: int, shop_account: int, fans: int) -> None:
    for number in range(fans):
        member = standing(tx, community_id, fan(number), NOON)
        ledger.pay(
            tx,
            ledger.TransferHeader(community_id, f"present:{number}", "present", NOON),
            member_account=member.account_id,
            shop=shop_account,
            amount=20,
        )


async def test_one_fan_taps_everything_at_once(db: Database, causes: Causes) -> None:
    """Coins for two buy two, whatever is tapped together, and a limit of one holds."""
    counter = await Counter.open(db, causes)
    await give(db, counter.place, fan(1), 50)
    await counter.lists(title="One", limit=1)
    await counter.lists(title="Two")
    ids = [await counter.id_of(number) for number in (1, 2)]
    taps = [Yes(item, 20, serial) for item in ids for serial in (1, 2, 3)] * 3
    outcomes = await asyncio.gather(*(counter.pays(fan(1), yes) for yes in taps))
    assert sum(isinstance(outcome, Bought) for outcome in outcomes) == 2
    assert await balance(db, counter.place, fan(1)) == 10
    assert len(await query(db, "SELECT id FROM purchase WHERE item_id = 1")) <= 1
    assert await counter.sound()


async def test_a_limit_counts_in_its_period(db: Database, causes: Causes) -> None:
    """One a week: not twice this week, again on Monday; a refund gives the place back."""
    counter = await Counter.open(db, causes)
    await give(db, counter.place, fan(1), 100)
    await counter.lists(limit=1, per=Per.WEEK)
    assert isinstance(await counter.buys(fan(1)), Bought)
    assert await counter.buys(fan(1), at=days(6)) == LimitReached("First", 1, "week")
    assert [line.state for line in (await counter.shelf(fan(1), at=days(6))).lines] == ["limit"]
    assert isinstance(await counter.refunds(fan(1), at=days(6)), Refunded)
    assert isinstance(await counter.buys(fan(1), at=days(6)), Bought)
    assert await counter.buys(fan(1), at=days(6)) == LimitReached("First", 1, "week")
    assert isinstance(await counter.buys(fan(1), at=days(7)), Bought)


async def test_the_campaigns_own_limit_holds(db: Database, causes: Causes) -> None:
    """Who has the campaign's coupon isn't sold a second one; it is told as a limit, and costs nothing."""
    counter = await Counter.open(db, causes)
    await give(db, counter.place, fan(1), 50)
    campaign, number = await offer(db, counter.place, NewCampaign("Silk", 5), causes.next())
    await till(db).claim(act_of(counter.place, fan(1), NOON, causes.next()), campaign)
    await counter.lists(ItemKind.COUPON, title="Silk", subject=number)
    assert await counter.buys(fan(1)) == LimitReached("Silk", None, None)
    assert await balance(db, counter.place, fan(1)) == 50


async def test_the_campaigns_own_tier_holds(db: Database, causes: Causes) -> None:
    """A coupon for the core isn't sold to a newcomer, and the shelf says whom it is for."""
    counter = await Counter.open(db, causes)
    await give(db, counter.place, fan(1), 50)
    campaign = NewCampaign("Silk", 5, tier=Tier.CORE, kept_for=KeptFor.SHOP)
    _, number = await offer(db, counter.place, campaign, causes.next())
    await counter.lists(ItemKind.COUPON, title="Silk", subject=number, tier="fan")
    assert await counter.buys(fan(1)) == TierTooLow("Silk", "core", "new")
    assert [(line.state, line.tier) for line in (await counter.shelf(fan(1))).lines] == [("tier", "core")]


async def test_a_cancelled_campaign_gives_back_what_its_coupons_cost(db: Database, causes: Causes) -> None:
    """The coins of a bought coupon come back with the campaign, once: a refund afterwards finds nothing."""
    counter = await Counter.open(db, causes)
    await give(db, counter.place, fan(1), 50)
    await counter.lists_coupon()
    assert isinstance(await counter.buys(fan(1)), Bought)
    cancelled = await campaigns_of(db).cancel(act_by(counter.place, STAFF, NOON, causes.next()), 1)
    assert isinstance(cancelled, CampaignCancelled)
    assert await balance(db, counter.place, fan(1)) == 50
    assert await counter.refunds(fan(1)) == UsedAlready(1, "Silk", "@fan1")
    assert await counter.buys(fan(1)) == ItemGone("Silk")
    assert await balance(db, counter.place, fan(1)) == 50
    assert await counter.sound()


def draws(db: Database) -> Raffles:
    """What the shop does with raffles, with the same seeds and salts in every run."""
    return Raffles(db, POLICIES, bytes, None)


async def cancelled(counter: Counter) -> object:
    """Staff take the raffle back; what they are told."""
    calling_off = CallingOff(counter.db, RafflePolicy(), None)
    return await calling_off.cancel(staff_act(counter.place, STAFF, NOON, counter.causes.next()), 1)


async def test_a_ticket_is_one_entry(db: Database, causes: Causes) -> None:
    """Who is in already keeps their coins; a cancelled raffle gives a ticket's back, and no refund a second time."""
    counter = await Counter.open(db, causes)
    raffles = draws(db)
    for number in (1, 2):
        await give(db, counter.place, fan(number), 50)
    await raffles.make(staff_act(counter.place, STAFF, NOON, causes.next()), NewRaffle("Bag", days(1)))
    await counter.lists(ItemKind.RAFFLE, title="Bag", subject=1)
    assert await counter.buys(fan(1)) == Bought("Bag", "raffle", 20, 30, entry=1)
    await raffles.enter(act_of(counter.place, fan(2), NOON, causes.next()), 1)
    for number in (1, 2):
        assert await counter.buys(fan(number)) == InAlready("Bag")
    assert await balance(db, counter.place, fan(2)) == 50
    assert await counter.buys(fan(2), at=days(1)) == ItemGone("Bag")
    assert isinstance(await cancelled(counter), RaffleCancelled)
    assert await balance(db, counter.place, fan(1)) == 50
    assert await counter.refunds(fan(1)) == UsedAlready(1, "Bag", "@fan1")
    assert await counter.sound()


async def test_a_refunded_ticket_leaves_a_free_entry(db: Database, causes: Causes) -> None:
    """While the raffle is open its coins come back once, by staff or by the raffle; afterwards it was used."""
    counter = await Counter.open(db, causes)
    raffles = draws(db)
    for number in (1, 2):
        await give(db, counter.place, fan(number), 50)
    await raffles.make(staff_act(counter.place, STAFF, NOON, causes.next()), NewRaffle("Bag", days(1)))
    await counter.lists(ItemKind.RAFFLE, title="Bag", subject=1, stock=2)
    for number in (1, 2):
        assert isinstance(await counter.buys(fan(number)), Bought)
    refunds = await asyncio.gather(*(counter.refunds(fan(1)) for _ in range(3)))
    assert sum(isinstance(outcome, Refunded) for outcome in refunds) == 1
    await asyncio.gather(counter.refunds(fan(2)), cancelled(counter))
    for number in (1, 2):
        assert await balance(db, counter.place, fan(number)) == 50
    assert await query(db, "SELECT count(*) FROM raffle_entry") == [(2,)]
    assert await counter.sound()


async def test_a_make_up_waits_for_a_missed_day(db: Database, causes: Causes) -> None:
    """It covers a day for nothing, once; unused it is refunded, used it isn't."""
    counter = await Counter.open(db, causes)
    place, checkins = counter.place, CheckIns(db, POLICIES)
    await give(db, place, fan(1), 100)
    await counter.lists(ItemKind.MAKE_UP, title="Make-up")
    assert isinstance(await counter.buys(fan(1)), Bought)
    assert isinstance(await counter.buys(fan(1)), Bought)
    for day in (0, 1, 4):  # the month's freeze closes one of the two that are missed
        await checkins.check_in(act_of(place, fan(1), days(day), causes.next()))
    held = await balance(db, place, fan(1))
    made_up = await checkins.make_up(act_of(place, fan(1), days(4), causes.next()))
    assert isinstance(made_up, MadeUp)
    assert (made_up.price, made_up.length) == (0, 4)
    assert await balance(db, place, fan(1)) == held
    assert isinstance(await counter.refunds(fan(1), at=days(4)), Refunded)
    assert await counter.refunds(fan(1), at=days(4)) == UsedAlready(1, "Make-up", "@fan1")
    assert await query(db, "SELECT sold FROM item") == [(1,)]
    assert await counter.sound()


async def test_a_make_up_is_refunded_or_used_never_both(db: Database, causes: Causes) -> None:
    """Staff refund it while its fan uses it: one of the two happens."""
    counter = await Counter.open(db, causes)
    place, checkins = counter.place, CheckIns(db, POLICIES)
    await give(db, place, fan(1), 20)
    await counter.lists(ItemKind.MAKE_UP, title="Make-up")
    await counter.buys(fan(1))
    for day in (0, 1, 4):
        await checkins.check_in(act_of(place, fan(1), days(day), causes.next()))
    before = await balance(db, place, fan(1))
    refunded, made_up = await asyncio.gather(
        counter.refunds(fan(1), at=days(4)), checkins.make_up(act_of(place, fan(1), days(4), causes.next()))
    )
    assert isinstance(made_up, MadeUp)
    back = 20 if isinstance(refunded, Refunded) else 0
    assert made_up.price == back  # who used it paid nothing; who was given it back paid the ladder's price
    assert await balance(db, place, fan(1)) == before
    assert await counter.sound()


async def test_who_had_their_data_deleted_buys_no_second_one(db: Database, causes: Causes) -> None:
    """What has a limit and was on sale before isn't theirs twice; an undone favour is void, and nobody's to do."""
    counter = await Counter.open(db, causes)
    await give(db, counter.place, fan(1), 50)
    await counter.lists(limit=1)
    await counter.buys(fan(1))
    await privacy(db).delete(counter.place, fan(1).user_id, NOON + HOUR)
    assert await query(db, "SELECT state, cause, answer FROM purchase") == [("void", None, None)]
    await give(db, counter.place, fan(1), 60)
    assert await counter.buys(fan(1), at=days(1)) == SoldBefore("First")
    assert await counter.hands_over(fan(1)) == NothingBought(1, "First", "@fan1")


ACTS = st.lists(
    st.tuples(st.sampled_from(("buy", "buy", "refund")), st.integers(1, 3), st.integers(1, 3)), min_size=4, max_size=14
)
PRICES = {1: 7, 2: 5, 3: 4}


@settings(
    max_examples=12,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(ACTS)
def test_any_history_of_buying_and_refunding(
    sqlite_template: Path, tmp_path: Path, acts: list[tuple[str, int, int]]
) -> None:
    """Whatever is bought and refunded in whatever order: stock, limits and purses are what counting by hand says."""
    asyncio.run(play(fresh_sqlite(sqlite_template, tmp_path), acts))


async def play(url: str, acts: list[tuple[str, int, int]]) -> None:
    """Three fans with 20 coins each; two favours, a make-up each, two coupons, whose codes don't come back."""
    async with Database.open(url) as db:
        counter = await Counter.open(db, Causes())
        for number in (1, 2, 3):
            await give(db, counter.place, fan(number), 20)
        await counter.lists(price=PRICES[1], stock=2)
        await counter.lists(ItemKind.MAKE_UP, PRICES[2], limit=1)
        await counter.lists_coupon(stock=2, price=PRICES[3])
        purses, left = dict.fromkeys((1, 2, 3), 20), {1: 2, 2: 99, 3: 2}
        held: Counted[tuple[int, int]] = Counted()
        for act, who, item in acts:
            if act == "buy":
                bought = isinstance(await counter.buys(fan(who), item), Bought)
                limit = 99 if item == 1 else 1
                assert bought is (left[item] > 0 and held[who, item] < limit and purses[who] >= PRICES[item])
                change = int(bought)
            else:
                refunded = isinstance(await counter.refunds(fan(who), item), Refunded)
                assert refunded is (held[who, item] > 0)
                change = -int(refunded)
            held[who, item] += change
            purses[who] -= change * PRICES[item]
            left[item] -= change if item != 3 or change > 0 else 0
        for who, coins in purses.items():
            assert await balance(db, counter.place, fan(who)) == coins
        assert await counter.sound()
