"""Orders as several domains need them."""

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.rules.orders.orders import OrderState
from bot.store.tables import Order


def has_standing_order(session: Session, coupon_id: int) -> bool:
    """Whether a paid order that wasn't taken back used this coupon."""
    query = select(col(Order.id)).where(col(Order.coupon_id) == coupon_id, col(Order.state) == OrderState.PAID)
    return session.execute(query).first() is not None
