"""Causes are remembered as long as Telegram may deliver an update again, and no longer."""

from datetime import timedelta

import pytest

from bot.features.coupons.claims import claim
from bot.flows.check_in import CheckIns
from bot.flows.redeem import Redemption
from bot.rules.coupons.campaigns import NewCampaign
from bot.rules.coupons.claims import Claimed
from bot.store import causes as causes_
from bot.store.coupons.hand_out import ClaimTools
from bot.store.engine.db import Database
from tests.features.scene import (
    NOON,
    OWNER,
    POLICIES,
    Causes,
    act_by,
    act_of,
    days,
    dice,
    fan,
    offer,
    query,
    shop,
    till,
)


async def test_causes_are_forgotten_after_three_days(db: Database, causes: Causes) -> None:
    """Within three days the first answer is told; then the rows forget it, and the number may come anew."""
    place, checkins, staff = await shop(db), CheckIns(db, POLICIES), Redemption(db)
    campaign, _ = await offer(db, place, NewCampaign("Silk", 9, limit=2), "42:1")
    first = await checkins.check_in(act_of(place, fan(1), NOON, "42:2"))
    claimed = await till(db).claim(act_of(place, fan(1), NOON, "42:3"), campaign)
    assert isinstance(claimed, Claimed)
    await staff.redeem(act_by(place, OWNER.user_id, NOON, "42:4"), claimed.code)
    remembered = "SELECT count(cause) + count(answer) FROM "
    tables = ("check_in", "coupon", "audit_entry")

    async def known() -> list[int]:
        return [(await query(db, remembered + table))[0][0] for table in tables]

    await db.write(causes_.forget, NOON + causes_.KEPT)
    assert await known() == [2, 2, 4]
    assert await checkins.check_in(act_of(place, fan(1), NOON, "42:2")) == first
    await db.write(causes_.forget, NOON + causes_.KEPT + timedelta(microseconds=1))
    assert await known() == [0, 0, 0]
    later = days(4)
    again = await db.write(claim, act_of(place, fan(1), later, "42:3"), campaign, ClaimTools.of(POLICIES, dice(2)))
    assert isinstance(again, Claimed)
    assert again.code != claimed.code


async def test_causes_are_forgotten_in_chunks(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """One call takes a chunk of each table and says that there is more, until nothing is left."""
    monkeypatch.setattr(causes_, "CHUNK", 2)
    place, checkins = await shop(db), CheckIns(db, POLICIES)
    for number in range(5):
        await checkins.check_in(act_of(place, fan(number), NOON, f"42:{number}"))
    more = [await db.write(causes_.forget, days(4)) for _ in range(3)]
    assert more == [True, True, False]
    assert await query(db, "SELECT count(cause) FROM check_in") == [(0,)]


async def test_an_old_number_that_comes_anew_is_a_new_update(db: Database) -> None:
    """An update with a number from four days ago is decided, not answered from memory."""
    place, checkins = await shop(db), CheckIns(db, POLICIES)
    first = await checkins.check_in(act_of(place, fan(1), days(0), "42:2"))
    await db.write(causes_.forget, days(4))
    assert await checkins.check_in(act_of(place, fan(1), days(4), "42:2")) != first
