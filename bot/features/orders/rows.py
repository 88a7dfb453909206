"""Orders as rows: found, locked, and counted for their members' tiers."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.rules.act import Occasion
from bot.rules.notes import About, Did, Thing
from bot.rules.orders.numbers import order_key
from bot.rules.orders.told import OrderState
from bot.store.engine.sessions import Tx
from bot.store.notes import note, take_back
from bot.store.tables import Coupon, Member, Order, OrderCoupon, Person
from bot.store.tables.base import id_of


@dataclass(frozen=True, slots=True)
class Used:
    """A coupon that an order used, locked."""

    link: OrderCoupon
    coupon: Coupon | None
    """None: its code is shared."""


def find_order(session: Session, community_id: int, ref: str) -> Order | None:
    """The order with this number; else the only one whose number differs by case, width or signs alone."""
    found = (
        session.execute(
            select(Order)
            .where(col(Order.community_id) == community_id, col(Order.key) == order_key(ref))
            .order_by((col(Order.ref) == ref).desc(), col(Order.id))
            .limit(2)
        )
        .scalars()
        .all()
    )
    if not found:
        return None
    return found[0] if len(found) == 1 or found[0].ref == ref else None


def lock_with_coupons(tx: Tx, order_id: int) -> Order:
    """An order that is there, locked and read afresh. Its coupons are locked before it, as everywhere."""
    ids = select(col(OrderCoupon.coupon_id)).where(col(OrderCoupon.order_id) == order_id)
    tx.execute(
        select(Coupon)
        .where(col(Coupon.id).in_(ids))
        .order_by(col(Coupon.id))
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    return tx.execute(
        select(Order).where(col(Order.id) == order_id).with_for_update().execution_options(populate_existing=True)
    ).scalar_one()


def used_by(tx: Tx, order: Order) -> list[Used]:
    """The coupons that a locked order used. They are locked with it (`lock_with_coupons`)."""
    rows = tx.execute(
        select(OrderCoupon, Coupon)
        .outerjoin(Coupon, col(Coupon.id) == col(OrderCoupon.coupon_id))
        .where(col(OrderCoupon.order_id) == id_of(order))
        .order_by(col(OrderCoupon.id))
        .execution_options(populate_existing=True)
    ).all()
    return [Used(link, coupon) for link, coupon in rows]


@contextmanager
def recounted(tx: Tx, order: Order) -> Iterator[None]:
    """Whatever changes about an order in this block, its member's tier counts it as it stands afterwards."""
    before = _counted(order)
    yield
    tx.flush()
    after = _counted(order)
    if before == after:
        return
    about = About(Thing.ORDER, id_of(order))
    if before is not None:
        take_back(tx, before[0], Did.ORDER, order.day, about, before[1])
    if after is not None:
        note(tx, after[0], Did.ORDER, Occasion(order.at, order.day), about, after[1])


def _counted(order: Order) -> tuple[int, int] | None:
    """For whom an order counts, and how much; None if it counts for nobody."""
    if order.member_id is None or order.state != OrderState.PAID or not order.share:
        return None
    return order.member_id, order.share


def name_of(session: Session, member_id: int | None) -> str | None:
    """What a member is called; None for nobody."""
    if member_id is None:
        return None
    return session.execute(
        select(col(Person.name))
        .join(Member, col(Member.user_id) == col(Person.user_id))
        .where(col(Member.id) == member_id)
    ).scalar_one_or_none()
