"""Orders of the shop that coupons were used for: taken once by their own number, and taken back."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.rules.act import Act, Occasion
from bot.rules.calendar import day_of
from bot.rules.coupon_states import CampaignState, CouponState, Unusable
from bot.rules.notes import About, Did, Thing
from bot.rules.orders.orders import OrderRefunded, OrderRefundedBefore, OrderShown, OrderUnknown
from bot.rules.orders.told import Belongs, OrderState, OrderTaken, OrderTold, OrderTrouble
from bot.rules.place import Place
from bot.rules.tiers import TierPolicy, order_share
from bot.store import causes
from bot.store.audit import first_answer, record_act
from bot.store.coupons.look_up import (
    campaign_sharing,
    count_redeemed,
    coupon_with,
    mark_held,
    mark_redeemed,
    uncount_redeemed,
    why_not_redeemable,
)
from bot.store.engine.db import Database
from bot.store.engine.sessions import Tx
from bot.store.notes import note
from bot.store.notes import take_back as take_note_back
from bot.store.orders import has_standing_order
from bot.store.tables import AuditEntry, Campaign, Coupon, Member, Order, Person
from bot.store.tables.base import id_of

REFUNDED = "order.refunded"

RefundOutcome = OrderRefunded | OrderRefundedBefore | OrderUnknown


@dataclass(frozen=True, slots=True)
class ToldBy:
    """Where and when somebody tells of an order, and who."""

    place: Place
    at: datetime
    actor_id: int | None = None
    """Who of the staff handed in the file; None if the shop's platform called."""
    cause: str | None = None
    """The update that brought the file; None for a call."""


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


def take(tx: Tx, told: OrderTold, by: ToldBy, tiers: TierPolicy) -> OrderTaken:
    """Redeem the coupon that a paid order used and count the order; told again, nothing is counted again.

    A coupon that was redeemed at the till before is that order's, if no other order has it.
    """
    if not told.codes:
        return OrderTaken(OrderTrouble.NO_CODE)
    code = told.codes[0]
    shared = campaign_sharing(tx, by.place, code) is not None
    coupon = coupon_with(tx, by.place, code) if not shared else None
    known = _known(tx, told, coupon, by)  # asked once the coupon is locked: the same call may come twice
    if known is not None:
        return known
    if coupon is None:
        return OrderTaken(OrderTrouble.CODE_SHARED if shared else OrderTrouble.CODE_UNKNOWN)
    paid_at = min(told.at, by.at)
    trouble = _trouble(tx, coupon, paid_at)
    if trouble is not None:
        return OrderTaken(trouble)
    share = order_share(told.value, told.currency, tiers)
    order = _new_row(told, by, coupon, paid_at, share)
    if not _add(tx, order):
        return _known(tx, told, coupon, by) or OrderTaken(OrderTrouble.OTHER_ORDER)
    # A coupon whose order was taken back isn't redeemed any more: this order redeems it.
    redeems = coupon.redeemed_on is None
    if redeems:
        mark_redeemed(tx, coupon, paid_at, by.actor_id, order.day)
    if order.share:
        _count(tx, order, coupon.member_id)
    tx.flush()
    return OrderTaken(redeems=coupon.member_id if redeems else None)


def _new_row(told: OrderTold, by: ToldBy, coupon: Coupon, paid_at: datetime, share: int) -> Order:
    at_the_till = coupon.redeemed_on is not None
    return Order(
        community_id=by.place.community_id,
        ref=told.ref,
        coupon_id=coupon.id,
        member_id=coupon.member_id,
        belongs=Belongs.COUPON,
        value=told.value,
        currency=told.currency,
        share=share,
        day=day_of(paid_at, by.place.timezone),
        at=paid_at,
        till_at=coupon.redeemed_at if at_the_till else None,
        till_by=coupon.redeemed_by if at_the_till else None,
        till_on=coupon.redeemed_on,
        made_by=by.actor_id,
        made_at=by.at,
        cause=by.cause,
    )


