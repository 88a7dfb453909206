"""What can't be done at all (docs/abuse.md), where no feature's own tests say it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.features.staff.fast_presses import saw_haste
from bot.flows.check_in import CheckIns
from bot.rules.checkins.checkins import AlreadyCheckedIn
from bot.rules.coupons.campaigns import NewCampaign
from bot.rules.coupons.claims import AlreadyClaimed, Claimed
from bot.store.engine.db import Database
from bot.store.held import POLICY, forget_sightings
from bot.store.members import OutsideError
from tests.features.givers import Circle
from tests.features.scene import NOON, POLICIES, Causes, act_of, balance, days, fan, offer, outside, query, shop, till

ANA, BEN = fan(1), fan(2)
HOUR = timedelta(hours=1)


async def test_nobody_acts_for_another(db: Database, causes: Causes) -> None:
    """A press that is copied, its number included, is the copier's own act: it gives them theirs and nobody else's."""
    place, coupons = await shop(db), till(db)
    campaign, _ = await offer(db, place, NewCampaign("Silk", 5), causes.next())
    cause = causes.next()
    hers = await coupons.claim(act_of(place, ANA, NOON, cause), campaign)
    his = await coupons.claim(act_of(place, BEN, NOON, cause), campaign)
    assert isinstance(hers, Claimed)
    assert isinstance(his, Claimed)
    assert his.code != hers.code
    again = await coupons.claim(
        act_of(place, replace(BEN, name="Fan 1", username="fan1"), NOON, causes.next()), campaign
    )
    assert again == AlreadyClaimed("Silk", his.code, None, redeemed=False)


async def test_leaving_and_coming_back_pays_nothing_twice(db: Database, causes: Causes) -> None:
    """The same membership goes on: its day is checked in, its first day and its tier are what they were."""
    circle = await Circle.open(db, causes)
    await circle.comes(BEN)
    await circle.checks_in(BEN, NOON + HOUR)
    before = await query(db, "SELECT id, joined_at, source_id, tier FROM member ORDER BY id")
    coins = await balance(db, circle.place, BEN)
    await circle.goes(BEN, NOON + 2 * HOUR)
    await circle.comes(BEN, NOON + 3 * HOUR)
    checkins = CheckIns(db, POLICIES)
    outcome = await checkins.check_in(act_of(circle.place, BEN, NOON + 4 * HOUR, causes.next()))
    assert isinstance(outcome, AlreadyCheckedIn)
    assert await balance(db, circle.place, BEN) == coins
    assert await query(db, "SELECT id, joined_at, source_id, tier FROM member ORDER BY id") == before


async def test_acting_in_private_is_no_coming_back(db: Database, causes: Causes) -> None:
    """Who left and goes on in private isn't let in: neither side of a gift is paid for that."""
    circle = await Circle.open(db, causes)
    await circle.brings(ANA, BEN)
    for day in (0, 1, 2):
        await circle.checks_in(BEN, days(day) + HOUR)
    await circle.goes(ANA, days(3))
    with pytest.raises(OutsideError):
        await circle.checks_in(outside(ANA), days(4))
    coins = await circle.coins(ANA)
    await circle.tick(days(8))
    assert await circle.coins(ANA) == coins
    await circle.brings(fan(5), fan(6))
    await circle.goes(fan(6), days(1))
    for day in (1, 2, 3):
        with pytest.raises(OutsideError):
            await circle.checks_in(outside(fan(6)), days(day) + HOUR)
    await circle.tick(days(9))
    assert (await circle.coins(fan(5)), await circle.coins(fan(6))) == (0, 0)
    assert await circle.sound()


async def test_what_was_seen_is_forgotten(db: Database) -> None:
    """After two weeks a sign doesn't count any more, and its row is gone."""
    place = await shop(db)
    await db.write(saw_haste, place, BEN, NOON)
    await db.write(forget_sightings, NOON + POLICY.fast_kept)
    assert await query(db, "SELECT count(*) FROM sighting") == [(1,)]
    await db.write(forget_sightings, NOON + POLICY.fast_kept + HOUR)
    assert await query(db, "SELECT count(*) FROM sighting") == [(0,)]
