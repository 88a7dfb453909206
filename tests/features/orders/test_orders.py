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
from bot.rules.coupons.campaigns import CampaignShown
from bot.rules.coupons.campaigns import NewCampaign as Wish
from bot.rules.coupons.claims import Claimed
from bot.rules.coupons.redemption import Redeemed
from bot.rules.files import ImportPolicy
from bot.rules.general import TooLateToUndo, Undone
from bot.rules.orders.orders import (
    ForeignCode,
    HookOff,
    OrderRefunded,
    OrderRefundedBefore,
    OrderShown,
    OrdersTaken,
    OrderUnknown,
    RefusedLine,
    UnusedCoupon,
)
from bot.rules.orders.told import Belongs, CodeRemark, OrderPolicy, OrderState, OrderTaken, OrderTold, OrderTrouble
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
    """Of two orders at once with the same code all count, and one of them has the coupon."""
    place = await shop(db)
    code = await held(db, place, causes)
    came = await asyncio.gather(*(take(db, place, order(code, f"A-{number}")) for number in range(8)))
    assert all(one.trouble is None for one in came)
    assert sum(bool(one.redeems) for one in came) == 1
    assert sorted((one.remarks for one in came), key=len)[1:] == [(CodeRemark(code, OrderTrouble.COUPON_USED),)] * 7
    assert await query(db, "SELECT count(*), count(member_id), sum(value) FROM shop_order") == [(8, 1, 8 * 39_000)]
    ref = str((await query(db, "SELECT ref FROM shop_order WHERE member_id IS NOT NULL"))[0][0])
    for other in (order(code, ref, 1), order(code, ref, currency="USD")):
        assert await take(db, place, other) == OrderTaken(OrderTrouble.OTHER_ORDER)
    assert await deeds(db) == {"redeem": 1, "order": 19_500}


async def test_codes_that_redeem_nothing(db: Database, causes: Causes) -> None:
    """Unknown, void, run out, another shop's: the order counts, is nobody's, and the code is told."""
    place, elsewhere = await shop(db), await shop(db, fan(900), -1002)
    over = await held(db, place, causes, closes=NOON + HOUR)
    void = await held(db, place, causes, 2)
    theirs = await held(db, elsewhere, causes)
    await campaigns_of(db).cancel(act_by(place, STAFF, NOON, causes.next()), 2)
    expected = {
        "FREESHIP": OrderTrouble.CODE_UNKNOWN,
        void: OrderTrouble.COUPON_VOID,
        over: OrderTrouble.COUPON_OVER,
        theirs: OrderTrouble.CODE_UNKNOWN,
    }
    coupons = await query(db, "SELECT state, redeemed_at FROM coupon ORDER BY id")
    for code, trouble in expected.items():
        told = order(code, f"X-{code}", at=NOON + 2 * HOUR)
        taken = await take(db, place, told, NOON + 2 * HOUR)
        assert taken == OrderTaken(remarks=(CodeRemark(code, trouble),))
    assert await query(db, "SELECT state, redeemed_at FROM coupon ORDER BY id") == coupons
    assert await query(db, "SELECT count(*), count(member_id), sum(value) FROM shop_order") == [(4, 0, 4 * 39_000)]
    assert await deeds(db) == {}
    in_time = await take(db, place, order(over), NOON + 2 * HOUR)  # what counts is when it was paid
    assert (in_time.remarks, len(in_time.redeems)) == ((), 1)


async def test_an_order_without_a_code(db: Database) -> None:
    """It counts as revenue once, however often it is told, at once and by whomever."""
    place = await shop(db)
    came = await asyncio.gather(*(take(db, place, order(None)) for _ in range(10)))
    assert sorted(one.known for one in came) == [False, *[True] * 9]
    assert await query(db, "SELECT value, refunded, state, belongs, member_id FROM shop_order") == [
        (39_000, 0, "paid", "nobody", None)
    ]


async def test_a_shared_code_counts_for_its_campaign(db: Database, causes: Causes) -> None:
    """It doesn't say whose the order is; the order counts, and its use stands with the campaign, once."""
    place = await shop(db)
    await offer(db, place, Wish("Shared", 9, shared_code="SILK20"), causes.next())
    for _ in range(2):
        assert (await take(db, place, order("silk20"))).remarks == ()
    assert await query(db, "SELECT belongs FROM shop_order") == [("nobody",)]
    used = "SELECT campaign_id, coupon_id FROM order_coupon WHERE stands"
    assert await query(db, used) == [(1, None)]
    assert (await _shown(db, place)).orders == 1
    await take(db, place, refunded(order("silk20")))
    assert await query(db, used) == []
    assert (await _shown(db, place)).orders == 0


