"""What is over is neither counted nor offered: coupons of every fate, and what hangs on a campaign that has ended."""

from datetime import datetime, timedelta
from itertools import product
from typing import Any

import pytest
from sqlalchemy import update

from bot.features.gifts.offers import GiftOffers
from bot.features.staff.overview import Overview
from bot.features.streams.live_card import Benefit, newest_open_drop
from bot.flows.my_card import MyCards
from bot.flows.redeem import Redemption
from bot.rules.coin_shop.shelf import ItemKind
from bot.rules.coupon_states import CampaignState, CouponState, KeptFor
from bot.rules.coupons.campaigns import CouponPolicy, NewCampaign
from bot.rules.coupons.claims import AlreadyClaimed, Claimed, TooLate
from bot.rules.coupons.held_coupons import fate_of
from bot.rules.coupons.redemption import Redeemed
from bot.rules.gift_states import GiftKind
from bot.rules.gifts.cards import OfferGone
from bot.rules.naming import Named
from bot.rules.panel import Ended, Section
from bot.rules.people.privacy import DeletionAsked
from bot.rules.place import Place
from bot.rules.tiers import Tier
from bot.store.coupons.hand_out import Claim, ClaimTools, hand_out
from bot.store.engine.db import Database
from bot.store.engine.sessions import Tx
from bot.store.members import standing
from bot.store.tables import Campaign, Coupon
from tests.features.counter import Counter
from tests.features.givers import Circle
from tests.features.scene import (
    GIVEAWAYS,
    NOON,
    OWNER,
    PANEL,
    POLICIES,
    Causes,
    act_by,
    act_of,
    campaigns_of,
    days,
    dice,
    fan,
    offer,
    privacy,
    shop,
    till,
)

HOUR = timedelta(hours=1)
ME = fan(1)
POLICY = CouponPolicy()


async def seen(db: Database, place: Place, at: datetime) -> tuple[list[str], list[tuple[str, str]]]:
    """Titles that can be used, and titles of the rest with their fates, as `/coupons` lists them.

    `/me` and the question before a deletion count the first.
    """
    mine = await till(db).held_by(place, ME.user_id, at)
    assert {coupon.state for coupon in mine.coupons} <= {"held"}
    card = await MyCards(db, POLICIES).card(act_of(place, ME, at))
    assert card.coupons == len(mine.coupons) + mine.more
    asked = await privacy(db).ask(place, ME.user_id, at)
    assert isinstance(asked, DeletionAsked)
    assert asked.coupons == card.coupons
    return [coupon.title for coupon in mine.coupons], [(coupon.title, coupon.state) for coupon in mine.past]


def _give(tx: Tx, place: Place, campaign_id: int, cause: str, way: KeptFor | None) -> Claimed:
    member = standing(tx, place.community_id, ME, NOON)
    claim = Claim(place, campaign_id, NOON, cause, way=way)
    got = hand_out(tx, member, claim, ClaimTools.of(POLICIES, dice(campaign_id)))
    assert isinstance(got, Claimed)
    return got


