"""Redeeming at the till, on both databases."""

import asyncio

import pytest

from bot.features.coupons.cancellation import cancel
from bot.flows.redeem import Redemption
from bot.rules.coupons.campaigns import NewCampaign
from bot.rules.coupons.claims import Claimed
from bot.rules.coupons.codes import check_character
from bot.rules.coupons.redemption import (
    AlreadyRedeemed,
    CodeMistyped,
    CodeUnknown,
    CouponOver,
    CouponVoid,
    FanHasNone,
    Redeemed,
    WhoseCode,
)
from bot.rules.place import Place
from bot.store.engine.db import Database
from tests.features.scene import (
    NOON,
    OWNER,
    Causes,
    act_by,
    act_of,
    balance,
    campaigns_of,
    days,
    everything,
    fan,
    give,
    named,
    offer,
    query,
    shop,
    till,
)

NOBODYS = "ZZZZ-ZZZ" + check_character("Z" * 7)
"""A code that could be one and was never handed out."""


async def hold(db: Database, place: Place, wish: NewCampaign, causes: Causes) -> tuple[str, int]:
    """A code that fan 1 holds of a new campaign, and the campaign's number."""
    campaign, number = await offer(db, place, wish, causes.next())
    claimed = await till(db, seed=number).claim(act_of(place, fan(1), NOON, causes.next()), campaign)
    assert isinstance(claimed, Claimed)
    return claimed.code, number


async def test_a_code_is_honoured_once(db: Database, causes: Causes) -> None:
    """The second time staff hear when and by whom it was redeemed."""
    place, redeeming = await shop(db), Redemption(db)
    code, _ = await hold(db, place, NewCampaign("Silk", 5), causes)
    first = await redeeming.redeem(act_by(place, OWNER.user_id, NOON, causes.next()), code.lower().replace("-", " "))
    assert isinstance(first, Redeemed)
    assert first == Redeemed("Silk", code, "Fan 1", first.audit_id)
    again = await redeeming.redeem(act_by(place, OWNER.user_id, days(1), causes.next()), code)
    assert again == AlreadyRedeemed("Silk", code, "Fan 1", NOON, by="Mina")


async def test_twenty_tills_at_once(db: Database, causes: Causes) -> None:
    """One of them honours the coupon, the others hear that it was redeemed."""
    place, redeeming = await shop(db), Redemption(db)
    code, _ = await hold(db, place, NewCampaign("Silk", 5), causes)
    outcomes = await asyncio.gather(
        *(redeeming.redeem(act_by(place, OWNER.user_id, NOON, causes.next()), code) for _ in range(20))
    )
    assert sum(isinstance(outcome, Redeemed) for outcome in outcomes) == 1
    assert sum(isinstance(outcome, AlreadyRedeemed) for outcome in outcomes) == 19
    assert await query(db, "SELECT count(*) FROM audit_entry WHERE act = 'coupon.redeemed'") == [(1,)]


async def test_a_shared_code_at_twenty_tills(db: Database, causes: Causes) -> None:
    """A fan with two coupons of one shared code has two redeemed, not one and not three."""
    place, redeeming, coupons = await shop(db), Redemption(db), till(db)
    campaign, _ = await offer(db, place, NewCampaign("Silk", 5, limit=2, shared_code="SILK20"), causes.next())
    for _ in range(2):
        await coupons.claim(act_of(place, fan(1), NOON, causes.next()), campaign)
    outcomes = await asyncio.gather(
        *(
            redeeming.redeem(act_by(place, OWNER.user_id, NOON, causes.next()), "SILK20", named(fan(1)))
            for _ in range(20)
        )
    )
    assert sum(isinstance(outcome, Redeemed) for outcome in outcomes) == 2


async def test_a_shared_code_needs_a_fan(db: Database, causes: Causes) -> None:
    """The code, in any case of letters, says nothing about its holder: staff name them."""
    place, redeeming = await shop(db), Redemption(db)
    await hold(db, place, NewCampaign("Silk", 5, shared_code="SILK20"), causes)
    staff = OWNER.user_id
    assert await redeeming.redeem(act_by(place, staff, NOON, causes.next()), "silk20") == WhoseCode("silk20")
    assert await redeeming.redeem(act_by(place, staff, NOON, causes.next()), "SILK20", named(fan(2))) == FanHasNone(
        "SILK20", "@fan2"
    )
    done = await redeeming.redeem(act_by(place, staff, NOON, causes.next()), "silk20", named(fan(1)))
    assert isinstance(done, Redeemed)
    assert (done.code, done.fan) == ("SILK20", "Fan 1")
    again = await redeeming.redeem(act_by(place, staff, NOON, causes.next()), "SILK20", named(fan(1)))
    assert again == AlreadyRedeemed("Silk", "SILK20", "Fan 1", NOON, by="Mina")


