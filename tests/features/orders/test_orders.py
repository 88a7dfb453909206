"""Orders on both databases: each counts once however often it is told of, and is taken back once."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.features.orders.hook import Hooks, secret_of
from bot.features.orders.orders import Orders
from bot.features.orders.taking import ToldBy
from bot.flows.redeem import Redemption
from bot.flows.take_orders import Line, OrderIntake, take_told
from bot.rules.coupons.campaigns import NewCampaign as Wish
from bot.rules.coupons.claims import Claimed
from bot.rules.coupons.redemption import Redeemed
from bot.rules.files import ImportPolicy
from bot.rules.general import TooLateToUndo, Undone
from bot.rules.orders.orders import (
    HookOff,
    OrderRefunded,
    OrderRefundedBefore,
    OrderShown,
    OrdersTaken,
    OrderUnknown,
    RefusedLine,
)
from bot.rules.orders.told import OrderPolicy, OrderState, OrderTaken, OrderTold, OrderTrouble
from bot.rules.place import Place
from bot.store.engine.db import Database
from tests.features.scene import (
    NOON,
    OWNER,
    POLICIES,
    Causes,
    act_by,
    act_of,
    campaigns_of,
    days,
    everything,
    fan,
    offer,
    query,
    shop,
    till,
    undo,
)

STAFF = OWNER.user_id
HOUR = timedelta(hours=1)


async def held(db: Database, place: Place, causes: Causes, number: int = 1, **wish: Any) -> str:
    """A fan's coupon; its code."""
    campaign, _ = await offer(db, place, Wish(wish.pop("title", "Silk"), 9, **wish), causes.next())
    claimed = await till(db, seed=number + 100 * campaign).claim(
        act_of(place, fan(number), NOON, causes.next()), campaign
    )
    assert isinstance(claimed, Claimed)
    return claimed.code


def order(code: str | None, ref: str = "A-1", value: int = 39_000, **more: Any) -> OrderTold:
    """An order as a call tells of it."""
    codes = (code,) if code is not None else ()
    return OrderTold(ref, value, more.pop("currency", "KRW"), more.pop("at", NOON), codes, **more)


async def take(db: Database, place: Place, told: OrderTold, at: datetime = NOON) -> OrderTaken:
    """The platform tells of an order."""
    return await db.write(take_told, told, ToldBy(place, at), POLICIES)


def refunded(told: OrderTold) -> OrderTold:
    """The same, taken back."""
    return replace(told, state=OrderState.REFUNDED)


async def deeds(db: Database) -> dict[str, int]:
    """What counts for the fans' tiers."""
    rows = await query(db, "SELECT kind, times FROM activity WHERE kind IN ('redeem', 'order')")
    return {kind: times for kind, times in rows if times}


async def state_of(db: Database, code: str) -> str:
    """How a coupon stands."""
    return str((await query(db, "SELECT state FROM coupon WHERE code = :code", code=code))[0][0])


async def test_a_replayed_call_counts_a_voucher_once(db: Database, causes: Causes) -> None:
    """Peers' bug: a voucher counted twice by a replayed call. Twenty at once redeem and count one."""
    place = await shop(db)
    code = await held(db, place, causes)
    told = order(code.lower().replace("-", " "))
    came = await asyncio.gather(*(take(db, place, told) for _ in range(20)))
    assert sum(bool(one.redeems) for one in came) == 1
    assert all(one.trouble is None for one in came)
    assert sum(one.known for one in came) == 19
    assert await deeds(db) == {"redeem": 1, "order": 19_500}
    assert await query(db, "SELECT count(*) FROM shop_order") == [(1,)]


async def test_two_orders_on_one_coupon(db: Database, causes: Causes) -> None:
    """Of two orders at once with the same code one is taken; of two tellings of one order that differ, the first."""
    place = await shop(db)
    code = await held(db, place, causes)
    came = await asyncio.gather(*(take(db, place, order(code, f"A-{number}")) for number in range(8)))
    assert sorted(str(one.trouble) for one in came) == ["None", *["coupon_used"] * 7]
    ref = str((await query(db, "SELECT ref FROM shop_order"))[0][0])
    other = await take(db, place, order(code, ref, 1))
    assert other == OrderTaken(OrderTrouble.OTHER_ORDER)
    assert await deeds(db) == {"redeem": 1, "order": 19_500}


