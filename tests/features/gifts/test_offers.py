"""Offers of gifts: one friend or many, coins, coupons and relays, and what staff do with them."""

import asyncio
from datetime import timedelta

from bot.features.gifts.offers import GiftOffers
from bot.rules.coupon_states import KeptFor
from bot.rules.coupons.campaigns import NewCampaign
from bot.rules.coupons.claims import NoSuchCoupon
from bot.rules.general import TooLateToUndo, Undone
from bot.rules.gift_states import GiftKind, Opens
from bot.rules.gifts.cards import GiftCard, OfferGone
from bot.rules.gifts.offers import (
    NewGift,
    NoSuchCampaign,
    OfferClosed,
    OfferClosedBefore,
    OfferList,
    OfferShown,
    OfferUnknown,
)
from bot.rules.rights import Role
from bot.store.engine.db import Database
from tests.features.givers import Circle
from tests.features.scene import (
    GIVEAWAYS,
    NOON,
    OWNER,
    Causes,
    act_by,
    act_of,
    campaigns_of,
    days,
    fan,
    offer,
    query,
    shop,
    staff_act,
    till,
    undo,
)

ANA, BEN, EVE = fan(1), fan(2), fan(3)
HOUR = timedelta(hours=1)


async def test_coins_for_one_friend(db: Database, causes: Causes) -> None:
    """A single card is its first friend's; a second one is welcome and gets what every new friend gets."""
    circle = await Circle.open(db, causes)
    made = await circle.offers(coins=25, stock=1)
    card = await circle.card(ANA, offer=made.number)
    await circle.opens(BEN, card)
    await circle.opens(EVE, card)
    await circle.comes(BEN)
    assert (await circle.shows(card, NOON)).state == "taken"
    assert await circle.found(card) is None
    await circle.comes(EVE)
    for friend in (BEN, EVE):
        await circle.checks_in(friend, NOON + HOUR)
    assert (await circle.coins(BEN), await circle.coins(EVE)) == (35, 10)
    assert await circle.makes(ANA, NOON, offer=made.number) == OfferGone()


async def test_a_coupon_travels(db: Database, causes: Causes) -> None:
    """A card keeps a coupon of its campaign until a friend comes, who gets it at once; unopened it goes back."""
    circle = await Circle.open(db, causes)
    campaign, _ = await offer(db, circle.place, NewCampaign("Silk", 2, price=50, kept_for=KeptFor.GIFT), causes.next())
    await circle.offers(GiftKind.COUPON, campaign=1)
    assert (await circle.offers(GiftKind.COUPON, campaign=1, title="Many", opens=Opens.MANY)).coupon == "Silk"
    first, second = await circle.card(ANA, offer=1), await circle.card(EVE, offer=1)
    assert await query(db, "SELECT taken FROM campaign") == [(2,)]
    assert await circle.makes(fan(9), offer=1) == OfferGone()
    assert await till(db).claim(act_of(circle.place, fan(9), NOON, causes.next()), campaign) == NoSuchCoupon()
    await circle.opens(BEN, first)
    await circle.comes(BEN)
    (held,) = (await till(db).held_by(circle.place, BEN.user_id, NOON)).coupons
    assert held.title == "Silk"
    assert [what for who, what in await circle.told() if who == BEN.user_id] == ["GiftWelcome"]
    await circle.tick(days(7))
    assert (await circle.shows(second, days(7))).state == "returned"
    assert await query(db, "SELECT taken FROM campaign") == [(1,)]
    many = await circle.card(EVE, days(8), offer=2)
    friends = [fan(20 + number) for number in range(4)]
    for friend in friends:
        await circle.opens(friend, many, days(8))
    await asyncio.gather(*(circle.comes(friend, days(8)) for friend in friends))
    assert await query(db, "SELECT taken, stock FROM campaign") == [(2, 2)]
    assert await query(db, "SELECT count(*) FROM coupon") == [(2,)]
    assert await query(db, "SELECT count(*) FROM invitation") == [(5,)]
    assert await circle.coins(BEN) == 0


async def test_a_coupon_that_was_cancelled_meanwhile(db: Database, causes: Causes) -> None:
    """The friend is welcome and gets what every new friend gets; the campaign's count is right."""
    circle = await Circle.open(db, causes)
    await offer(db, circle.place, NewCampaign("Silk", 2), causes.next())
    await circle.offers(GiftKind.COUPON, campaign=1)
    card = await circle.card(ANA, offer=1)
    await circle.opens(BEN, card)
    await campaigns_of(db).cancel(act_by(circle.place, OWNER.user_id, NOON, causes.next()), 1)
    await circle.comes(BEN)
    assert await query(db, "SELECT taken FROM campaign") == [(0,)]
    assert await query(db, "SELECT count(*) FROM gift_reward") == [(4,)]
    offers = GiftOffers(db, circle.policy, GIVEAWAYS)
    wish = NewGift("Late", GiftKind.COUPON, campaign=1)
    assert await offers.make(act_of(circle.place, OWNER, NOON, causes.next(), Role.OPERATOR), wish) == NoSuchCampaign(1)


