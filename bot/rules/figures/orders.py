"""Orders of a window, added up. Sums never mix currencies."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

CANCELLED, PAID = "cancelled", "paid"
"""States of an order that the figures tell apart. One that was paid back in full has another one."""


@dataclass(frozen=True, slots=True)
class OrderFact:
    """What the figures need of one order. Money is in minor units of its currency."""

    state: str
    value: int
    refunded: int
    currency: str
    discount: int | None
    member_id: int | None
    with_coupon: bool


@dataclass(frozen=True, slots=True)
class Takings:
    """What orders of one currency brought, in its minor units."""

    currency: str
    revenue: int
    """What was paid, less what was paid back."""
    paid_back: int = 0
    discount: int = 0
    """What coupons took off, as far as the orders tell."""


@dataclass(frozen=True, slots=True)
class OrderFigures:
    """The orders of a window."""

    orders: int
    """Orders that are paid and stand."""
    identified: int
    """Those of them that are known to be a fan's."""
    with_coupon: int
    refunded: int
    """Orders from which something was paid back, all or a part."""
    cancelled: int
    new_buyers: int
    """Fans whose first paid order is in the window."""
    takings: tuple[Takings, ...]
    """By currency, the shop's own first, then those with most orders."""


def add_up(facts: Iterable[OrderFact], own_currency: str, new_buyers: int) -> OrderFigures:
    """Add the orders of a window up. A cancelled order brings nothing and costs nothing."""
    orders = identified = with_coupon = refunded = cancelled = 0
    takings: dict[str, Takings] = {}
    many: dict[str, int] = {}
    for fact in facts:
        if fact.state == CANCELLED:
            cancelled += 1
            continue
        refunded += fact.refunded > 0
        before = takings.get(fact.currency, Takings(fact.currency, 0))
        stands = fact.state == PAID
        takings[fact.currency] = replace(
            before,
            revenue=before.revenue + fact.value - fact.refunded,
            paid_back=before.paid_back + fact.refunded,
            discount=before.discount + ((fact.discount or 0) if stands else 0),
        )
        many[fact.currency] = many.get(fact.currency, 0) + 1
        if stands:
            orders += 1
            identified += fact.member_id is not None
            with_coupon += fact.with_coupon
    listed = sorted(takings.values(), key=lambda one: (one.currency != own_currency, -many[one.currency], one.currency))
    return OrderFigures(orders, identified, with_coupon, refunded, cancelled, new_buyers, tuple(listed))
