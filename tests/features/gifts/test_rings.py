"""Invitations that only feed themselves are held until the shop has looked."""

from datetime import timedelta

from bot.features.gifts.held import HeldGifts
from bot.rules.farming import HeldState
from bot.rules.general import Undone
from bot.rules.notes import Did
from bot.rules.staff.held import HeldRefused, HeldReleased
from bot.store.engine.db import Database
from tests.features.deeds import count
from tests.features.givers import Circle
from tests.features.scene import (
    NOON,
    OWNER,
    Causes,
    days,
    fan,
    query,
    shop,
    undo,
)

ANA, BEN, EVE = fan(1), fan(2), fan(3)
HOUR = timedelta(hours=1)


async def test_a_pair_is_held(db: Database, causes: Causes) -> None:
    """Two who opened each other's cards wait for the owner's look: released it pays, refused it pays nothing."""
    circle = await Circle.open(db, causes)
    await circle.reachable(fan(11))
    for inviter, friend in ((fan(10), fan(11)), (fan(20), fan(21))):
        await circle.brings(inviter, friend)
        await circle.opens(inviter, await circle.card(friend), inside=True)
        await circle.checks_in(friend, NOON + HOUR)
    assert await query(db, "SELECT count(*) FROM transfer WHERE reason = 'gift'") == [(0,)]
    assert (fan(11).user_id, "RewardHeld") in await circle.told()
    released = await circle.decides(fan(11), HeldState.RELEASED, days(1))
    assert released == HeldReleased("Fan 11", 10)
    assert isinstance(await circle.decides(fan(21), HeldState.REFUSED, days(1)), HeldRefused)
    for friend in (fan(11), fan(21)):
        for day in (1, 2):
            await circle.checks_in(friend, days(day) + HOUR)
    await circle.tick(days(8))
    assert (await circle.coins(fan(11)), await circle.coins(fan(10))) == (30, 0)
    assert await circle.decides(fan(10), HeldState.RELEASED, days(9)) == HeldReleased("Fan 10", 30)
    await circle.redeems(fan(11), days(9))
    assert await circle.coins(fan(10)) == 130
    assert (await circle.coins(fan(21)), await circle.coins(fan(20))) == (0, 0)
    assert await circle.sound()


async def test_a_refusal_taken_back(db: Database, causes: Causes) -> None:
    """What was refused waits again, another shop decides nothing, and who has left by then is paid nothing."""
    circle = await Circle.open(db, causes)
    await circle.brings(ANA, BEN)
    await circle.opens(ANA, await circle.card(BEN), inside=True)
    await circle.checks_in(BEN, NOON + HOUR)
    refused = await circle.decides(BEN, HeldState.REFUSED, days(1))
    assert isinstance(refused, HeldRefused)
    assert (await circle.states())["joined friend refused"] == 1
    undone = await undo(db, circle.place, OWNER.user_id, days(1), causes.next(), refused.audit_id)
    assert isinstance(undone, Undone)
    assert (await circle.states())["joined friend held"] == 1
    there = await shop(db, fan(900), -1002)
    invitation, friend = (await query(db, "SELECT id, friend_id FROM invitation"))[0]
    assert await db.write(HeldGifts(circle.policy).release, there, invitation, friend, days(1)) == 0
    await circle.goes(BEN, days(2))
    assert await circle.decides(BEN, HeldState.RELEASED, days(3)) == HeldReleased("Fan 2", 0)
    assert await circle.coins(BEN) == 0


async def test_a_chain_of_second_accounts(db: Database, causes: Causes) -> None:
    """Three in a line who do nothing but check in are held at the second stage; one of them at a stream is enough."""
    circle = await Circle.open(db, causes)
    await circle.brings(fan(10), fan(11))
    await circle.brings(fan(11), fan(12))
    await circle.brings(fan(20), fan(21))
    await circle.brings(fan(21), fan(22))
    await db.write(count, await circle.member_id(fan(21)), NOON.date(), Did.ATTEND)
    for friend in (fan(12), fan(22)):
        for day in (0, 1, 2):
            await circle.checks_in(friend, days(day) + HOUR)
    await circle.tick(days(8))
    assert [await circle.coins(fan(number)) for number in (12, 22)] == [10, 30]
    assert (await circle.states())["stayed friend held"] == 1