async def test_two_friends_claim_one_gift(db: Database, causes: Causes) -> None:
    """Ten who opened a single card join at once: exactly one finds what is in it."""
    circle = await Circle.open(db, causes)
    made = await circle.offers(coins=25)
    card = await circle.card(ANA, offer=made.number)
    friends = [fan(10 + number) for number in range(10)]
    for friend in friends:
        await circle.opens(friend, card)
    await asyncio.gather(*(circle.comes(friend) for friend in friends))
    assert (await circle.states())["gift friend waiting"] == 1
    assert await query(db, "SELECT count(*), count(DISTINCT friend_id) FROM invitation") == [(10, 10)]


async def test_the_last_gift_of_an_offer(db: Database, causes: Causes) -> None:
    """Twenty givers at once and three gifts: three cards; what a card for many gives ends with its stock too."""
    circle = await Circle.open(db, causes)
    await circle.offers(stock=3)
    made = await asyncio.gather(*(circle.makes(fan(10 + number), offer=1) for number in range(20)))
    assert sum(isinstance(one, GiftCard) for one in made) == 3
    assert made.count(OfferGone()) == 17
    many = await circle.offers(title="For all", opens=Opens.MANY, stock=2)
    card = await circle.card(ANA, offer=many.number)
    friends = [fan(40 + number) for number in range(5)]
    for friend in friends:
        await circle.opens(friend, card)
    await asyncio.gather(*(circle.comes(friend) for friend in friends))
    assert (await circle.states())["gift friend waiting"] == 2


async def test_a_relay_grows(db: Database, causes: Causes) -> None:
    """One card of a relay grows with each friend who reached the second stage."""
    circle = await Circle.open(db, causes)
    made = await circle.offers(GiftKind.RELAY, coins=7)
    card = await circle.brings(ANA, BEN, offer=made.number)
    assert (await circle.brings(ANA, EVE, offer=made.number)).gift_id == card.gift_id
    for friend in (BEN, EVE):
        for day in (0, 1, 2):
            await circle.checks_in(friend, days(day) + HOUR)
    await circle.tick(days(8))
    shown = await circle.shows(card, days(8))
    assert (shown.grown, shown.earned) == (14, 74)
    assert await circle.coins(ANA) == 74


async def test_staff_offer_and_close(db: Database, causes: Causes) -> None:
    """Numbers count up, a closed offer makes no cards, the list adds up, and undo works while nobody has a card."""
    circle = await Circle.open(db, causes)
    offers, there = GiftOffers(db, circle.policy, GIVEAWAYS), await shop(db, fan(900), -1002)
    first, second = await circle.offers(), await circle.offers(GiftKind.RELAY, title="Relay")
    assert (first.number, first.opens, second.number, second.opens, second.coins) == (1, "single", 2, "many", 10)
    await circle.brings(ANA, BEN, offer=1)
    assert await offers.close(staff_act(there, 900, NOON, causes.next(), Role.OPERATOR), 1) == OfferUnknown(1)
    closed = await offers.close(act_of(circle.place, OWNER, NOON, "42:700", Role.OPERATOR), 1)
    assert isinstance(closed, OfferClosed)
    assert closed.cards == 1
    assert await offers.close(act_of(circle.place, OWNER, NOON, "42:700", Role.OPERATOR), 1) == closed
    assert await offers.close(act_of(circle.place, OWNER, NOON, causes.next(), Role.OPERATOR), 1) == OfferClosedBefore(
        1, first.title
    )
    assert await circle.makes(EVE, offer=1) == OfferGone()
    listed = await offers.list_offers(circle.place, NOON)
    assert isinstance(listed, OfferList)
    assert [(line.number, line.state, line.cards, line.joined) for line in listed.lines] == [
        (2, "open", 0, 0),
        (1, "closed", 1, 1),
    ]
    shown = await offers.describe(circle.place, 1, NOON)
    assert isinstance(shown, OfferShown)
    assert (shown.cards, shown.opened, shown.joined, shown.stayed) == (1, 1, 1, 0)
    assert await undo(db, circle.place, OWNER.user_id, NOON, causes.next(), closed.audit_id) == Undone(
        "gift.closed", "#1 A warm start"
    )
    late = await undo(db, circle.place, OWNER.user_id, NOON, causes.next(), first.audit_id)
    assert late == TooLateToUndo("gift.made", "#1 A warm start")
    done = await undo(db, circle.place, OWNER.user_id, NOON, causes.next(), second.audit_id)
    assert done == Undone("gift.made", "#2 Relay")
    assert await circle.makes(EVE, offer=2) == OfferGone()
