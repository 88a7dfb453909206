"""A refund that is undone restores what was, on both databases: coupon, points, order, and an inviter's reward."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import update
from sqlmodel import col

from bot.rules.act import Sender
from bot.rules.coupons.campaigns import NewCampaign
from bot.rules.coupons.claims import Claimed
from bot.rules.farming import HeldState, Sign
from bot.rules.general import AlreadyUndone, TooLateToUndo, Undone
from bot.rules.place import Place
from bot.store.engine.db import Database
from bot.store.engine.sessions import Tx
from bot.store.held import note_sighting
from bot.store.tables import Member
from tests.conftest import fresh_sqlite
from tests.features.givers import Circle
from tests.features.orders.order_till import STAFF, Till
from tests.features.orders.test_orders import HOUR
from tests.features.scene import (
    NOON,
    Causes,
    act_by,
    act_of,
    campaigns_of,
    days,
    fan,
    offer,
    query,
    till,
)

HELPER = 77
LATE = days(2)


# What was before the refund.

Before = Callable[[Till], Awaitable[datetime]]
"""Brings an order about; when it is taken back."""


async def by_the_order(counter: Till) -> datetime:
    """The order redeemed the coupon."""
    await counter.orders()
    return NOON + HOUR


async def at_the_till(counter: Till) -> datetime:
    """A helper redeemed it at the till, the order came hours later."""
    await counter.redeems(by=HELPER)
    await counter.orders(at=NOON + 5 * HOUR)
    return NOON + 6 * HOUR


async def at_the_till_a_day_before(counter: Till) -> datetime:
    """The till's redemption counts on one day, the order on the next."""
    await counter.redeems(by=HELPER)
    await counter.orders(at=NOON + 20 * HOUR)
    return NOON + 21 * HOUR


async def by_the_order_of_a_drop_that_is_over(counter: Till) -> datetime:
    """The coupon stays used, as its drop is over."""
    await counter.orders()
    return LATE


async def at_the_till_of_a_drop_that_is_over(counter: Till) -> datetime:
    """The same of a coupon that was redeemed at the till the day before."""
    await counter.redeems(by=HELPER)
    await counter.orders(at=NOON + 20 * HOUR)
    return LATE


async def of_a_cancelled_drop(counter: Till) -> datetime:
    """The drop was cancelled after its coupon was used."""
    await counter.orders()
    await campaigns_of(counter.db).cancel(act_by(counter.place, STAFF, NOON, counter.causes.next()), 1)
    return NOON + HOUR


async def after_another_order(counter: Till) -> datetime:
    """Another order used the coupon before, and was taken back."""
    await counter.orders("A-0")
    await counter.refunds_order("A-0", NOON)
    await counter.orders()
    return NOON + HOUR


async def in_a_shop_that_moves(counter: Till) -> datetime:
    """The shop's zone changes between the order and its refund: another calendar day there."""
    await counter.redeems(by=HELPER)
    await counter.orders()
    counter.place = replace(counter.place, timezone="Pacific/Pago_Pago")
    return NOON + HOUR


BEFORE: tuple[Before, ...] = (
    by_the_order,
    at_the_till,
    at_the_till_a_day_before,
    by_the_order_of_a_drop_that_is_over,
    at_the_till_of_a_drop_that_is_over,
    of_a_cancelled_drop,
    after_another_order,
    in_a_shop_that_moves,
)


@pytest.mark.parametrize("before", BEFORE)
async def test_a_refund_that_is_undone_never_was(db: Database, causes: Causes, before: Before) -> None:
    """Refunded, it counts for nothing; undone, every row is what it was; and so a second and a third time."""
    counter = await Till.open(db, causes)
    at = await before(counter)
    was, points = await counter.state(), await counter.points()
    assert sum(times for (kind, _), times in points.items() if kind == "redeem") == 1
    for _ in range(3):
        await counter.refunds_order(at=at)
        assert await counter.points() == {}
        assert await counter.undoes(counter.refunds[-1], at) == Undone("order.refunded", "A-1")
        assert (await counter.state(), await counter.points()) == (was, points)
        assert await counter.undoes(counter.refunds[-1], at) == AlreadyUndone("order.refunded", "A-1")


# What comes between a refund and its undoing.


async def used_at_the_till(counter: Till) -> None:
    """The coupon is used at the till."""
    await counter.redeems(NOON + HOUR)


async def used_by_another_order(counter: Till) -> None:
    """It pays another order."""
    await counter.orders("A-2", NOON + HOUR)


