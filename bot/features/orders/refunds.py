"""Orders that are taken back, by the platform or by staff, and refunds that are undone."""

from datetime import datetime

from sqlalchemy import select
from sqlmodel import col

from bot.features.orders.rows import Used, find_order, lock_with_coupons, name_of, recounted, used_by
from bot.rules.act import Act
from bot.rules.coupon_states import CampaignState, CouponState
from bot.rules.orders.orders import OrderRefunded, OrderRefundedBefore, OrderUnknown
from bot.rules.orders.told import OrderState
from bot.rules.tiers import TierPolicy, order_share
from bot.store import causes
from bot.store.audit import first_answer, record_act
from bot.store.coupons.look_up import count_redeemed, mark_held, mark_redeemed, uncount_redeemed
from bot.store.engine.sessions import Tx
from bot.store.tables import AuditEntry, Campaign, Order
from bot.store.tables.base import id_of

REFUNDED = "order.refunded"

RefundOutcome = OrderRefunded | OrderRefundedBefore | OrderUnknown


def refund(tx: Tx, act: Act, ref: str) -> RefundOutcome:
    """Staff take an order back: its coupons can be used again while their campaigns run, and it counts no more."""
    before = first_answer(tx, act, OrderRefunded)
    if before is not None:
        return before
    found = find_order(tx, act.community_id, ref)
    if found is None:
        return OrderUnknown(ref)
    order = lock_with_coupons(tx, id_of(found))
    if order.state != OrderState.PAID:
        return OrderRefundedBefore(order.ref, order.refunded_at or act.at)
    used = used_by(tx, order)
    coupon = next((one.coupon for one in used if one.coupon is not None), None)
    was = {"state": OrderState.PAID, "refunded": order.refunded}
    take_back(tx, order, used, OrderState.REFUNDED, act.at)
    returned = any(one.link.returned for one in used)
    entry = record_act(
        tx,
        act,
        REFUNDED,
        order.ref,
        subject_id=order.id,
        before=was,
        after={
            "state": OrderState.REFUNDED,
            "returned": returned,
            "member_id": coupon.member_id if coupon is not None else None,
        },
    )
    title = tx.get_one(Campaign, coupon.campaign_id).title if coupon is not None else None
    fan = name_of(tx, coupon.member_id) if coupon is not None else None
    outcome = OrderRefunded(order.ref, title, fan, returned, id_of(entry))
    entry.answer = causes.to_json(outcome)
    return outcome


def take_back(tx: Tx, order: Order, used: list[Used], state: OrderState, now: datetime) -> None:
    """Count a locked order no more. Its coupons are held again if their campaigns still run."""
    with recounted(tx, order):
        order.state, order.refunded, order.refunded_at, order.share = state, order.value, now, 0
    for one in used:
        _let_go(tx, one, now)
    tx.flush()


def _let_go(tx: Tx, used: Used, now: datetime) -> None:
    used.link.stands = False
    coupon = used.coupon
    if coupon is None or coupon.state != CouponState.REDEEMED:
        return
    campaign = tx.get_one(Campaign, coupon.campaign_id)
    over = campaign.closes is not None and campaign.closes <= now
    if campaign.state == CampaignState.OPEN and not over:
        mark_held(tx, coupon)
        used.link.returned = True
    else:
        uncount_redeemed(tx, coupon)


def undo_refund(tx: Tx, act: Act, entry: AuditEntry, tiers: TierPolicy) -> tuple[int, ...] | None:
    """The order stands after all, with all that hung on it as it was. Gives the members whose coupons it used.

    None, and nothing is changed, if one of the coupons has been used or has become void since.
    """
    order_id = tx.execute(
        select(col(Order.id)).where(col(Order.community_id) == act.community_id, col(Order.id) == entry.subject_id)
    ).scalar_one_or_none()
    order = lock_with_coupons(tx, order_id) if order_id is not None else None
    if order is None or order.state != OrderState.REFUNDED:
        return None
    used = used_by(tx, order)
    if not all(_can_be_used_again(one) for one in used):
        return None
    for one in used:
        _use_again(tx, order, one)
    refunded = int((entry.before or {}).get("refunded", 0))
    with recounted(tx, order):
        order.state, order.refunded = OrderState.PAID, refunded
        order.refunded_at = order.refunded_at if refunded else None
        order.share = order_share(order.value - refunded, order.currency, tiers)
    return tuple(one.coupon.member_id for one in used if one.coupon is not None)


def _can_be_used_again(used: Used) -> bool:
    if used.coupon is None:
        return True
    as_left = CouponState.HELD if used.link.returned else CouponState.REDEEMED
    return used.coupon.state == as_left and used.coupon.redeemed_on is None


def _use_again(tx: Tx, order: Order, used: Used) -> None:
    link, coupon = used.link, used.coupon
    if coupon is not None:
        day = link.till_on or order.day
        if link.returned and link.till_at is not None:
            mark_redeemed(tx, coupon, link.till_at, link.till_by, day)
        elif link.returned:
            mark_redeemed(tx, coupon, order.at, order.made_by, day)
        else:
            count_redeemed(tx, coupon, coupon.redeemed_at or order.at, day)
    link.stands, link.returned = True, False
    tx.flush()
