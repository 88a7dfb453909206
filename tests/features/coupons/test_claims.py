"""Claiming coupons, on both databases."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from bot.features.coupons.claims import SHOWN, Claims
from bot.flows.redeem import Redemption
from bot.rules.act import Sender
from bot.rules.calendar import day_of
from bot.rules.coupon_states import KeptFor
from bot.rules.coupons.campaigns import NewCampaign
from bot.rules.coupons.claims import (
    AlreadyClaimed,
    Cancelled,
    Claimed,
    NoSuchCoupon,
    PriceTooHigh,
    SoldOut,
    TierTooLow,
    TooEarly,
    TooLate,
)
from bot.rules.coupons.codes import read_code
from bot.rules.coupons.held_coupons import EarlyDrop, HeldCoupon, MyCoupons
from bot.rules.coupons.redemption import Redeemed
from bot.rules.notes import Did
from bot.rules.place import Place
from bot.rules.tiers import Tier
from bot.store.coupons.campaigns import card_of
from bot.store.coupons.hand_out import ClaimTools
from bot.store.engine.db import Database
from bot.store.engine.sessions import Tx
from bot.store.ledger import check_books
from bot.store.members import standing
from tests.features.deeds import count
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
    everything,
    fan,
    give,
    offer,
    query,
    shop,
    till,
)

HOUR = timedelta(hours=1)


async def test_a_claim_takes_one_and_hands_out_a_code(db: Database, causes: Causes) -> None:
    """The code is a fresh one, the stock goes down by one, the coins are charged once."""
    place = await shop(db)
    await give(db, place, fan(1), 25)
    campaign, number = await offer(db, place, NewCampaign("Silk", 3, price=20), causes.next())
    claimed = await till(db).claim(act_of(place, fan(1), NOON, causes.next()), campaign)
    assert isinstance(claimed, Claimed)
    assert read_code(claimed.code) == claimed.code
    assert claimed == Claimed("Silk", claimed.code, 20, 5, None)
    assert await balance(db, place, fan(1)) == 5
    assert await query(db, "SELECT taken FROM campaign WHERE number = :number", number=number) == [(1,)]
    assert (await db.read(check_books)).sound


async def test_claiming_again_shows_the_same_code(db: Database, causes: Causes) -> None:
    """The second claim costs nothing, takes nothing, and says whether the first was redeemed."""
    place, coupons = await shop(db), till(db)
    await give(db, place, fan(1), 45)
    campaign, _ = await offer(db, place, NewCampaign("Silk", 3, price=20, closes=days(1)), causes.next())
    first = await coupons.claim(act_of(place, fan(1), NOON, causes.next()), campaign)
    assert isinstance(first, Claimed)
    again = await coupons.claim(act_of(place, fan(1), NOON, causes.next()), campaign)
    assert again == AlreadyClaimed("Silk", first.code, days(1), redeemed=False)
    await Redemption(db).redeem(act_by(place, OWNER.user_id, NOON, causes.next()), first.code)
    used = await coupons.claim(act_of(place, fan(1), NOON, causes.next()), campaign)
    assert used == AlreadyClaimed("Silk", first.code, days(1), redeemed=True)
    late = await coupons.claim(act_of(place, fan(1), days(2), causes.next()), campaign)
    assert late == AlreadyClaimed("Silk", first.code, days(1), redeemed=True)
    assert await balance(db, place, fan(1)) == 25
    assert await query(db, "SELECT taken FROM campaign") == [(1,)]


async def test_a_limit_of_two(db: Database, causes: Causes) -> None:
    """Two codes, two prices; the third claim shows the second code."""
    place, coupons = await shop(db), till(db)
    await give(db, place, fan(1), 100)
    campaign, _ = await offer(db, place, NewCampaign("Silk", 9, price=20, limit=2), causes.next())
    outcomes = [await coupons.claim(act_of(place, fan(1), NOON, causes.next()), campaign) for _ in range(3)]
    first, second, third = outcomes
    assert isinstance(first, Claimed)
    assert isinstance(second, Claimed)
    assert first.code != second.code
    assert third == AlreadyClaimed("Silk", second.code, None, redeemed=False)
    assert await balance(db, place, fan(1)) == 60


async def test_a_limit_isnt_told_as_an_end(db: Database, causes: Causes) -> None:
    """Peers' bug "a per-fan limit shown as expired": who has theirs is told so, while it runs and when all are gone."""
    place, coupons = await shop(db), till(db)
    campaign, _ = await offer(db, place, NewCampaign("Silk", 3, limit=2, closes=days(1)), causes.next())
    for _ in range(2):
        assert isinstance(await coupons.claim(act_of(place, fan(1), NOON, causes.next()), campaign), Claimed)
    assert isinstance(await coupons.claim(act_of(place, fan(1), NOON, causes.next()), campaign), AlreadyClaimed)
    assert isinstance(await coupons.claim(act_of(place, fan(2), NOON, causes.next()), campaign), Claimed)
    assert isinstance(await coupons.claim(act_of(place, fan(1), NOON, causes.next()), campaign), AlreadyClaimed)
    assert await coupons.claim(act_of(place, fan(3), NOON, causes.next()), campaign) == SoldOut("Silk")
    assert await coupons.claim(act_of(place, fan(3), days(1), causes.next()), campaign) == TooLate("Silk")


