"""Campaigns that are kept out of the group: handed out by the shop, by gifts, by a heart goal, and by nothing else."""

import asyncio
from typing import Any

import pytest

from bot.rules.act import Sender
from bot.rules.coupon_states import KeptFor
from bot.rules.coupons.campaigns import CampaignFacts, CouponPolicy, NewCampaign
from bot.rules.coupons.claims import AlreadyClaimed, Claimed, ClaimOutcome, NoSuchCoupon, PriceTooHigh, SoldOut
from bot.rules.place import Place
from bot.store.coupons.hand_out import Claim, ClaimTools, hand_out, put_back, set_aside, take_away, unlock
from bot.store.engine.db import Database
from bot.store.engine.sessions import Tx
from bot.store.ledger import check_books
from bot.store.members import standing
from tests.features.scene import (
    NOON,
    OWNER,
    POLICIES,
    Causes,
    act_by,
    act_of,
    balance,
    campaigns_of,
    days,
    dice,
    fan,
    give,
    offer,
    query,
    shop,
    till,
)

POLICY = CouponPolicy()


def _hand_out(tx: Tx, /, place: Place, sender: Sender, campaign_id: int, cause: str, **how: Any) -> ClaimOutcome:
    member = standing(tx, place.community_id, sender, NOON)
    claim = Claim(place, campaign_id, NOON, cause, **how)
    return hand_out(tx, member, claim, ClaimTools.of(POLICIES, dice(sender.user_id)))


@pytest.mark.parametrize("kept", list(KeptFor))
async def test_only_its_own_way_hands_it_out(db: Database, causes: Causes, kept: KeptFor) -> None:
    """No card hangs, a forged press finds nothing, other ways neither; its own gives a code."""
    place = await shop(db)
    campaign, _ = await offer(db, place, NewCampaign("Silk", 3, kept_for=kept), causes.next())
    assert await query(db, "SELECT * FROM card") == []
    assert await till(db).claim(act_of(place, fan(1), NOON, causes.next()), campaign) == NoSuchCoupon()
    for way in {None, *KeptFor} - {kept}:
        assert await db.write(_hand_out, place, fan(1), campaign, causes.next(), way=way) == NoSuchCoupon()
    assert await query(db, "SELECT taken FROM campaign") == [(0,)]
    cause = causes.next()
    claimed = await db.write(_hand_out, place, fan(1), campaign, cause, way=kept)
    assert isinstance(claimed, Claimed)
    assert await db.write(_hand_out, place, fan(1), campaign, cause, way=kept) == claimed
    again = await db.write(_hand_out, place, fan(1), campaign, causes.next(), way=kept)
    assert again == AlreadyClaimed("Silk", claimed.code, None, redeemed=False)


async def test_the_shops_price_is_charged_once_and_comes_back(db: Database, causes: Causes) -> None:
    """What was paid is what the item costs; taking the coupon back returns it once and leaves room for another."""
    place = await shop(db)
    await give(db, place, fan(1), 100)
    campaign, _ = await offer(db, place, NewCampaign("Silk", 3, price=5, kept_for=KeptFor.SHOP), causes.next())
    dear = await db.write(_hand_out, place, fan(1), campaign, causes.next(), way=KeptFor.SHOP, price=101)
    assert dear == PriceTooHigh("Silk", 101, 100)
    await db.write(_hand_out, place, fan(1), campaign, causes.next(), way=KeptFor.SHOP, price=60)
    assert await balance(db, place, fan(1)) == 40
    coupon_id = (await query(db, "SELECT id FROM coupon"))[0][0]
    assert [await db.write(take_away, place, coupon_id, NOON) for _ in range(2)] == [60, None]
    assert await balance(db, place, fan(1)) == 100
    once_more = await db.write(_hand_out, place, fan(1), campaign, causes.next(), way=KeptFor.SHOP, price=60)
    assert isinstance(once_more, Claimed)
    assert (await db.read(check_books)).sound


async def test_a_heart_goal_opens_it_once(db: Database, causes: Causes) -> None:
    """Two steps that unlock at once hang one card; from then on it is a drop; what is over or cancelled stays shut."""
    place = await shop(db)
    campaign, _ = await offer(db, place, NewCampaign("Silk", 3, kept_for=KeptFor.HEARTS), causes.next())
    opened = await asyncio.gather(*(db.write(unlock, act_by(place, OWNER.user_id), campaign) for _ in range(5)))
    assert sum(isinstance(one, CampaignFacts) for one in opened) == 1
    assert len(await query(db, "SELECT * FROM card")) == 1
    assert isinstance(await till(db).claim(act_of(place, fan(1), NOON, causes.next()), campaign), Claimed)
    over, _ = await offer(db, place, NewCampaign("Over", 3, closes=days(1), kept_for=KeptFor.HEARTS), causes.next())
    void, number = await offer(db, place, NewCampaign("Void", 3, kept_for=KeptFor.HEARTS), causes.next())
    await campaigns_of(db).cancel(act_by(place, OWNER.user_id, NOON, causes.next()), number)
    elsewhere = await shop(db, fan(900), -1002)
    assert await db.write(unlock, act_by(place, OWNER.user_id, days(1)), over) is None
    assert await db.write(unlock, act_by(place, OWNER.user_id), void) is None
    assert await db.write(unlock, act_by(elsewhere, OWNER.user_id), over) is None


async def test_what_is_set_aside_is_nobody_elses(db: Database, causes: Causes) -> None:
    """Of two coupons one lies aside for a friend: the crowd gets one, the friend theirs."""
    place, coupons = await shop(db), till(db)
    campaign, _ = await offer(db, place, NewCampaign("Silk", 2), causes.next())
    assert await db.write(set_aside, place, campaign, NOON, POLICY)
    crowd = [fan(number) for number in range(1, 11)]
    taps = [coupons.claim(act_of(place, one, NOON, causes.next()), campaign) for one in crowd]
    assert sum(isinstance(one, Claimed) for one in await asyncio.gather(*taps)) == 1
    assert not await db.write(set_aside, place, campaign, NOON, POLICY)
    await db.write(put_back, place, campaign, NOON, POLICY)
    assert await db.write(set_aside, place, campaign, NOON, POLICY)
    assert await coupons.claim(act_of(place, fan(60), NOON, causes.next()), campaign) == SoldOut("Silk")
    friend = await db.write(_hand_out, place, fan(50), campaign, causes.next(), way=KeptFor.GIFT, was_set_aside=True)
    assert isinstance(friend, Claimed)
    assert await query(db, "SELECT taken FROM campaign") == [(2,)]
