"""What staff ask of orders: how one stands, and that one is taken back."""

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.features.orders.claims import claimants
from bot.features.orders.refunds import RefundOutcome, refund
from bot.features.orders.rows import find_order, name_of
from bot.rules.act import Act
from bot.rules.orders.orders import OrderShown, OrderUnknown
from bot.rules.orders.told import Belongs, OrderState
from bot.rules.place import Place
from bot.store.engine.db import Database
from bot.store.tables import Campaign, Coupon, Order, OrderCoupon

BETWEEN = " · "
"""What stands between several coupons of one order."""


class Orders:
    """Staff's use cases of orders."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def show(self, place: Place, ref: str) -> OrderShown | OrderUnknown:
        """How an order stands."""
        return await self._db.read(order_shown, place, ref)

    async def refund(self, act: Act, ref: str) -> RefundOutcome:
        """Take an order back."""
        return await self._db.write(refund, act, ref)


def order_shown(session: Session, place: Place, ref: str) -> OrderShown | OrderUnknown:
    """An order, for staff: whose it is and how that is known, its coupons, and who claims it."""
    order = find_order(session, place.community_id, ref)
    if order is None:
        return OrderUnknown(ref)
    used = _coupons(session, order)
    return OrderShown(
        order=order.ref,
        state=OrderState(order.state),
        value=order.value,
        currency=order.currency,
        at=order.at,
        fan=name_of(session, order.member_id),
        belongs=Belongs(order.belongs),
        refunded=order.refunded,
        title=BETWEEN.join(title for title, _ in used) or None,
        code=BETWEEN.join(code for _, code in used if code) or None,
        claims=claimants(session, order),
    )


def _coupons(session: Session, order: Order) -> list[tuple[str, str | None]]:
    """The title and the code of each coupon that an order used."""
    rows = session.execute(
        select(col(Campaign.title), col(Coupon.code), col(Campaign.shared_code))
        .join(OrderCoupon, col(OrderCoupon.campaign_id) == col(Campaign.id))
        .outerjoin(Coupon, col(Coupon.id) == col(OrderCoupon.coupon_id))
        .where(col(OrderCoupon.order_id) == order.id)
        .order_by(col(OrderCoupon.id))
    ).all()
    return [(title, code or shared) for title, code, shared in rows]