async def test_every_refusal_changes_nothing(db: Database, causes: Causes) -> None:
    """Too early, too late, cancelled, sold out, too dear, unknown: no coin, coupon or stock moves."""
    place, coupons = await shop(db), till(db)
    await give(db, place, fan(1), 10)
    wishes = {
        "early": NewCampaign("Early", 5, opens=NOON + HOUR),
        "late": NewCampaign("Late", 5, closes=NOON + HOUR),
        "void": NewCampaign("Void", 5),
        "gone": NewCampaign("Gone", 1),
        "dear": NewCampaign("Dear", 5, price=11),
    }
    ids = {name: await offer(db, place, wish, causes.next()) for name, wish in wishes.items()}
    await campaigns_of(db).cancel(act_by(place, OWNER.user_id, NOON, causes.next()), ids["void"][1])
    await coupons.claim(act_of(place, fan(2), NOON, causes.next()), ids["gone"][0])
    expected = {
        (ids["early"][0], NOON): TooEarly("Early", NOON + HOUR),
        (ids["late"][0], NOON + HOUR): TooLate("Late"),
        (ids["void"][0], NOON): Cancelled("Void"),
        (ids["gone"][0], NOON): SoldOut("Gone"),
        (ids["dear"][0], NOON): PriceTooHigh("Dear", 11, 10),
        (10_000, NOON): NoSuchCoupon(),
        (-1, NOON): NoSuchCoupon(),
    }
    await coupons.claim(act_of(place, fan(1), NOON, causes.next()), ids["early"][0])  # works their tier out
    before = await everything(db)
    for (campaign, at), outcome in expected.items():
        assert await coupons.claim(act_of(place, fan(1), at, causes.next()), campaign) == outcome
    assert await everything(db) == before


async def test_another_shops_campaign_is_no_coupon_here(db: Database, causes: Causes) -> None:
    """A forged press with a foreign id hears what a stale one hears."""
    here, there = await shop(db), await shop(db, fan(900), -1002)
    campaign, _ = await offer(db, there, NewCampaign("Theirs", 5), causes.next())
    assert await till(db).claim(act_of(here, fan(1), NOON, causes.next()), campaign) == NoSuchCoupon()
    assert await query(db, "SELECT taken FROM campaign") == [(0,)]
    assert await db.read(card_of, here.community_id, campaign, NOON) is None
    assert await db.read(card_of, there.community_id, campaign, NOON) is not None


async def test_a_redelivered_claim_hears_the_same(db: Database, causes: Causes) -> None:
    """The same cause answers with the first code and balance, even when the limit would allow more."""
    place, coupons = await shop(db), till(db)
    await give(db, place, fan(1), 100)
    campaign, number = await offer(db, place, NewCampaign("Silk", 9, price=20, limit=3), causes.next())
    cause = causes.next()
    first = await coupons.claim(act_of(place, fan(1), NOON, cause), campaign)
    await coupons.claim(act_of(place, fan(1), NOON, causes.next()), campaign)
    await campaigns_of(db).cancel(act_by(place, OWNER.user_id, NOON, causes.next()), number)
    before = await everything(db)
    assert await coupons.claim(act_of(place, fan(1), NOON, cause), campaign) == first
    assert await everything(db) == before