async def cancelled(counter: Till) -> None:
    """Its drop is cancelled, so that it is void."""
    await campaigns_of(counter.db).cancel(act_by(counter.place, STAFF, NOON + HOUR, counter.causes.next()), 1)


@pytest.mark.parametrize("between", [used_at_the_till, used_by_another_order, cancelled])
async def test_a_refund_that_cannot_be_undone_any_more(
    db: Database, causes: Causes, between: Callable[[Till], Awaitable[None]]
) -> None:
    """Whatever became of the coupon meanwhile stays, and nothing counts twice."""
    counter = await Till.open(db, causes)
    await counter.orders()
    await counter.refunds_order()
    await between(counter)
    was = await counter.state()
    assert await counter.undoes(counter.refunds[0]) == TooLateToUndo("order.refunded", "A-1")
    assert await counter.state() == was


async def test_two_orders_never_share_a_coupon_of_a_drop_that_is_over(db: Database, causes: Causes) -> None:
    """The order after the refunded one redeems the coupon that stayed used; then that refund stands."""
    counter = await Till.open(db, causes)
    await counter.orders()
    await counter.refunds_order(at=LATE)
    assert (await counter.orders("A-2", NOON, LATE)).trouble is None
    points = await counter.points()
    assert sum(times for (kind, _), times in points.items() if kind == "redeem") == 1
    assert isinstance(await counter.undoes(counter.refunds[0], LATE), TooLateToUndo)
    assert await query(db, "SELECT ref FROM shop_order WHERE state = 'paid'") == [("A-2",)]
    assert await counter.points() == points
    await counter.refunds_order("A-2", LATE)
    assert await counter.points() == {}


async def test_ten_who_undo_one_refund(db: Database, causes: Causes) -> None:
    """One brings the order back, and its points count once."""
    counter = await Till.open(db, causes)
    await counter.orders()
    points = await counter.points()
    await counter.refunds_order()
    came = await asyncio.gather(*(counter.undoes(counter.refunds[0]) for _ in range(10)))
    assert sum(isinstance(one, Undone) for one in came) == 1
    assert await counter.points() == points


# What an order pays an inviter.


async def _friends_order(circle: Circle) -> Till:
    """Fan 2 came by fan 1's card and has a coupon."""
    await circle.brings(fan(1), fan(2))
    campaign, _ = await offer(circle.db, circle.place, NewCampaign("Silk", 9), circle.causes.next())
    claimed = await till(circle.db).claim(act_of(circle.place, fan(2), NOON, circle.causes.next()), campaign)
    assert isinstance(claimed, Claimed)
    return Till(circle.db, circle.place, circle.causes, claimed.code)


async def _third_stage(db: Database) -> str:
    return str((await query(db, "SELECT state FROM gift_reward WHERE stage = 'redeemed'"))[0][0])


async def test_a_refund_before_the_inviter_is_paid(db: Database, causes: Causes) -> None:
    """What was due waits for its stage again, and is due again when the refund is undone: paid once."""
    circle = await Circle.open(db, causes)
    counter = await _friends_order(circle)
    await counter.orders()
    assert await _third_stage(db) == "due"
    await counter.refunds_order()
    await circle.tick(NOON + HOUR)
    assert (await _third_stage(db), await circle.coins(fan(1))) == ("waiting", 0)
    assert isinstance(await counter.undoes(counter.refunds[0]), Undone)
    await circle.tick(NOON + HOUR)
    assert (await _third_stage(db), await circle.coins(fan(1))) == ("paid", 100)


async def test_a_refund_after_the_inviter_was_paid(db: Database, causes: Causes) -> None:
    """What is paid stays paid, and neither the undoing nor another order pays it again."""
    circle = await Circle.open(db, causes)
    counter = await _friends_order(circle)
    await counter.orders()
    await circle.tick(NOON)
    for again in range(2):
        await counter.refunds_order()
        assert isinstance(await counter.undoes(counter.refunds[again]), Undone)
    await counter.refunds_order()
    await counter.orders("A-2", NOON + HOUR)
    await circle.tick(NOON + HOUR)
    assert (await _third_stage(db), await circle.coins(fan(1))) == ("paid", 100)
    assert await circle.sound()