@pytest.mark.parametrize(
    ("wish", "at", "usable"),
    [
        pytest.param({}, days(400), True, id="no end"),
        pytest.param({"closes": days(3)}, NOON, True, id="in its window"),
        pytest.param({"closes": days(3)}, days(3) - timedelta(microseconds=1), True, id="the last moment"),
        pytest.param({"closes": days(3)}, days(3), False, id="its end"),
        pytest.param({"closes": days(3)}, days(90), False, id="long over"),
        pytest.param({"shared_code": "SILK20", "closes": days(3)}, NOON, True, id="a shared code"),
        pytest.param({"shared_code": "SILK20", "closes": days(3)}, days(4), False, id="a shared code that has ended"),
        pytest.param({"kept_for": KeptFor.SHOP, "closes": days(3)}, NOON, True, id="bought"),
        pytest.param({"kept_for": KeptFor.SHOP, "closes": days(3)}, days(3), False, id="bought, and over"),
        pytest.param({"kept_for": KeptFor.GIFT, "closes": days(3)}, days(3), False, id="from a gift, and over"),
    ],
)
async def test_a_coupon_counts_while_it_can_be_used(
    db: Database, causes: Causes, wish: dict[str, Any], at: datetime, *, usable: bool
) -> None:
    """The list and the counts agree with the till, at every moment and for every kind of campaign."""
    place = await shop(db)
    campaign, _ = await offer(db, place, NewCampaign("Silk", 5, **wish), causes.next())
    got = await db.write(_give, place, campaign, causes.next(), wish.get("kept_for"))
    assert await seen(db, place, at) == ((["Silk"], []) if usable else ([], [("Silk", "over")]))
    whose = Named(ME.user_id, "@ana") if wish.get("shared_code") else None
    redeemed = await Redemption(db).redeem(act_by(place, OWNER.user_id, at, causes.next()), got.code, whose)
    assert isinstance(redeemed, Redeemed) is usable


async def test_every_fate_at_once(db: Database, causes: Causes) -> None:
    """What ends soonest stands first, what has no end last; behind it the last three that can't be used any more."""
    place, coupons = await shop(db), till(db)
    ends = {"Forever": None, "Week": days(7), "Soon": days(2), "Over": days(1), "Used": days(5), "Void": days(5)}
    numbers = {}
    for title, closes in ends.items():
        campaign, numbers[title] = await offer(db, place, NewCampaign(title, 5, closes=closes), causes.next())
        got = await coupons.claim(act_of(place, ME, NOON, causes.next()), campaign)
        assert isinstance(got, Claimed)
        if title == "Used":
            await Redemption(db).redeem(act_by(place, OWNER.user_id, NOON, causes.next()), got.code)
    await campaigns_of(db).cancel(act_by(place, OWNER.user_id, NOON, causes.next()), numbers["Void"])
    past = [("Void", "cancelled"), ("Used", "redeemed"), ("Over", "over")]
    assert await seen(db, place, NOON) == (["Over", "Soon", "Week", "Forever"], past[:2])
    assert await seen(db, place, days(1)) == (["Soon", "Week", "Forever"], past)
    assert await seen(db, place, days(7)) == (["Forever"], past)


def _set(tx: Tx, state: CouponState, campaign: CampaignState, closes: datetime | None) -> None:
    tx.execute(update(Coupon).values(state=state))
    tx.execute(update(Campaign).values(state=campaign, closes=closes, tier=Tier.CORE))


async def test_every_state_is_counted_as_it_is_called(db: Database, causes: Causes) -> None:
    """Each state of a coupon with each of its campaign, whose tier is out of reach: counted if it is called held."""
    place = await shop(db)
    campaign, _ = await offer(db, place, NewCampaign("Silk", 5), causes.next())
    await db.write(_give, place, campaign, causes.next(), None)
    for state, of_campaign, closes in product(CouponState, CampaignState, (None, NOON, NOON + HOUR)):
        await db.write(_set, state, of_campaign, closes)
        fate = fate_of(state, of_campaign, closes, NOON)
        expected = (["Silk"], []) if fate == "held" else ([], [("Silk", fate)])
        assert await seen(db, place, NOON) == expected, (state, of_campaign, closes)


async def test_an_old_card_hands_nothing_out(db: Database, causes: Causes) -> None:
    """Who holds an unused coupon of a drop that has ended is told that it is over; who used theirs, that they did."""
    place, coupons = await shop(db), till(db)
    campaign, _ = await offer(db, place, NewCampaign("Silk", 5, closes=days(1)), causes.next())
    got = await coupons.claim(act_of(place, ME, NOON, causes.next()), campaign)
    assert isinstance(got, Claimed)
    assert await coupons.claim(act_of(place, ME, days(1), causes.next()), campaign) == TooLate("Silk")
    await Redemption(db).redeem(act_by(place, OWNER.user_id, NOON, causes.next()), got.code)
    used = await coupons.claim(act_of(place, ME, days(1), causes.next()), campaign)
    assert used == AlreadyClaimed("Silk", got.code, days(1), redeemed=True)