async def test_two_hundred_fans_and_fifty_coupons(db: Database, causes: Causes) -> None:
    """Peers' bug "count-then-insert oversell": exactly 50 claim, each their own code, 150 hear that it is sold out."""
    place, coupons = await shop(db), till(db)
    campaign, _ = await offer(db, place, NewCampaign("Silk", 50), causes.next())
    outcomes = await asyncio.gather(
        *(coupons.claim(act_of(place, fan(number), NOON, causes.next()), campaign) for number in range(200))
    )
    claimed = [outcome for outcome in outcomes if isinstance(outcome, Claimed)]
    assert len(claimed) == len({outcome.code for outcome in claimed}) == 50
    assert outcomes.count(SoldOut("Silk")) == 150
    taken = await query(db, "SELECT taken FROM campaign")
    assert taken == await query(db, "SELECT count(*) FROM coupon") == [(50,)]


async def test_one_fan_presses_twenty_times_at_once(db: Database, causes: Causes) -> None:
    """A limit of two holds, and two prices are charged, however many presses arrive together."""
    place, coupons = await shop(db), till(db)
    await give(db, place, fan(1), 1_000)
    campaign, _ = await offer(db, place, NewCampaign("Silk", 50, price=10, limit=2), causes.next())
    outcomes = await asyncio.gather(
        *(coupons.claim(act_of(place, fan(1), NOON, causes.next()), campaign) for _ in range(20))
    )
    assert sum(isinstance(outcome, Claimed) for outcome in outcomes) == 2
    assert await balance(db, place, fan(1)) == 980
    assert await query(db, "SELECT taken FROM campaign") == [(2,)]


async def test_one_purse_in_two_campaigns_at_once(db: Database, causes: Causes) -> None:
    """Coins for one coupon buy one, whichever of ten campaigns is first."""
    place, coupons = await shop(db), till(db)
    await give(db, place, fan(1), 10)
    campaigns = [(await offer(db, place, NewCampaign("Silk", 5, price=10), causes.next()))[0] for _ in range(10)]
    outcomes = await asyncio.gather(
        *(coupons.claim(act_of(place, fan(1), NOON, causes.next()), campaign) for campaign in campaigns)
    )
    assert sum(isinstance(outcome, Claimed) for outcome in outcomes) == 1
    assert outcomes.count(PriceTooHigh("Silk", 10, 0)) == 9
    assert (await db.read(check_books)).sound


async def test_one_update_delivered_ten_times_at_once(db: Database, causes: Causes) -> None:
    """Ten deliveries of one press claim once and say the same."""
    place, coupons = await shop(db), till(db)
    campaign, _ = await offer(db, place, NewCampaign("Silk", 50, limit=9), causes.next())
    outcomes = await asyncio.gather(*(coupons.claim(act_of(place, fan(1), NOON, "42:77"), campaign) for _ in range(10)))
    assert isinstance(outcomes[0], Claimed)
    assert outcomes == [outcomes[0]] * 10
    assert await query(db, "SELECT taken FROM campaign") == [(1,)]


@pytest.mark.runs_once
async def test_a_code_that_is_taken_is_tried_again(db: Database, causes: Causes) -> None:
    """When chance gives a code a second time, the fan gets the next one."""
    place = await shop(db)
    campaign, _ = await offer(db, place, NewCampaign("Silk", 5), causes.next())
    letters = iter("2" * 7 + "2" * 7 + "3" * 7)
    coupons = Claims(db, ClaimTools.of(POLICIES, lambda _: next(letters)))
    first = await coupons.claim(act_of(place, fan(1), NOON, causes.next()), campaign)
    second = await coupons.claim(act_of(place, fan(2), NOON, causes.next()), campaign)
    assert isinstance(first, Claimed)
    assert isinstance(second, Claimed)
    assert (first.code[:7], second.code[:7]) == ("2222-22", "3333-33")


