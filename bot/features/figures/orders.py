"""Orders of a window, read by the index of their times."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased
from sqlmodel import col

from bot.rules.figures.orders import CANCELLED, PAID, OrderFact, OrderFigures, add_up
from bot.rules.figures.windows import Window
from bot.rules.place import Place
from bot.store.tables import Order, OrderCoupon

_COLUMNS = (
    col(Order.state),
    col(Order.value),
    col(Order.refunded),
    col(Order.currency),
    col(Order.discount),
    col(Order.member_id),
    select(col(OrderCoupon.id)).where(col(OrderCoupon.order_id) == col(Order.id)).exists(),
)
"""In the order of the fields of `OrderFact`."""


def order_figures(session: Session, place: Place, window: Window) -> OrderFigures:
    """The orders that were paid in the window, added up as they stand now."""
    rows = session.execute(select(*_COLUMNS).where(*paid_in(place, window)))
    return add_up((OrderFact(*row) for row in rows), place.currency, _new_buyers(session, place, window))


def paid_at(session: Session, place: Place, window: Window) -> list[datetime]:
    """When the orders of the window that stand were paid, the earliest first."""
    rows = session.execute(
        select(col(Order.at)).where(*paid_in(place, window), col(Order.state) == PAID).order_by(col(Order.at))
    )
    return list(rows.scalars())


def paid_in(place: Place, window: Window) -> Sequence[Any]:
    """The conditions by which an order is one of the window."""
    return (
        col(Order.community_id) == place.community_id,
        col(Order.at) >= window.start,
        col(Order.at) < window.end,
    )


def _new_buyers(session: Session, place: Place, window: Window) -> int:
    """Fans with an order in the window that stands, and none before it that was paid."""
    earlier = aliased(Order)
    before = (
        select(col(earlier.id))
        .where(
            col(earlier.member_id) == col(Order.member_id),
            col(earlier.at) < window.start,
            col(earlier.state) != CANCELLED,
        )
        .exists()
    )
    found: int = session.execute(
        select(func.count(col(Order.member_id).distinct())).where(
            *paid_in(place, window), col(Order.state) == PAID, col(Order.member_id).is_not(None), ~before
        )
    ).scalar_one()
    return found
