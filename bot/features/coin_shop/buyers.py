"""Whose purchase of an item staff can mean."""

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.rules.coin_shop.items import ItemUnknown, NothingBought
from bot.rules.coin_shop.shelf import ItemKind, PurchaseState
from bot.rules.coupon_states import CouponState
from bot.rules.naming import WhichFan
from bot.rules.place import Place
from bot.store.choices import which_fan
from bot.store.items import item_numbered
from bot.store.raffle_tickets import ticket_can_come_back
from bot.store.tables import Coupon, Member, Person, Purchase

DEEDS = {"done": (PurchaseState.WAITING,), "refund": (PurchaseState.WAITING, PurchaseState.DONE)}
"""What staff do about a purchase, and in which states it must be for that."""


def refundable(item_id: int | None, kind: str) -> ColumnElement[bool]:
    """Which purchases of an item can be taken back: none that was used."""
    held = select(col(Coupon.id)).where(
        col(Coupon.id) == col(Purchase.subject_id), col(Coupon.state) == CouponState.HELD
    )
    unused = {
        ItemKind.COUPON: held.exists(),
        ItemKind.RAFFLE: ticket_can_come_back(col(Purchase.subject_id)),
        ItemKind.MAKE_UP: col(Purchase.mended_day).is_(None),
        ItemKind.FAVOUR: col(Purchase.state) == PurchaseState.WAITING,
    }
    return and_(col(Purchase.item_id) == item_id, col(Purchase.state).in_(DEEDS["refund"]), unused[ItemKind(kind)])


def find_buyers(
    session: Session, place: Place, deed: str, number: int, said: str
) -> WhichFan | ItemUnknown | NothingBought:
    """Fans whose purchase can be meant: for `done` who waits longest comes first, for `refund` who bought last.

    A purchase that was used isn't listed for a refund.
    """
    item = item_numbered(session, place.community_id, number)
    if item is None:
        return ItemUnknown(number)
    order = col(Purchase.id).desc() if deed == "refund" else col(Purchase.id)
    waiting = and_(col(Purchase.item_id) == item.id, col(Purchase.state).in_(DEEDS["done"]))
    query = (
        select(col(Purchase.id), col(Person.user_id), col(Person.name), col(Purchase.bought_at))
        .join(Member, col(Member.id) == col(Purchase.member_id))
        .join(Person, col(Person.user_id) == col(Member.user_id))
        .where(refundable(item.id, item.kind) if deed == "refund" else waiting)
        .order_by(order)
    )
    found = which_fan(session, query, deed, f"/item {number} {deed}", said)
    return found if found.choices else NothingBought(number, item.title, said)
