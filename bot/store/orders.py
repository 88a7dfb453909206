"""Queries about orders that several domains need."""

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.rules.orders.told import OrderState
from bot.store.tables import Order


def has_standing_order(session: Session, coupon_id: int) -> bool:
    """Whether this coupon was used for an order that is paid and wasn't refunded."""
    query = select(col(Order.id)).where(col(Order.coupon_id) == coupon_id, col(Order.state) == OrderState.PAID)
    return session.execute(query).first() is not None