async def _shown(db: Database, place: Place) -> CampaignShown:
    """How staff see the first campaign."""
    shown = await campaigns_of(db).show(place, 1, NOON)
    assert isinstance(shown, CampaignShown)
    return shown


async def test_several_codes_in_one_order(db: Database, causes: Causes) -> None:
    """Each is looked up: a fan's two coupons are redeemed, the shared one counts, the unknown one is told."""
    place = await shop(db)
    first, second = [await held(db, place, causes, title=title) for title in ("Silk", "Wool")]
    await offer(db, place, Wish("Shared", 9, shared_code="SILK20"), causes.next())
    told = replace(order(None), codes=("FREESHIP", first, "SILK20", second))
    taken = await take(db, place, told)
    assert (len(taken.redeems), taken.remarks) == (2, (CodeRemark("FREESHIP", OrderTrouble.CODE_UNKNOWN),))
    assert await deeds(db) == {"redeem": 2, "order": 19_500}
    assert await query(db, "SELECT belongs FROM shop_order") == [("coupon",)]
    assert (await take(db, place, told)).known
    assert (await take(db, place, refunded(told), NOON + HOUR)).updated
    assert {await state_of(db, code) for code in (first, second)} == {"held"}
    assert await deeds(db) == {}


async def test_coupons_of_two_fans_in_one_order(db: Database, causes: Causes) -> None:
    """Both are redeemed. The order is nobody's, and staff are asked about both fans."""
    place = await shop(db)
    codes = [await held(db, place, causes, number) for number in (1, 2)]
    taken = await take(db, place, replace(order(None), codes=tuple(codes)))
    assert len(taken.redeems) == 2
    assert await query(db, "SELECT belongs, member_id FROM shop_order") == [("nobody", None)]
    assert await query(db, "SELECT how, state FROM order_claim") == [("coupon", "open")] * 2
    assert await deeds(db) == {"redeem": 1}


async def test_a_later_telling_knows_more(db: Database, causes: Causes) -> None:
    """A call without a code, then a file with it: the coupon is redeemed then, and the order is its fan's."""
    place = await shop(db)
    code = await held(db, place, causes)
    await take(db, place, order(None))
    later = await take(db, place, order(code, discount=3_000))
    assert (later.updated, len(later.redeems)) == (True, 1)
    assert await query(db, "SELECT belongs, discount FROM shop_order") == [("coupon", 3_000)]
    assert await deeds(db) == {"redeem": 1, "order": 19_500}
    assert (await take(db, place, order(None))).known


async def test_a_part_is_paid_back(db: Database, causes: Causes) -> None:
    """What counts falls exactly by it, once; an older telling that comes later changes nothing; the rest follows."""
    place = await shop(db)
    code = await held(db, place, causes)
    await take(db, place, order(code))
    counts = "SELECT value - refunded, state, share FROM shop_order"
    assert (await take(db, place, order(code, taken_back=9_000))).updated
    assert await query(db, counts) == [(30_000, "paid", 15_000)]
    assert await deeds(db) == {"redeem": 1, "order": 15_000}
    for older in (order(code, taken_back=9_000), order(code, taken_back=5_000), order(code)):
        assert (await take(db, place, older)).known
    part = replace(order(None, value=10_000, taken_back=10_000), state=OrderState.REFUNDED)
    assert (await take(db, place, part)).updated
    assert await query(db, counts) == [(29_000, "paid", 14_500)]
    assert (await state_of(db, code), await deeds(db)) == ("redeemed", {"redeem": 1, "order": 14_500})
    assert (await take(db, place, order(code, taken_back=39_000), NOON + HOUR)).updated
    assert await query(db, counts) == [(0, "refunded", 0)]
    assert (await state_of(db, code), await deeds(db)) == ("held", {})


async def test_a_cancelled_order(db: Database, causes: Causes) -> None:
    """It counts for nothing, whether it was told of before or not."""
    place = await shop(db)
    code = await held(db, place, causes)
    await take(db, place, order(code))
    assert (await take(db, place, replace(order(code), state=OrderState.CANCELLED))).updated
    assert await take(db, place, replace(order(None, "A-2"), state=OrderState.CANCELLED)) == OrderTaken(void=True)
    assert await query(db, "SELECT state, value - refunded FROM shop_order") == [("cancelled", 0)] * 2
    assert (await state_of(db, code), await deeds(db)) == ("held", {})
    for ref in ("A-1", "A-2"):
        assert await take(db, place, order(None, ref)) == OrderTaken(OrderTrouble.TAKEN_BACK)