async def test_a_broken_source_of_chance_takes_no_stock(db: Database, causes: Causes) -> None:
    """If every code is taken the claim fails as a bug, and leaves no trace."""
    place = await shop(db)
    await give(db, place, fan(2), 20)
    campaign, _ = await offer(db, place, NewCampaign("Silk", 5), causes.next())
    coupons = Claims(db, ClaimTools.of(POLICIES, lambda _: "2"))
    await coupons.claim(act_of(place, fan(1), NOON, causes.next()), campaign)
    before = await everything(db)
    outcomes = await asyncio.gather(
        coupons.claim(act_of(place, fan(2), NOON, causes.next()), campaign), return_exceptions=True
    )
    assert [type(outcome) for outcome in outcomes] == [RuntimeError]
    assert await everything(db) == before


async def test_a_shared_code_is_the_same_for_all(db: Database, causes: Causes) -> None:
    """A shared code is handed to each who claims and takes from the stock all the same."""
    place, coupons = await shop(db), till(db)
    campaign, _ = await offer(db, place, NewCampaign("Silk", 2, shared_code="SILK20"), causes.next())
    outcomes = [
        await coupons.claim(act_of(place, fan(number), NOON, causes.next()), campaign) for number in (1, 2, 1, 3)
    ]
    assert outcomes == [
        Claimed("Silk", "SILK20", 0, 0, None),
        Claimed("Silk", "SILK20", 0, 0, None),
        AlreadyClaimed("Silk", "SILK20", None, redeemed=False),
        SoldOut("Silk"),
    ]


async def test_what_a_fan_holds(db: Database, causes: Causes) -> None:
    """The list is of this shop alone; what can't be used any more stands apart, with what became of it."""
    here, there, coupons = await shop(db), await shop(db, fan(900), -1002), till(db)
    silk, _ = await offer(db, here, NewCampaign("Silk", 9), causes.next())
    wool, number = await offer(db, here, NewCampaign("Wool", 9, shared_code="WOOL"), causes.next())
    theirs, _ = await offer(db, there, NewCampaign("Theirs", 9), causes.next())
    first = await coupons.claim(act_of(here, fan(1), NOON, causes.next()), silk)
    assert isinstance(first, Claimed)
    await coupons.claim(act_of(here, fan(1), NOON, causes.next()), wool)
    await coupons.claim(act_of(here, fan(2), NOON, causes.next()), silk)
    await coupons.claim(act_of(there, fan(1), NOON, causes.next()), theirs)
    redeemed = await Redemption(db).redeem(act_by(here, OWNER.user_id, NOON, causes.next()), first.code)
    assert isinstance(redeemed, Redeemed)
    await campaigns_of(db).cancel(act_by(here, OWNER.user_id, NOON, causes.next()), number)
    assert await coupons.held_by(here, fan(1).user_id, NOON) == MyCoupons(
        (), past=(HeldCoupon("Wool", "WOOL", "cancelled", None), HeldCoupon("Silk", first.code, "redeemed", None))
    )
    assert await coupons.held_by(here, fan(3).user_id, NOON) == MyCoupons(())


async def test_a_long_list_says_how_many_it_leaves_out(sqlite_url: str, causes: Causes) -> None:
    """Twenty are shown, the rest counted."""
    async with Database.open(sqlite_url) as db:
        place, coupons = await shop(db), till(db)
        campaign, _ = await offer(db, place, NewCampaign("Silk", 50, limit=50), causes.next())
        for _ in range(SHOWN + 3):
            await coupons.claim(act_of(place, fan(1), NOON, causes.next()), campaign)
        mine = await coupons.held_by(place, fan(1).user_id, NOON)
        assert (len(mine.coupons), mine.more) == (SHOWN, 3)


async def test_a_day_is_the_communitys_own(db: Database, causes: Causes) -> None:
    """A claim counts as activity of the day that the shop's calendar shows."""
    place = replace(await shop(db), timezone="America/New_York")
    campaign, _ = await offer(db, place, NewCampaign("Silk", 5), causes.next())
    await till(db).claim(act_of(place, fan(1), NOON, causes.next()), campaign)
    assert [(str(day), times) for day, times in await query(db, "SELECT day, times FROM activity")] == [
        ("2026-11-01", 1)
    ]


