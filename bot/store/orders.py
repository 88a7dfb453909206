"""Queries about orders that several domains need."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.store.tables import OrderCoupon


def count_orders_with_shared_code(session: Session, campaign_id: int) -> int:
    """How many paid orders used the code that all fans of a campaign share."""
    links = select(func.count()).where(
        col(OrderCoupon.campaign_id) == campaign_id, col(OrderCoupon.stands), col(OrderCoupon.coupon_id).is_(None)
    )
    return session.execute(links).scalar_one()


def has_standing_order(session: Session, coupon_id: int) -> bool:
    """Whether this coupon was used for an order that is paid and wasn't refunded."""
    query = select(col(OrderCoupon.id)).where(col(OrderCoupon.coupon_id) == coupon_id, col(OrderCoupon.stands))
    return session.execute(query).first() is not None