async def test_a_refund_while_the_reward_waits_for_the_shops_look(db: Database, causes: Causes) -> None:
    """Released then, it isn't paid; it is once the friend has a coupon that counts, without a second look."""
    circle = await Circle.open(db, causes)
    counter = await _friends_order(circle)
    await db.write(_suspect, circle.place, fan(1))
    await counter.orders()
    await circle.tick(NOON)
    assert await _third_stage(db) == "held"
    await counter.refunds_order()
    await circle.decides(fan(1), HeldState.RELEASED, NOON + HOUR)
    assert (await _third_stage(db), await circle.coins(fan(1))) == ("waiting", 0)
    assert isinstance(await counter.undoes(counter.refunds[0]), Undone)
    await circle.tick(NOON + HOUR)
    assert (await _third_stage(db), await circle.coins(fan(1))) == ("paid", 100)


async def test_an_undone_redemption_pays_nobody(db: Database, causes: Causes) -> None:
    """A coupon that was redeemed by mistake, and undone before the clock came round, pays no inviter."""
    circle = await Circle.open(db, causes)
    counter = await _friends_order(circle)
    await counter.redeems()
    assert isinstance(await counter.undoes(counter.redemptions[0]), Undone)
    await circle.tick(NOON + HOUR)
    assert (await _third_stage(db), await circle.coins(fan(1))) == ("waiting", 0)


def _suspect(tx: Tx, place: Place, sender: Sender) -> None:
    mine = (col(Member.community_id) == place.community_id, col(Member.user_id) == sender.user_id)
    member_id = tx.execute(update(Member).where(*mine).values(back_since=NOON).returning(col(Member.id))).scalar_one()
    note_sighting(tx, member_id or 0, Sign.FAST, NOON.date(), NOON)


# Any order of everything.

acts = st.lists(
    st.one_of(
        st.tuples(st.just("redeem"), st.integers(0, 2)),
        st.tuples(st.just("order"), st.integers(0, 2)),
        st.tuples(st.just("refund"), st.integers(0, 2)),
        st.tuples(st.just("platform"), st.integers(0, 2)),
        st.tuples(st.just("undo refund"), st.integers(0, 2)),
        st.tuples(st.just("undo redeem"), st.integers(0, 2)),
        st.tuples(st.just("wait"), st.integers(1, 16)),
        st.tuples(st.just("move"), st.sampled_from([0, 1, 2])),
    ),
    max_size=20,
)
ZONES = ("Asia/Seoul", "Pacific/Pago_Pago", "Pacific/Kiritimati")


@given(acts)
@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_points_are_what_stands(
    sqlite_template: Any, tmp_path_factory: pytest.TempPathFactory, history: list[tuple[str, int]]
) -> None:
    """In whatever order staff and platform act and undo: points are those of coupons and orders that stand."""
    url = fresh_sqlite(sqlite_template, tmp_path_factory.mktemp("till"))
    asyncio.run(_play(url, history))


async def _play(url: str, history: list[tuple[str, int]]) -> None:
    async with Database.open(url) as db:
        counter, now = await Till.open(db, Causes()), NOON
        for act, which in history:
            ref = f"A-{which}"
            if act == "wait":
                now += which * HOUR
            if act == "move":
                counter.place = replace(counter.place, timezone=ZONES[which])
            if act == "redeem":
                await counter.redeems(now)
            if act == "order":
                await counter.orders(ref, now)
            if act == "refund":
                await counter.refunds_order(ref, now)
            if act == "platform":
                await counter.platform_refunds(ref, now)
            if act == "undo refund" and counter.refunds:
                await counter.undoes(counter.refunds[-1 - which % len(counter.refunds)], now)
            if act == "undo redeem" and counter.redemptions:
                await counter.undoes(counter.redemptions[-1 - which % len(counter.redemptions)], now)
            await _stands(db, counter)


async def _stands(db: Database, counter: Till) -> None:
    points = await counter.points()
    paid = await query(db, "SELECT day, sum(share) FROM shop_order WHERE state = 'paid' AND member_id > 0 GROUP BY day")
    ((stands,),) = await query(db, "SELECT count(*) FROM order_coupon WHERE stands")
    ((state, counts, redeemed_at),) = await query(db, "SELECT state, redeemed_on, redeemed_at FROM coupon")
    expected = {("order", str(day)): share for day, share in paid}
    if counts is not None:
        expected["redeem", str(counts)] = 1
    assert stands <= 1, "a coupon pays one order"
    assert points == expected
    assert (state == "redeemed") is (redeemed_at is not None)
    assert state == "redeemed" or counts is None
    assert state == "redeemed" or not stands