def take_back(tx: Tx, place: Place, told: OrderTold, now: datetime) -> OrderTaken:
    """The shop's platform says that an order was refunded. One that wasn't told of yet is written down as such."""
    order, coupon = _locked(tx, place.community_id, told.ref)
    if order is None:
        tombstone = Order(
            community_id=place.community_id,
            ref=told.ref,
            value=told.value,
            currency=told.currency,
            day=day_of(min(told.at, now), place.timezone),
            at=min(told.at, now),
            state=OrderState.REFUNDED,
            refunded=told.value,
            made_at=now,
            refunded_at=now,
        )
        if _add(tx, tombstone):
            return OrderTaken()
        order, coupon = _locked(tx, place.community_id, told.ref)
    if order is None or order.state == OrderState.REFUNDED:
        return OrderTaken(known=True)
    _uncount(tx, order, coupon, now)
    return OrderTaken()


def refund(tx: Tx, act: Act, ref: str) -> RefundOutcome:
    """Staff take an order back: its coupon can be used again while its campaign runs, and it counts no more."""
    before = first_answer(tx, act, OrderRefunded)
    if before is not None:
        return before
    order, coupon = _locked(tx, act.community_id, ref)
    if order is None:
        return OrderUnknown(ref)
    if order.state == OrderState.REFUNDED:
        return OrderRefundedBefore(ref, order.refunded_at or act.at)
    _uncount(tx, order, coupon, act.at)
    entry = record_act(
        tx,
        act,
        REFUNDED,
        ref,
        subject_id=order.id,
        before={"state": OrderState.PAID},
        after={"state": OrderState.REFUNDED, "returned": order.returned},
    )
    shown = _shown(tx, order)
    outcome = OrderRefunded(ref, shown.title, shown.fan, order.returned, id_of(entry))
    entry.answer = causes.to_json(outcome)
    return outcome


def undo_refund(tx: Tx, act: Act, entry: AuditEntry) -> int | None:
    """The order stands after all, with all that hung on it as it was. Gives the member whose coupon it used.

    None, and nothing is changed, if the coupon has been used or has become void since.
    """
    ref = tx.execute(
        select(col(Order.ref)).where(col(Order.community_id) == act.community_id, col(Order.id) == entry.subject_id)
    ).scalar_one_or_none()
    order, coupon = _locked(tx, act.community_id, ref) if ref is not None else (None, None)
    if order is None or coupon is None or order.state != OrderState.REFUNDED:
        return None
    if coupon.state != (CouponState.HELD if order.returned else CouponState.REDEEMED) or coupon.redeemed_on is not None:
        return None
    day = order.till_on or order.day
    if order.returned and order.till_at is not None:
        mark_redeemed(tx, coupon, order.till_at, order.till_by, day)
    elif order.returned:
        mark_redeemed(tx, coupon, order.at, order.made_by, day)
    else:
        count_redeemed(tx, coupon, coupon.redeemed_at or order.at, day)
    order.state, order.refunded, order.refunded_at, order.returned = OrderState.PAID, 0, None, False
    if order.share:
        _count(tx, order, coupon.member_id)
    tx.flush()
    return coupon.member_id


def order_shown(session: Session, place: Place, ref: str) -> OrderShown | OrderUnknown:
    """An order, for staff."""
    order = session.execute(
        select(Order).where(col(Order.community_id) == place.community_id, col(Order.ref) == ref)
    ).scalar_one_or_none()
    return _shown(session, order) if order is not None else OrderUnknown(ref)


def _shown(session: Session, order: Order) -> OrderShown:
    coupon: Any = session.execute(
        select(col(Campaign.title), col(Coupon.code), col(Person.name))
        .join(Coupon, col(Coupon.campaign_id) == col(Campaign.id))
        .join(Member, col(Member.id) == col(Coupon.member_id))
        .join(Person, col(Person.user_id) == col(Member.user_id))
        .where(col(Coupon.id) == order.coupon_id, col(Coupon.community_id) == order.community_id)
    ).one_or_none()
    return OrderShown(
        order=order.ref,
        state=OrderState(order.state),
        value=order.value,
        currency=order.currency,
        at=order.at,
        title=coupon.title if coupon is not None else None,
        code=coupon.code if coupon is not None else None,
        fan=coupon.name if coupon is not None else None,
    )