async def test_what_an_order_cannot_use(db: Database, causes: Causes) -> None:
    """Unknown, shared, void, run out, no code, another shop's: a reason, and nothing changes."""
    place, elsewhere = await shop(db), await shop(db, fan(900), -1002)
    over = await held(db, place, causes, closes=NOON + HOUR)
    void = await held(db, place, causes, 2)
    theirs = await held(db, elsewhere, causes)
    await offer(db, place, Wish("Shared", 9, shared_code="SILK20"), causes.next())
    await campaigns_of(db).cancel(act_by(place, STAFF, NOON, causes.next()), 2)
    before = await everything(db)
    expected = {
        "K7M2-QX4P": OrderTrouble.CODE_UNKNOWN,
        "silk20": OrderTrouble.CODE_SHARED,
        void: OrderTrouble.COUPON_VOID,
        over: OrderTrouble.COUPON_OVER,
        theirs: OrderTrouble.CODE_UNKNOWN,
        None: OrderTrouble.NO_CODE,
    }
    for code, trouble in expected.items():
        told = order(code, at=NOON + 2 * HOUR)
        assert await take(db, place, told, NOON + 2 * HOUR) == OrderTaken(trouble)
    assert await everything(db) == before
    in_time = await take(db, place, order(over), NOON + 2 * HOUR)  # what counts is when it was paid
    assert in_time.trouble is None


async def test_a_coupon_redeemed_at_the_till_is_the_orders(db: Database, causes: Causes) -> None:
    """The order's value counts, its coupon isn't redeemed again, and the till's act can't be undone under it."""
    place = await shop(db)
    code = await held(db, place, causes)
    used = await Redemption(db).redeem(act_by(place, STAFF, NOON, causes.next()), code)
    assert isinstance(used, Redeemed)
    assert await take(db, place, order(code)) == OrderTaken()
    assert await deeds(db) == {"redeem": 1, "order": 19_500}
    assert isinstance(await undo(db, place, STAFF, NOON, causes.next(), used.audit_id), TooLateToUndo)
    assert await take(db, place, refunded(order(code))) == OrderTaken()
    assert await deeds(db) == {}
    assert await state_of(db, code) == "held"


async def test_undoing_a_redeemed_coupon_takes_its_points(db: Database, causes: Causes) -> None:
    """Redeemed, undone and redeemed again counts once."""
    place, redeeming = await shop(db), Redemption(db)
    code = await held(db, place, causes)
    for _ in range(2):
        used = await redeeming.redeem(act_by(place, STAFF, NOON, causes.next()), code)
        assert isinstance(used, Redeemed)
        assert await deeds(db) == {"redeem": 1}
        assert isinstance(await undo(db, place, STAFF, NOON, causes.next(), used.audit_id), Undone)
        assert await deeds(db) == {}


async def test_an_order_taken_back(db: Database, causes: Causes) -> None:
    """Once, however often it is told: the coupon is held again and can be used for another order."""
    place = await shop(db)
    code = await held(db, place, causes)
    await take(db, place, order(code))
    came = await asyncio.gather(*(take(db, place, refunded(order(code)), NOON + HOUR) for _ in range(10)))
    assert sorted(one.known for one in came) == [False, *[True] * 9]
    assert (await state_of(db, code), await deeds(db)) == ("held", {})
    assert await take(db, place, order(code)) == OrderTaken(OrderTrouble.TAKEN_BACK)
    assert (await take(db, place, order(code, "A-2"))).redeems
    assert await deeds(db) == {"redeem": 1, "order": 19_500}


async def test_a_refund_that_comes_before_its_order(db: Database, causes: Causes) -> None:
    """Calls may overtake one another: the order that was taken back first counts nothing later."""
    place = await shop(db)
    code = await held(db, place, causes)
    assert await take(db, place, refunded(order(code))) == OrderTaken()
    assert await take(db, place, order(code)) == OrderTaken(OrderTrouble.TAKEN_BACK)
    assert (await state_of(db, code), await deeds(db)) == ("held", {})