async def test_one_coupon_is_redeemed_by_its_button(db: Database, causes: Causes) -> None:
    """However often it is tapped, that coupon alone and once; another shop's staff can't reach it."""
    place, redeeming, coupons = await shop(db), Redemption(db), till(db)
    campaign, _ = await offer(db, place, NewCampaign("Silk", 5, limit=2, shared_code="SILK20"), causes.next())
    for _ in range(2):
        await coupons.claim(act_of(place, fan(1), NOON, causes.next()), campaign)
    there = await shop(db, fan(900), -1002)
    assert await redeeming.redeem_one(act_by(there, OWNER.user_id, NOON, causes.next()), 1) is None
    outcomes = await asyncio.gather(
        *(redeeming.redeem_one(act_by(place, OWNER.user_id, NOON, causes.next()), 1) for _ in range(20))
    )
    assert sum(isinstance(outcome, Redeemed) for outcome in outcomes) == 1
    assert await query(db, "SELECT state FROM coupon ORDER BY id") == [("redeemed",), ("held",)]


async def test_a_shared_code_means_the_campaign_that_is_open(db: Database, causes: Causes) -> None:
    """A code used in a cancelled campaign and again in a new one means the new one."""
    place, redeeming = await shop(db), Redemption(db)
    _, old = await hold(db, place, NewCampaign("Old", 5, shared_code="SILK20"), causes)
    await campaigns_of(db).cancel(act_by(place, OWNER.user_id, NOON, causes.next()), old)
    void = await redeeming.redeem(act_by(place, OWNER.user_id, NOON, causes.next()), "SILK20", named(fan(1)))
    assert void == CouponVoid("Old", "SILK20")
    await hold(db, place, NewCampaign("New", 5, shared_code="SILK20"), causes)
    done = await redeeming.redeem(act_by(place, OWNER.user_id, NOON, causes.next()), "SILK20", named(fan(1)))
    assert isinstance(done, Redeemed)
    assert done.title == "New"


async def test_refusals_of_the_till_change_nothing(db: Database, causes: Causes) -> None:
    """Mistyped, unknown, another shop's, over, void."""
    place, other, redeeming = await shop(db), await shop(db, fan(900), -1002), Redemption(db)
    foreign, _ = await hold(db, other, NewCampaign("Theirs", 5), causes)
    over, _ = await hold(db, place, NewCampaign("Over", 5, closes=days(1)), causes)
    void, number = await hold(db, place, NewCampaign("Void", 5), causes)
    await campaigns_of(db).cancel(act_by(place, OWNER.user_id, NOON, causes.next()), number)
    expected = {
        "2345-6789": CodeMistyped("2345-6789"),
        "Silk": CodeMistyped("Silk"),
        "2222-2223": CodeMistyped("2222-2223"),
        NOBODYS: CodeUnknown(NOBODYS),
        foreign: CodeUnknown(foreign),
        over: CouponOver("Over", over, days(1)),
        void: CouponVoid("Void", void),
    }
    before = await everything(db)
    for code, outcome in expected.items():
        assert await redeeming.redeem(act_by(place, OWNER.user_id, days(1), causes.next()), code) == outcome
    assert await everything(db) == before


async def test_a_void_coupon_is_void_before_its_refund(db: Database, causes: Causes) -> None:
    """Between a cancellation and the refund of its chunk no till honours a coupon that will be refunded."""
    place = await shop(db)
    await give(db, place, fan(1), 20)
    code, number = await hold(db, place, NewCampaign("Silk", 5, price=20), causes)
    await db.write(cancel, act_by(place, OWNER.user_id, NOON, causes.next()), number)
    outcome = await Redemption(db).redeem(act_by(place, OWNER.user_id, NOON, causes.next()), code)
    assert outcome == CouponVoid("Silk", code)
    await campaigns_of(db).finish_refunds(NOON)
    assert await balance(db, place, fan(1)) == 20


@pytest.mark.parametrize("shared", [None, "SILK20"])
async def test_a_redelivered_redeem_hears_the_same(db: Database, causes: Causes, shared: str | None) -> None:
    """The same cause answers the same and writes nothing."""
    place, redeeming = await shop(db), Redemption(db)
    code, _ = await hold(db, place, NewCampaign("Silk", 5, shared_code=shared), causes)
    cause = causes.next()
    first = await redeeming.redeem(act_by(place, OWNER.user_id, NOON, cause), code, named(fan(1)))
    before = await everything(db)
    assert isinstance(first, Redeemed)
    assert await redeeming.redeem(act_by(place, OWNER.user_id, NOON, cause), code, named(fan(1))) == first
    assert await everything(db) == before