async def test_an_order_without_a_coupon_is_refunded_by_staff(db: Database, causes: Causes) -> None:
    """And stands again by undo, with what was paid back before."""
    place, orders = await shop(db), Orders(db)
    await take(db, place, order(None, taken_back=9_000))
    taken = await orders.refund(act_by(place, STAFF, NOON, causes.next()), "a1")
    assert isinstance(taken, OrderRefunded)
    assert taken == OrderRefunded("A-1", None, None, returned=False, audit_id=taken.audit_id)
    assert isinstance(await undo(db, place, STAFF, NOON, causes.next(), taken.audit_id), Undone)
    shown = await orders.show(place, "A-1")
    assert shown == OrderShown("A-1", OrderState.PAID, 39_000, "KRW", NOON, refunded=9_000)


async def test_a_coupon_redeemed_at_the_till_is_the_orders(db: Database, causes: Causes) -> None:
    """The order's value counts, its coupon isn't redeemed again, and the till's act can't be undone under it."""
    place = await shop(db)
    code = await held(db, place, causes)
    used = await Redemption(db).redeem(act_by(place, STAFF, NOON, causes.next()), code)
    assert isinstance(used, Redeemed)
    assert await take(db, place, order(code)) == OrderTaken()
    assert await deeds(db) == {"redeem": 1, "order": 19_500}
    assert isinstance(await undo(db, place, STAFF, NOON, causes.next(), used.audit_id), TooLateToUndo)
    assert await take(db, place, refunded(order(code))) == OrderTaken(updated=True)
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
    assert sorted(one.updated for one in came) == [*[False] * 9, True]
    assert (await state_of(db, code), await deeds(db)) == ("held", {})
    assert await take(db, place, order(code)) == OrderTaken(OrderTrouble.TAKEN_BACK)
    assert (await take(db, place, order(code, "A-2"))).redeems
    assert await deeds(db) == {"redeem": 1, "order": 19_500}


async def test_a_refund_that_comes_before_its_order(db: Database, causes: Causes) -> None:
    """Calls may overtake one another: the order that was taken back first counts nothing later."""
    place = await shop(db)
    code = await held(db, place, causes)
    assert await take(db, place, refunded(order(code))) == OrderTaken(void=True)
    assert await take(db, place, order(code)) == OrderTaken(OrderTrouble.TAKEN_BACK)
    assert (await state_of(db, code), await deeds(db)) == ("held", {})


@pytest.mark.parametrize("over", [False, True])
async def test_staff_take_an_order_back_and_change_their_mind(db: Database, causes: Causes, *, over: bool) -> None:
    """The coupon of a drop that is over stays used; undoing restores what was."""
    place, orders = await shop(db), Orders(db)
    code = await held(db, place, causes, closes=days(1))
    await take(db, place, order(code))
    assert await orders.show(place, "A-1") == OrderShown(
        "A-1", OrderState.PAID, 39_000, "KRW", NOON, "Fan 1", Belongs.COUPON, title="Silk", code=code
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
    lines.append((10, "A-9", replace(order(None, "A-9"), codes=(codes[0], "FREESHIP"))))
    lines.append((11, "A-10", replace(order(None, "A-10"), codes=("FREESHIP",), state=OrderState.CANCELLED)))
    lines.append((12, "A-11", order("FREESHIP", "A-11")))
    cause = causes.next()
    ordering = OrderIntake(db, POLICIES.but(OrderPolicy(chunk=2), ImportPolicy(shown=1)))

    async def take(at: datetime, why: str) -> OrdersTaken:
        return await ordering.take_file(act_by(place, STAFF, at, why), lines)

    first = await take(NOON, cause)
    refused = (RefusedLine(3, "A-3", OrderTrouble.BAD_VALUE),)
    foreign = (ForeignCode("FREESHIP", 2),)
    unused = (UnusedCoupon(10, "A-9", codes[0], OrderTrouble.COUPON_USED),)
    assert first == OrdersTaken(9, 7, 0, 1, refused, 0, 1, 4, foreign, unused, 1)
    assert await deeds(db) == {"redeem": 1, "order": 19_500}
    assert await query(db, "SELECT count(*) FROM shop_order") == [(7,)]
    assert await take(NOON, cause) == first
    assert await take(NOON + HOUR, causes.next()) == OrdersTaken(9, 0, 8, 1, refused, 0, 0, 0, foreign, unused, 1)
    assert await query(db, "SELECT count(*) FROM shop_order") == [(7,)]


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