def _known(tx: Tx, told: OrderTold, coupon: Coupon | None, by: ToldBy) -> OrderTaken | None:
    """What an order that was told of before hears; None if it is new."""
    order = tx.execute(
        select(Order)
        .where(col(Order.community_id) == by.place.community_id, col(Order.ref) == told.ref)
        .execution_options(populate_existing=True)
    ).scalar_one_or_none()
    if order is None:
        return None
    if order.state == OrderState.REFUNDED:
        return OrderTaken(OrderTrouble.TAKEN_BACK)
    same = coupon is not None and order.coupon_id == coupon.id
    if not same or (order.value, order.currency) != (told.value, told.currency):
        return OrderTaken(OrderTrouble.OTHER_ORDER)
    return OrderTaken(known=by.cause is None or order.cause != by.cause)


def _trouble(tx: Tx, coupon: Coupon, paid_at: datetime) -> OrderTrouble | None:
    """Why an order can't have used this coupon."""
    if coupon.state == CouponState.REDEEMED:
        return OrderTrouble.COUPON_USED if has_standing_order(tx, id_of(coupon)) else None
    match why_not_redeemable(tx, coupon, paid_at):
        case Unusable.VOID:
            return OrderTrouble.COUPON_VOID
        case Unusable.OVER:
            return OrderTrouble.COUPON_OVER
        case None:
            return None


def _add(tx: Tx, order: Order) -> bool:
    """Write an order down; False if its number is there already."""
    insert_ = sqlite.insert if tx.get_bind().dialect.name == "sqlite" else postgresql.insert
    values = {name: value for name, value in order.model_dump().items() if name != "id"}
    order.id = tx.execute(insert_(Order).values(values).on_conflict_do_nothing().returning(col(Order.id))).scalar()
    return order.id is not None


def _count(tx: Tx, order: Order, member_id: int) -> None:
    """Count an order for its fan's tier, on the day on which it was paid."""
    note(tx, member_id, Did.ORDER, Occasion(order.at, order.day), About(Thing.ORDER, id_of(order)), order.share)


def _locked(tx: Tx, community_id: int, ref: str) -> tuple[Order | None, Coupon | None]:
    """An order and its coupon. The coupon is locked first, as everywhere."""
    query = select(Order).where(col(Order.community_id) == community_id, col(Order.ref) == ref)
    found = tx.execute(query).scalar_one_or_none()
    coupon = None
    if found is not None and found.coupon_id is not None:
        locked = select(Coupon).where(col(Coupon.id) == found.coupon_id).with_for_update()
        coupon = tx.execute(locked.execution_options(populate_existing=True)).scalar_one()
    read_afresh = query.with_for_update().execution_options(populate_existing=True)
    return tx.execute(read_afresh).scalar_one_or_none(), coupon


def _uncount(tx: Tx, order: Order, coupon: Coupon | None, now: datetime) -> None:
    """Mark the order as refunded and count it no more. Its coupon is held again if its campaign still runs."""
    order.state, order.refunded, order.refunded_at = OrderState.REFUNDED, order.value, now
    if coupon is not None and coupon.state == CouponState.REDEEMED:
        if order.share:
            take_note_back(tx, coupon.member_id, Did.ORDER, order.day, About(Thing.ORDER, id_of(order)), order.share)
        campaign = tx.get_one(Campaign, coupon.campaign_id)
        over = campaign.closes is not None and campaign.closes <= now
        if campaign.state == CampaignState.OPEN and not over:
            mark_held(tx, coupon)
            order.returned = True
        else:
            uncount_redeemed(tx, coupon)
    tx.flush()
