"""Taking back, on both databases."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from bot.flows.redeem import Redemption
from bot.rules.coupons.campaigns import CampaignCancelled, CampaignMade, CampaignShown, NewCampaign
from bot.rules.coupons.claims import Claimed
from bot.rules.coupons.redemption import Redeemed
from bot.rules.general import AlreadyUndone, NothingToUndo, OwnersAct, TooLateToUndo, Undone
from bot.rules.place import Place
from bot.rules.shops.setup import Setup
from bot.store.engine.db import Database
from tests.features.scene import (
    NOON,
    OWNER,
    Causes,
    act_by,
    act_of,
    campaigns_of,
    desk,
    everything,
    fan,
    named,
    offer,
    query,
    shop,
    till,
    undo,
)

STAFF = OWNER.user_id
SILK = NewCampaign("Silk", 5, shared_code="SILK20")


async def state(db: Database, place: Place, number: int) -> str:
    """A campaign's state as staff see it."""
    shown = await campaigns_of(db).show(place, number, NOON)
    assert isinstance(shown, CampaignShown)
    return shown.state


async def test_a_made_campaign(db: Database, causes: Causes) -> None:
    """Before anyone claims, making it can be taken back: it is cancelled, and its code free."""
    place = await shop(db)
    _, number = await offer(db, place, SILK, causes.next())
    assert await undo(db, place, STAFF, NOON, causes.next()) == Undone("campaign.made", "#1 Silk")
    assert await state(db, place, number) == "cancelled"
    assert await undo(db, place, STAFF, NOON, causes.next()) == NothingToUndo()
    await offer(db, place, SILK, causes.next())


async def test_a_made_campaign_that_somebody_claimed(db: Database, causes: Causes) -> None:
    """Once a fan holds one, it is too late to undo, and nothing changes."""
    place = await shop(db)
    campaign, _ = await offer(db, place, SILK, causes.next())
    await till(db).claim(act_of(place, fan(1), NOON, causes.next()), campaign)
    before = await everything(db)
    assert await undo(db, place, STAFF, NOON, causes.next()) == TooLateToUndo("campaign.made", "#1 Silk")
    assert await everything(db) == before


async def test_a_cancelled_campaign(db: Database, causes: Causes) -> None:
    """A cancellation that voided nothing opens again; a further undo takes back the making."""
    place = await shop(db)
    _, number = await offer(db, place, SILK, causes.next())
    cancelled = await campaigns_of(db).cancel(act_by(place, STAFF, NOON, causes.next()), number)
    assert isinstance(cancelled, CampaignCancelled)
    assert cancelled.undoable
    assert await undo(db, place, STAFF, NOON, causes.next()) == Undone("campaign.cancelled", "#1 Silk")
    assert await state(db, place, number) == "open"
    assert await undo(db, place, STAFF, NOON, causes.next()) == Undone("campaign.made", "#1 Silk")
    assert await state(db, place, number) == "cancelled"


async def test_a_cancellation_that_voided_coupons(db: Database, causes: Causes) -> None:
    """What was refunded can't be held again: too late."""
    place = await shop(db)
    campaign, number = await offer(db, place, SILK, causes.next())
    await till(db).claim(act_of(place, fan(1), NOON, causes.next()), campaign)
    await campaigns_of(db).cancel(act_by(place, STAFF, NOON, causes.next()), number)
    assert await undo(db, place, STAFF, NOON, causes.next()) == TooLateToUndo("campaign.cancelled", "#1 Silk")


async def test_a_cancellation_whose_code_is_used_again(db: Database, causes: Causes) -> None:
    """Another open campaign has the code by now: the old one stays cancelled."""
    place = await shop(db)
    _, number = await offer(db, place, SILK, causes.next())
    cancelled = await campaigns_of(db).cancel(act_by(place, STAFF, NOON, causes.next()), number)
    assert isinstance(cancelled, CampaignCancelled)
    await offer(db, place, SILK, causes.next())
    outcome = await undo(db, place, STAFF, NOON, causes.next(), cancelled.audit_id)
    assert outcome == TooLateToUndo("campaign.cancelled", "#1 Silk")


async def test_a_code_made_anew_while_the_old_one_is_reopened(db: Database, causes: Causes) -> None:
    """Ten makers and an undo at once: one campaign has the code, and nobody sees a bug."""
    place, staff = await shop(db), campaigns_of(db)
    _, number = await offer(db, place, SILK, causes.next())
    cancelled = await staff.cancel(act_by(place, STAFF, NOON, causes.next()), number)
    assert isinstance(cancelled, CampaignCancelled)
    makers = asyncio.gather(*(staff.make(act_by(place, STAFF, NOON, causes.next()), SILK) for _ in range(10)))
    await asyncio.sleep(0)
    undone = await undo(db, place, STAFF, NOON, causes.next(), cancelled.audit_id)
    made = sum(isinstance(outcome, CampaignMade) for outcome in await makers)
    assert made + isinstance(undone, Undone) == 1
    assert await query(db, "SELECT count(*) FROM campaign WHERE state = 'open'") == [(1,)]


