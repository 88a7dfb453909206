"""Queries about orders that several domains need."""

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.store.tables import OrderCoupon


def has_standing_order(session: Session, coupon_id: int) -> bool:
    """Whether this coupon was used for an order that is paid and wasn't refunded."""
    query = select(col(OrderCoupon.id)).where(col(OrderCoupon.coupon_id) == coupon_id, col(OrderCoupon.stands))
    return session.execute(query).first() is not None
