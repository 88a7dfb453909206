"""Whose purchase of an item staff can mean."""

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.rules.coin_shop.items import ItemUnknown, NothingBought
from bot.rules.coin_shop.shelf import ItemFacts, ItemKind, PurchaseState
from bot.rules.coupon_states import CouponState
from bot.rules.naming import WhichFan
from bot.rules.place import Place
from bot.rules.raffles.facts import RaffleState
from bot.store.choices import which_fan
from bot.store.items import item_numbered
from bot.store.tables import Coupon, Member, Person, Purchase, Raffle, RaffleEntry

DEEDS = {"done": (PurchaseState.WAITING,), "refund": (PurchaseState.WAITING, PurchaseState.DONE)}
"""What staff do about a purchase, and in which states it must be for that."""


def refundable(item: ItemFacts) -> ColumnElement[bool]:
    """Which purchases of an item can be taken back: none that was used."""
    held = select(col(Coupon.id)).where(
        col(Coupon.id) == col(Purchase.subject_id), col(Coupon.state) == CouponState.HELD
    )
    kept = (
        select(col(RaffleEntry.id))
        .join(Raffle, col(Raffle.id) == col(RaffleEntry.raffle_id))
        .where(
            col(RaffleEntry.id) == col(Purchase.subject_id),
            col(RaffleEntry.returned).is_(False),
            col(Raffle.state) == RaffleState.OPEN,
        )
    )
    unused = {
        ItemKind.COUPON: (held.exists(),),
        ItemKind.RAFFLE: (kept.exists(),),
        ItemKind.MAKE_UP: (col(Purchase.mended_day).is_(None),),
        ItemKind.FAVOUR: (col(Purchase.state) == PurchaseState.WAITING,),
    }
    return and_(col(Purchase.item_id) == item.id, col(Purchase.state).in_(DEEDS["refund"]), *unused[item.kind])


def find_buyers(
    session: Session, place: Place, deed: str, number: int, said: str
) -> WhichFan | ItemUnknown | NothingBought:
    """Fans whose purchase can be meant: for `done` who waits longest comes first, for `refund` who bought last.

    A purchase that was plainly used isn't listed for a refund. Whether a coupon was used, the refund itself finds out.
    """
    item = item_numbered(session, place.community_id, number)
    if item is None:
        return ItemUnknown(number)
    order = col(Purchase.id).desc() if deed == "refund" else col(Purchase.id)
    favour_done = (col(Purchase.kind) == ItemKind.FAVOUR) & (col(Purchase.state) == PurchaseState.DONE)
    query = (
        select(col(Purchase.id), col(Person.user_id), col(Person.name), col(Purchase.bought_at))
        .join(Member, col(Member.id) == col(Purchase.member_id))
        .join(Person, col(Person.user_id) == col(Member.user_id))
        .where(
            col(Purchase.item_id) == item.id,
            col(Purchase.state).in_(DEEDS[deed]),
            col(Purchase.mended_day).is_(None),
            ~favour_done,
        )
        .order_by(order)
    )
    found = which_fan(session, query, deed, f"/item {number} {deed}", said)
    return found if found.choices else NothingBought(number, item.title, said)
