"""Coupons that an order used: each of its codes is looked up, and what is the shop's is redeemed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlmodel import col

from bot.rules.coupon_states import CouponState, Unusable
from bot.rules.orders.told import CodeRemark, OrderTrouble
from bot.rules.place import Place
from bot.store.coupons.look_up import campaign_sharing, coupon_with, mark_redeemed, why_not_redeemable
from bot.store.engine.sessions import Tx
from bot.store.orders import has_standing_order
from bot.store.tables import Campaign, Coupon, Order, OrderCoupon
from bot.store.tables.base import id_of


@dataclass(frozen=True, slots=True)
class CouponUse:
    """What came of an order's codes."""

    members: frozenset[int] = frozenset()
    """Whose coupons the order uses as of now and didn't before."""
    redeems: tuple[int, ...] = ()
    """Ids of the members whose coupons it redeemed just now, and not the till before."""
    linked: bool = False
    """Whether it uses a coupon that it didn't before."""
    remarks: tuple[CodeRemark, ...] = ()


@dataclass(frozen=True, slots=True)
class FoundCode:
    """A code of an order, and what it is a coupon of. A coupon of a fan's own is locked."""

    code: str
    coupon: Coupon | None = None
    shared: Campaign | None = None


def look_codes_up(tx: Tx, place: Place, codes: Sequence[str], most: int) -> list[FoundCode]:
    """What the first `most` codes of an order mean. Coupons are locked before their order, as everywhere."""
    found = []
    for code in sorted(dict.fromkeys(codes).keys())[:most]:
        shared = campaign_sharing(tx, place, code)
        found.append(FoundCode(code, None if shared is not None else coupon_with(tx, place, code), shared))
    return found


def use_coupons(tx: Tx, order: Order, found: Sequence[FoundCode], actor_id: int | None) -> CouponUse:
    """Redeem what the order's codes are coupons of, and link it to the order. Both are locked.

    Codes that are not ours, and coupons that can't be used, give a remark. They don't stop the order.
    """
    if not found:
        return CouponUse()
    coupons, campaigns = _linked(tx, id_of(order))
    members: list[int] = []
    redeems: list[int] = []
    remarks: list[CodeRemark] = []
    before = len(coupons) + len(campaigns)
    for one in found:
        if one.shared is not None:
            if id_of(one.shared) not in campaigns:
                campaigns.add(id_of(one.shared))
                _link(tx, order, id_of(one.shared), None)
            continue
        if one.coupon is None:
            remarks.append(CodeRemark(one.code, OrderTrouble.CODE_UNKNOWN))
            continue
        if id_of(one.coupon) in coupons:
            continue
        trouble = _trouble(tx, one.coupon, order.at)
        if trouble is not None:
            remarks.append(CodeRemark(one.code, trouble))
            continue
        coupons.add(id_of(one.coupon))
        members.append(one.coupon.member_id)
        if _redeem(tx, order, one.coupon, actor_id):
            redeems.append(one.coupon.member_id)
    linked = len(coupons) + len(campaigns) > before
    return CouponUse(frozenset(members), tuple(redeems), linked, tuple(remarks))


def _linked(tx: Tx, order_id: int) -> tuple[set[int], set[int]]:
    """The coupons that an order uses already, and the campaigns whose shared code it uses."""
    rows = tx.execute(
        select(col(OrderCoupon.coupon_id), col(OrderCoupon.campaign_id)).where(col(OrderCoupon.order_id) == order_id)
    ).all()
    coupons = {coupon_id for coupon_id, _ in rows if coupon_id is not None}
    return coupons, {campaign_id for coupon_id, campaign_id in rows if coupon_id is None}


def _redeem(tx: Tx, order: Order, coupon: Coupon, actor_id: int | None) -> bool:
    """Link a locked coupon to its order. True if the order redeems it, and not the till before.

    A coupon whose order was taken back isn't redeemed any more: this order redeems it.
    """
    link = _link(tx, order, coupon.campaign_id, id_of(coupon))
    if coupon.redeemed_on is None:
        mark_redeemed(tx, coupon, order.at, actor_id, order.day)
        return True
    link.till_at, link.till_by, link.till_on = coupon.redeemed_at, coupon.redeemed_by, coupon.redeemed_on
    tx.flush()
    return False


def _link(tx: Tx, order: Order, campaign_id: int, coupon_id: int | None) -> OrderCoupon:
    link = OrderCoupon(
        community_id=order.community_id, order_id=id_of(order), campaign_id=campaign_id, coupon_id=coupon_id
    )
    tx.add(link)
    tx.flush()
    return link


def _trouble(tx: Tx, coupon: Coupon, paid_at: datetime) -> OrderTrouble | None:
    """Why an order can't have used this coupon."""
    if coupon.state == CouponState.REDEEMED:
        return OrderTrouble.COUPON_USED if has_standing_order(tx, id_of(coupon)) else None
    match why_not_redeemable(tx, coupon, paid_at):
        case Unusable.VOID:
            return OrderTrouble.COUPON_VOID
        case Unusable.OVER:
            return OrderTrouble.COUPON_OVER
        case None:
            return None