async def test_the_live_card_names_what_can_be_claimed(db: Database, causes: Causes) -> None:
    """Neither what has ended nor what is kept for the coin shop, gifts or hearts, nor what is for some fans only."""
    place = await shop(db)
    await offer(db, place, NewCampaign("Silk", 5, closes=days(1)), causes.next())
    for segment in ("quiet=14d", "tier>=loyal"):
        await offer(db, place, NewCampaign(segment, 5, segment=segment), causes.next())
    for kept in KeptFor:
        await offer(db, place, NewCampaign(kept.name, 5, kept_for=kept), causes.next())
    assert await db.read(newest_open_drop, place.community_id, NOON) == Benefit("Silk", Tier.NEW, days(1))
    assert await db.read(newest_open_drop, place.community_id, days(1)) is None
    await offer(db, place, NewCampaign("Core only", 5, tier=Tier.CORE), causes.next())
    assert await db.read(newest_open_drop, place.community_id, NOON) == Benefit("Silk", Tier.NEW, days(1))
    assert await db.read(newest_open_drop, place.community_id, days(1)) == Benefit("Core only", Tier.CORE, None)


async def test_an_item_whose_campaign_is_over(db: Database, causes: Causes) -> None:
    """The panel shows it as over, the coin shop not at all; so with one whose campaign has no coupon left."""
    counter = await Counter.open(db, causes)
    campaign = NewCampaign("Silk", 5, kept_for=KeptFor.SHOP, closes=days(1))
    _, number = await offer(db, counter.place, campaign, causes.next())
    await counter.lists(ItemKind.COUPON, title="Silk", subject=number)
    overview = Overview(db, PANEL.lists, PANEL.ended, GIVEAWAYS)
    running = [
        [line.state for line in await overview.lines(counter.place, Section.ITEMS, at)] for at in (NOON, days(1))
    ]
    over = await overview.ended(counter.place, Section.ITEMS, Ended(), days(1))
    assert (running, [line.state for line in over]) == ([["open"], []], ["ended"])
    assert [line.title for line in (await counter.shelf(ME, at=NOON)).lines] == ["Silk"]
    assert (await counter.shelf(ME, at=days(1))).lines == ()


async def test_a_gift_whose_coupon_is_over(db: Database, causes: Causes) -> None:
    """Neither fans are offered it nor does the panel list it; a card isn't made of it."""
    circle = await Circle.open(db, causes)
    place, overview = circle.place, Overview(db, PANEL.lists, PANEL.ended, GIVEAWAYS)
    _, number = await offer(db, place, NewCampaign("Silk", 5, closes=days(2)), causes.next())
    await circle.offers(GiftKind.COUPON, title="Silk", campaign=number)
    await circle.offers(title="Coins", closes=days(3))
    titles = []
    for at in (NOON, days(2), days(3)):
        choice = await circle.gifts.choice(act_of(place, ME, at))
        listed = await overview.lines(place, Section.GIFTS, at)
        assert [option.title for option in choice.options[:-1]] == [line.title for line in listed]
        titles.append([line.title for line in listed])
    assert titles == [["Coins", "Silk"], ["Coins"], []]
    one = await overview.thing(place, Section.GIFTS, 1, days(2))
    assert one is not None
    assert one.state == "closed"
    shown = await GiftOffers(db, circle.policy, GIVEAWAYS).list_offers(place, days(2))
    assert [line.state for line in shown.lines] == ["open", "over"]
    assert await circle.makes(ME, days(2), offer=1) == OfferGone()