def _earns(tx: Tx, place: Place, sender: Sender, points: int) -> None:
    member = standing(tx, place.community_id, sender, NOON)
    count(tx, member.member_id, day_of(NOON, place.timezone), Did.ATTEND, points // 5)


async def test_core_fans_come_first(db: Database, causes: Causes) -> None:
    """Ten minutes before the public a core fan sees the drop in /coupons and claims it; others wait."""
    place, coupons = await shop(db), till(db)
    await db.write(_earns, place, fan(1), 300)
    await db.write(_earns, place, fan(2), 120)
    opens = NOON + HOUR
    campaign, _ = await offer(db, place, NewCampaign("Silk", 3, opens=opens), causes.next())
    await offer(db, place, NewCampaign("Kept", 3, opens=opens, kept_for=KeptFor.SHOP), causes.next())
    core, loyal = opens - timedelta(minutes=10), opens - timedelta(minutes=5)
    [shown] = (await coupons.held_by(place, fan(1).user_id, NOON)).early
    assert shown == EarlyDrop(campaign, "Silk", 3, 0, core, opens, open=False)
    assert await coupons.claim(act_of(place, fan(1), NOON, causes.next()), campaign) == TooEarly("Silk", opens, core)
    [shown] = (await coupons.held_by(place, fan(1).user_id, core)).early
    assert shown.open
    assert isinstance(await coupons.claim(act_of(place, fan(1), core, causes.next()), campaign), Claimed)
    assert await coupons.claim(act_of(place, fan(2), core, causes.next()), campaign) == TooEarly("Silk", opens, loyal)
    assert isinstance(await coupons.claim(act_of(place, fan(2), loyal, causes.next()), campaign), Claimed)
    assert await coupons.claim(act_of(place, fan(3), loyal, causes.next()), campaign) == TooEarly("Silk", opens)
    assert (await coupons.held_by(place, fan(3).user_id, NOON)).early == ()
    assert isinstance(await coupons.claim(act_of(place, fan(3), opens, causes.next()), campaign), Claimed)


async def test_a_drop_for_a_tier(db: Database, causes: Causes) -> None:
    """Who is below the lowest tier hears what is missing and takes nothing; who just rose claims at once."""
    place, coupons = await shop(db), till(db)
    campaign, _ = await offer(db, place, NewCampaign("Silk", 3, tier=Tier.LOYAL), causes.next())
    told = await coupons.claim(act_of(place, fan(1), NOON, causes.next()), campaign)
    assert told == TierTooLow("Silk", Tier.LOYAL, Tier.NEW)
    await db.write(_earns, place, fan(1), 30)
    told = await coupons.claim(act_of(place, fan(1), NOON, causes.next()), campaign)
    assert told == TierTooLow("Silk", Tier.LOYAL, Tier.FAN)
    assert await query(db, "SELECT taken FROM campaign") == [(0,)]
    await db.write(_earns, place, fan(1), 120)
    assert isinstance(await coupons.claim(act_of(place, fan(1), NOON, causes.next()), campaign), Claimed)


async def test_a_coupon_is_once_by_its_table_too(db: Database, causes: Causes) -> None:
    """Were the rule to fail, the constraint on a fan's n-th coupon still refuses."""
    place = await shop(db)
    campaign, _ = await offer(db, place, NewCampaign("Silk", 9), causes.next())
    await till(db).claim(act_of(place, fan(1), NOON, causes.next()), campaign)

    def takes_too_much(tx: Tx) -> None:
        tx.execute(text("UPDATE campaign SET taken = stock + 1"))

    def claims_first_again(tx: Tx) -> None:
        tx.execute(
            text(
                "INSERT INTO coupon (community_id, campaign_id, member_id, nth, paid, state, claimed_at) "
                "SELECT community_id, campaign_id, member_id, nth, paid, state, claimed_at FROM coupon"
            )
        )

    for use_case in (takes_too_much, claims_first_again):
        with pytest.raises(IntegrityError):
            await db.write(use_case)
