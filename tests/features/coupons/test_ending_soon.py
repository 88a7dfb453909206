"""Reminders of held coupons: once, a day before, to who can be told, whatever the clock missed."""

from datetime import datetime, timedelta
from typing import Any

from bot.features.communities import set_reachable
from bot.features.coupons.ending_soon import EndingCoupons
from bot.flows.redeem import Redemption
from bot.rules.coupons.campaigns import NewCampaign
from bot.rules.coupons.claims import Claimed
from bot.rules.coupons.ending_soon import EndingPolicy
from bot.store.engine.db import Database
from tests.features.scene import NOON, OWNER, Causes, act_by, act_of, campaigns_of, days, fan, offer, query, shop, till

HOUR = timedelta(hours=1)


def clock(db: Database, **policy: Any) -> EndingCoupons:
    """What the alarm clock rings."""
    return EndingCoupons(db, EndingPolicy(**policy))


async def told(db: Database) -> list[int]:
    """Who was promised a reminder, in order."""
    rows = await query(db, "SELECT chat_id FROM outbox WHERE key LIKE 'coupon:ends:%' ORDER BY id")
    return [row[0] for row in rows]


async def test_each_held_coupon_is_reminded_of_once(db: Database, causes: Causes) -> None:
    """Not before the day, once on it, and nothing for who used theirs or can't be told. Consent is the budget's."""
    place, coupons = await shop(db), till(db)
    closes = days(3)
    campaign, _ = await offer(db, place, NewCampaign("Silk", 9, closes=closes), causes.next())
    got = [await coupons.claim(act_of(place, fan(number), NOON, causes.next()), campaign) for number in range(1, 6)]
    for number in (1, 2, 3, 5):
        await db.write(set_reachable, fan(number), can_write=True)
    used = got[1]
    assert isinstance(used, Claimed)
    await Redemption(db).redeem(act_by(place, OWNER.user_id, NOON, causes.next()), used.code)
    due = clock(db, chunk=2)
    assert await due.run_due(NOON) == days(2)
    assert await told(db) == []
    assert await due.run_due(days(2)) is None
    assert sorted(await told(db)) == [fan(number).user_id for number in (1, 3, 5)]
    for at in (days(2), days(2) + HOUR, days(2) + 23 * HOUR, closes):
        await due.run_due(at)
    assert len(await told(db)) == 3


async def test_an_outage_over_the_hour(db: Database, causes: Causes) -> None:
    """Down from before until the evening: told late but not at night; after the end nothing."""
    place, coupons, due = await shop(db), till(db), clock(db)
    for title, closes in (("Noon", days(3)), ("Early", days(3) - 4 * HOUR)):
        campaign, _ = await offer(db, place, NewCampaign(title, 9, closes=closes), causes.next())
        await coupons.claim(act_of(place, fan(1), NOON, causes.next()), campaign)
    await db.write(set_reachable, fan(1), can_write=True)
    night = days(2) + 11 * HOUR
    assert await due.run_due(night) == days(3) - 3 * HOUR
    assert await told(db) == []
    await due.run_due(days(3) - 3 * HOUR)
    assert await told(db) == [fan(1).user_id]
    assert (await query(db, "SELECT count(*) FROM coupon WHERE reminded_at IS NULL")) == [(1,)]
    assert await due.run_due(days(4)) is None
    assert len(await told(db)) == 1


async def test_several_coupons_are_one_message(db: Database, causes: Causes) -> None:
    """What ends on the same day is told together; a short drop, or one that was cancelled, of none."""
    place, coupons = await shop(db), till(db)
    made: list[tuple[int, datetime]] = []
    for title in ("Silk", "Wool", "Gone"):
        campaign, number = await offer(db, place, NewCampaign(title, 9, closes=days(3)), causes.next())
        made.append((campaign, NOON))
        if title == "Gone":
            await coupons.claim(act_of(place, fan(1), NOON, causes.next()), campaign)
            await campaigns_of(db).cancel(act_by(place, OWNER.user_id, NOON, causes.next()), number)
            made.pop()
    short, _ = await offer(db, place, NewCampaign("Short", 9, closes=days(3)), causes.next())
    for campaign, at in [*made, (short, days(2) + HOUR)]:
        await coupons.claim(act_of(place, fan(1), at, causes.next()), campaign)
    await db.write(set_reachable, fan(1), can_write=True)
    await clock(db).run_due(days(2) + 2 * HOUR)
    assert await told(db) == [fan(1).user_id]
    [(facts,)] = await query(db, "SELECT facts FROM outbox WHERE key LIKE 'coupon:ends:%'")
    assert [title in str(facts) for title in ("Silk", "Wool", "Gone", "Short")] == [True, True, False, False]