@pytest.mark.parametrize("over", [False, True])
async def test_staff_take_an_order_back_and_change_their_mind(db: Database, causes: Causes, *, over: bool) -> None:
    """The coupon of a drop that is over stays used; undoing restores what was."""
    place, orders = await shop(db), Orders(db)
    code = await held(db, place, causes, closes=days(1))
    await take(db, place, order(code))
    assert await orders.show(place, "A-1") == OrderShown(
        "A-1", OrderState.PAID, 39_000, "KRW", NOON, "Silk", code, "Fan 1"
    )
    at, cause = days(2) if over else NOON + HOUR, causes.next()
    taken = await orders.refund(act_by(place, STAFF, at, cause), "A-1")
    assert isinstance(taken, OrderRefunded)
    assert taken == OrderRefunded("A-1", "Silk", "Fan 1", returned=not over, audit_id=taken.audit_id)
    assert await orders.refund(act_by(place, STAFF, at, cause), "A-1") == taken
    assert await orders.refund(act_by(place, STAFF, at, causes.next()), "A-1") == OrderRefundedBefore("A-1", at)
    assert await deeds(db) == {}
    assert await state_of(db, code) == ("redeemed" if over else "held")
    assert isinstance(await undo(db, place, STAFF, at, causes.next(), taken.audit_id), Undone)
    assert (await state_of(db, code), await deeds(db)) == ("redeemed", {"redeem": 1, "order": 19_500})
    assert await orders.refund(act_by(place, STAFF, at, causes.next()), "A-9") == OrderUnknown("A-9")


async def test_a_refund_whose_coupon_was_used_since(db: Database, causes: Causes) -> None:
    """It can't be undone: one coupon would have paid two orders."""
    place, orders = await shop(db), Orders(db)
    code = await held(db, place, causes)
    await take(db, place, order(code))
    taken = await orders.refund(act_by(place, STAFF, NOON, causes.next()), "A-1")
    assert isinstance(taken, OrderRefunded)
    await take(db, place, order(code, "A-2"))
    assert isinstance(await undo(db, place, STAFF, NOON, causes.next(), taken.audit_id), TooLateToUndo)


async def test_a_file_is_taken_line_by_line(db: Database, causes: Causes) -> None:
    """Good lines stand, bad ones are told; sent again it counts nothing; redelivered it reports the same."""
    place = await shop(db)
    codes = [await held(db, place, causes, number) for number in range(1, 6)]
    lines: list[Line] = [(number, f"A-{number}", order(code, f"A-{number}")) for number, code in enumerate(codes, 2)]
    lines[1] = (3, "A-3", OrderTrouble.BAD_VALUE)
    lines.append((9, "A-2", order(codes[0], "A-2")))
    cause = causes.next()
    ordering = OrderIntake(db, POLICIES.but(OrderPolicy(chunk=2), ImportPolicy(shown=1)))

    async def take(at: datetime, why: str) -> OrdersTaken:
        return await ordering.take_file(act_by(place, STAFF, at, why), lines)

    first = await take(NOON, cause)
    assert first == OrdersTaken(6, 5, 0, 1, (RefusedLine(3, "A-3", OrderTrouble.BAD_VALUE),))
    assert await deeds(db) == {"redeem": 1, "order": 19_500}
    assert await query(db, "SELECT count(*) FROM shop_order") == [(4,)]
    assert await take(NOON, cause) == first
    assert await take(NOON + HOUR, causes.next()) == OrdersTaken(6, 0, 5, 1, first.refused)
    assert await query(db, "SELECT count(*) FROM shop_order") == [(4,)]


async def test_the_secret(db: Database, causes: Causes) -> None:
    """Made when it is asked for, turned once a cause, forgotten; the log and its printed form don't tell it."""
    place, tokens = await shop(db), iter(f"HIDDEN-{number}" for number in range(9))
    hooks, again = Hooks(db, lambda: next(tokens), listening=True), causes.next()
    assert await db.read(secret_of, place.community_id) is None
    first = await hooks.show(act_by(place, STAFF, NOON, causes.next()))
    assert (first.secret, first.fresh) == ("HIDDEN-0", True)
    shown = await hooks.show(act_by(place, STAFF, NOON, causes.next()))
    assert (shown.secret, shown.fresh) == ("HIDDEN-0", False)
    turned = [await hooks.renew(act_by(place, STAFF, NOON, again)) for _ in range(2)]
    assert turned[0] == turned[1] != first
    assert "HIDDEN" not in repr(turned[0])
    assert "HIDDEN" not in repr(await query(db, "SELECT * FROM audit_entry"))
    assert await hooks.close(act_by(place, STAFF, NOON, causes.next())) == HookOff(was=True)
    assert await hooks.close(act_by(place, STAFF, NOON, causes.next())) == HookOff(was=False)
    assert await db.read(secret_of, place.community_id) is None