async def test_a_redeemed_coupon(db: Database, causes: Causes) -> None:
    """A coupon redeemed by mistake is held again, and can be redeemed again."""
    place, redeeming = await shop(db), Redemption(db)
    campaign, _ = await offer(db, place, NewCampaign("Silk", 5), causes.next())
    claimed = await till(db).claim(act_of(place, fan(1), NOON, causes.next()), campaign)
    assert isinstance(claimed, Claimed)
    await redeeming.redeem(act_by(place, STAFF, NOON, causes.next()), claimed.code)
    outcome = await undo(db, place, STAFF, NOON, causes.next())
    assert outcome == Undone("coupon.redeemed", f"Silk {claimed.code}")
    assert await query(db, "SELECT state, redeemed_at, redeemed_by FROM coupon") == [("held", None, None)]
    again = await redeeming.redeem(act_by(place, STAFF, NOON, causes.next()), claimed.code)
    assert isinstance(again, Redeemed)


async def test_settings(db: Database, causes: Causes) -> None:
    """Settings are put back; if they were changed again since, it is too late."""
    place, settings = await shop(db), desk(db)
    first = await settings.change(act_of(place, cause=causes.next()), Setup(shop="A", coin="stars"))
    second = await settings.change(act_of(place, cause=causes.next()), Setup(shop="B"))
    outcome = await undo(db, place, STAFF, NOON, causes.next(), first.audit_id)
    assert outcome == TooLateToUndo("setup.changed", "coin, shop")
    assert await undo(db, place, STAFF, NOON, causes.next()) == Undone("setup.changed", "shop")
    assert await undo(db, place, STAFF, NOON, causes.next()) == Undone("setup.changed", "coin, shop")
    assert await query(db, "SELECT shop, coin FROM community") == [(place.shop, place.coin)]
    again = await undo(db, place, STAFF, NOON, causes.next(), second.audit_id)
    assert again == AlreadyUndone("setup.changed", "shop")


async def test_only_ones_own_last_act(db: Database, causes: Causes) -> None:
    """Without an id it is the actor's own; with one it may be a colleague's, but never another shop's."""
    here, there = await shop(db), await shop(db, fan(900), -1002)
    made = await campaigns_of(db).make(act_by(here, 8, NOON, causes.next()), SILK)
    assert isinstance(made, CampaignMade)
    assert await undo(db, here, 7, NOON, causes.next()) == NothingToUndo()
    assert await undo(db, there, STAFF, NOON, causes.next()) == NothingToUndo()
    assert await undo(db, there, 7, NOON, causes.next(), made.audit_id) == NothingToUndo()
    assert await undo(db, here, 7, NOON, causes.next(), 10_000) == NothingToUndo()
    assert await undo(db, here, 7, NOON, causes.next(), made.audit_id) == Undone("campaign.made", "#1 Silk")


async def _make(db: Database, place: Place, causes: Causes) -> None:
    await offer(db, place, SILK, causes.next())


async def _cancel(db: Database, place: Place, causes: Causes) -> None:
    _, number = await offer(db, place, SILK, causes.next())
    await campaigns_of(db).cancel(act_by(place, STAFF, NOON, causes.next()), number)


async def _redeem(db: Database, place: Place, causes: Causes) -> None:
    campaign, _ = await offer(db, place, SILK, causes.next())
    await till(db).claim(act_of(place, fan(1), NOON, causes.next()), campaign)
    await Redemption(db).redeem(act_by(place, STAFF, NOON, causes.next()), "SILK20", named(fan(1)))


async def _set_up(db: Database, place: Place, causes: Causes) -> None:
    await desk(db).change(act_of(place, cause=causes.next()), Setup(shop="New"))


async def test_an_owners_act_is_the_owners_to_take_back(db: Database, causes: Causes) -> None:
    """An operator who forges the button under the owner's set-up changes nothing; the owner's own press does."""
    place = await shop(db)
    done = await desk(db).change(act_of(place, cause=causes.next()), Setup(coin="Beans"))
    before = await everything(db)
    assert await undo(db, place, 7, NOON, causes.next(), done.audit_id) == OwnersAct("setup.changed", "coin")
    assert await everything(db) == before
    assert await undo(db, place, STAFF, NOON, causes.next(), done.audit_id) == Undone("setup.changed", "coin")


@pytest.mark.parametrize("act", [_make, _cancel, _redeem, _set_up])
async def test_a_redelivered_undo_hears_the_same(
    db: Database, causes: Causes, act: Callable[[Database, Place, Causes], Awaitable[None]]
) -> None:
    """The same cause takes one act back, not also the one before it."""
    place, cause = await shop(db), "42:999"
    await desk(db).change(act_of(place, cause=causes.next()), Setup(coin="stars"))
    await act(db, place, causes)
    first = await undo(db, place, STAFF, NOON, cause)
    assert isinstance(first, Undone)
    before = await everything(db)
    assert await undo(db, place, STAFF, NOON, cause) == first
    assert await everything(db) == before


async def test_one_act_undone_ten_times_at_once(db: Database, causes: Causes) -> None:
    """One takes it back, nine hear that it was taken back."""
    place = await shop(db)
    made = await campaigns_of(db).make(act_by(place, STAFF, NOON, causes.next()), SILK)
    assert isinstance(made, CampaignMade)
    outcomes = await asyncio.gather(*(undo(db, place, STAFF, NOON, causes.next(), made.audit_id) for _ in range(10)))
    assert outcomes.count(Undone("campaign.made", "#1 Silk")) == 1
    assert outcomes.count(AlreadyUndone("campaign.made", "#1 Silk")) == 9
