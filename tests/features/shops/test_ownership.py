"""Whose a shop is: a change of hands and a move of home happen once, however often they are seen; on both databases."""

import asyncio

from bot.features.communities import Communities
from bot.features.orders.hook import Hooks
from bot.features.shops.arrivals import Arrival
from bot.features.shops.ownership import Ownership
from bot.flows.hand_over import HandOver
from bot.rules.rights import HomeMoved
from bot.rules.words import Language
from bot.store.engine.db import Database
from tests.features.scene import NOON, OWNER, Causes, act_by, days, fan, query, shop

JOON = fan(7)
TOLD = "SELECT chat_id FROM outbox WHERE key LIKE 'owner:%' ORDER BY chat_id"


async def reachable(db: Database) -> None:
    """Both people can be written to."""
    for person in (OWNER, JOON):
        await Communities(db, open_to_all=False).started(person, can_write=True)


async def test_a_change_of_hands_seen_ten_times_at_once(db: Database, causes: Causes) -> None:
    """One entry in the log, one word to each of the two, and the secret that the old owner knows is void."""
    place = await shop(db)
    await reachable(db)
    secrets = iter(["first", "second"])
    hooks = Hooks(db, lambda: next(secrets), listening=True)
    await hooks.show(act_by(place, OWNER.user_id, NOON, causes.next()))
    seen = await asyncio.gather(*(HandOver(db).hand_over(place, JOON, NOON) for _ in range(10)))
    assert seen.count(True) == 1
    assert await query(db, "SELECT owner_id FROM community") == [(JOON.user_id,)]
    assert await query(db, "SELECT count(*) FROM order_hook") == [(0,)]
    assert await query(db, "SELECT count(*) FROM audit_entry WHERE act = 'owner.changed'") == [(1,)]
    assert await query(db, TOLD) == sorted([(OWNER.user_id,), (JOON.user_id,)])
    # The new owner's own secret stands when the change is seen once more.
    await hooks.show(act_by(place, JOON.user_id, NOON, causes.next()))
    assert not await HandOver(db).hand_over(place, JOON, days(1))
    assert await query(db, "SELECT secret FROM order_hook") == [("second",)]


async def test_a_shop_that_changes_hands_and_back(db: Database) -> None:
    """Each change is told."""
    place = await shop(db)
    await reachable(db)
    for owner, at in ((JOON, NOON), (OWNER, days(1)), (JOON, days(2))):
        assert await HandOver(db).hand_over(place, owner, at)
    assert len(await query(db, TOLD)) == 6


async def test_home_moves_once(db: Database) -> None:
    """Ten wishes at once move it once; a channel, a foreign room and a room that was left can't be home."""
    place = await shop(db)
    there = await shop(db, fan(900), -1002)
    communities = Communities(db, open_to_all=False)
    for chat_id, is_channel in ((-2, False), (-9, True), (-3, False)):
        await communities.arrive(
            Arrival(
                chat_id, "Wool", OWNER, Language.KO, NOON, is_admin=True, is_channel=is_channel, into=place.community_id
            )
        )
    await communities.leave(-3, NOON)
    ownership = Ownership(db)
    for chat_id in (-9, -3, -1002, -77):
        assert await ownership.move_home(place, chat_id, OWNER, NOON) is None
    moved = await asyncio.gather(*(ownership.move_home(place, -2, OWNER, NOON) for _ in range(10)))
    assert set(moved) == {HomeMoved(place.shop, "Wool")}
    assert await query(db, "SELECT chat_id FROM fan_group WHERE is_home ORDER BY chat_id") == [(-1002,), (-2,)]
    assert await query(db, "SELECT count(*) FROM audit_entry WHERE act = 'home.moved'") == [(1,)]
    assert there.home_chat == -1002


async def test_home_is_told_once(db: Database) -> None:
    """Ten starts at once tell the owner of an old shop once; a shop with one group has nothing to hear."""
    place = await shop(db)
    await reachable(db)
    await Communities(db, open_to_all=False).arrive(
        Arrival(-2, "Wool", OWNER, Language.KO, NOON, is_admin=True, into=1)
    )
    await shop(db, fan(900), -1002)
    await db.write(lambda tx: tx.connection().exec_driver_sql("UPDATE community SET home_told_at = NULL"))
    ownership = Ownership(db)
    unsettled = await ownership.unsettled()
    assert [(one.community_id, rooms) for one, rooms in unsettled] == [(place.community_id, ((-2, "Wool"),)), (2, ())]
    await asyncio.gather(*(ownership.tell_home(one, NOON) for one, _ in unsettled for _ in range(10)))
    assert await query(db, "SELECT chat_id FROM outbox WHERE key LIKE 'home:%'") == [(OWNER.user_id,)]
    assert await ownership.unsettled() == []
