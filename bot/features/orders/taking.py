"""Taking orders that a platform or a file reports: each counts once, as it stands last."""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlmodel import col

from bot.features.orders.coupons_used import FoundCode, look_codes_up, use_coupons
from bot.features.orders.owners import ask_staff, confirm_by_itself, owner_told
from bot.features.orders.refunds import take_back
from bot.features.orders.rows import lock_with_coupons, recounted, used_by
from bot.rules.calendar import day_of
from bot.rules.orders.numbers import order_key
from bot.rules.orders.told import Belongs, OrderPolicy, OrderState, OrderTaken, OrderTold, OrderTrouble
from bot.rules.place import Place
from bot.rules.policies import Policies
from bot.rules.tiers import TierPolicy, order_share
from bot.store.engine.inserts import insert_into
from bot.store.engine.sessions import Tx
from bot.store.tables import Order


@dataclass(frozen=True, slots=True)
class ToldBy:
    """Where and when somebody tells of an order, and who."""

    place: Place
    at: datetime
    actor_id: int | None = None
    """Who of the staff handed in the file; None if the shop's platform called."""
    cause: str | None = None
    """The update that brought the file; None for a call."""


@dataclass(frozen=True, slots=True)
class Telling:
    """One report of an order, with what its codes mean."""

    told: OrderTold
    codes: list[FoundCode]
    by: ToldBy
    policies: Policies


def take(tx: Tx, told: OrderTold, by: ToldBy, policies: Policies) -> OrderTaken:
    """Write an order down, or bring it up to date. What was told before is counted no second time.

    A coupon that was redeemed at the till before is that order's, if no other order has it.
    """
    if told.state is OrderState.PAID and 0 < told.value <= told.taken_back:
        told = replace(told, state=OrderState.REFUNDED)
    paid = told.state is OrderState.PAID
    codes = look_codes_up(tx, by.place, told.codes, policies[OrderPolicy].max_codes) if paid else []
    telling = Telling(told, codes, by, policies)
    order = _locked(tx, by.place.community_id, told.ref)
    if order is None:
        order = _add(tx, told, by)
        if order is not None:
            return _first(tx, order, telling) if paid else OrderTaken(void=True)
        order = _locked(tx, by.place.community_id, told.ref)
    if order is None:
        raise LookupError("an order that was just there is gone")
    return _again(tx, order, telling) if paid else _taken_back(tx, order, telling)


def _first(tx: Tx, order: Order, telling: Telling) -> OrderTaken:
    """A new order that is paid."""
    by = telling.by
    use = use_coupons(tx, order, telling.codes, by.actor_id)
    with recounted(tx, order):
        order.share = order_share(order.value - order.refunded, order.currency, telling.policies[TierPolicy])
        _find_owner(tx, order, telling, use.members)
    confirm_by_itself(tx, by.place, order, by.at)
    return OrderTaken(redeems=use.redeems, remarks=use.remarks)


def _again(tx: Tx, order: Order, telling: Telling) -> OrderTaken:
    """A paid order that was reported before. More may be known of it now, and more of it may be paid back."""
    told, by = telling.told, telling.by
    if order.state != OrderState.PAID:
        return OrderTaken(OrderTrouble.TAKEN_BACK)
    if (order.value, order.currency) != (told.value, told.currency):
        return OrderTaken(OrderTrouble.OTHER_ORDER)
    use = use_coupons(tx, order, telling.codes, by.actor_id)
    was = (order.refunded, order.discount, order.member_id)
    with recounted(tx, order):
        if told.taken_back > order.refunded:
            _pay_back(order, telling)
        if order.discount is None:
            order.discount = told.discount
        if order.belongs == Belongs.NOBODY:
            _find_owner(tx, order, telling, use.members)
    confirm_by_itself(tx, by.place, order, by.at)
    if use.linked or was != (order.refunded, order.discount, order.member_id):
        return OrderTaken(updated=True, redeems=use.redeems, remarks=use.remarks)
    return OrderTaken(known=_known(order, by), remarks=use.remarks)


def _known(order: Order, by: ToldBy) -> bool:
    """Whether an order was reported before, by something else than this file, which may come again."""
    return by.cause is None or order.cause != by.cause


def _taken_back(tx: Tx, order: Order, telling: Telling) -> OrderTaken:
    """An order that was reported before is refunded or cancelled. A refund that says how much takes back that much."""
    told = telling.told
    if order.state != OrderState.PAID:
        known = _known(order, telling.by)
        return OrderTaken(known=known, void=not known)
    if told.state is OrderState.REFUNDED and 0 < told.taken_back < order.value:
        if told.currency != order.currency:
            return OrderTaken(OrderTrouble.OTHER_ORDER)
        if told.taken_back <= order.refunded:
            return OrderTaken(known=True)
        with recounted(tx, order):
            _pay_back(order, telling)
        return OrderTaken(updated=True)
    take_back(tx, order, used_by(tx, order), told.state, telling.by.at)
    return OrderTaken(updated=True)


def _pay_back(order: Order, telling: Telling) -> None:
    """So much of the order was paid back by now."""
    order.refunded, order.refunded_at = telling.told.taken_back, telling.by.at
    order.share = order_share(order.value - order.refunded, order.currency, telling.policies[TierPolicy])


def _find_owner(tx: Tx, order: Order, telling: Telling, by_coupon: frozenset[int]) -> None:
    """Write down whose the order is, as far as the telling says."""
    policy = telling.policies[OrderPolicy]
    found = owner_told(tx, order.community_id, by_coupon, telling.told.note, policy)
    order.member_id, order.belongs = found.member_id, found.belongs
    ask_staff(tx, telling.by.place, order, found.asked, telling.by.at)


def _locked(tx: Tx, community_id: int, ref: str) -> Order | None:
    """An order and, before it, its coupons, locked."""
    order_id = tx.execute(
        select(col(Order.id)).where(col(Order.community_id) == community_id, col(Order.ref) == ref)
    ).scalar_one_or_none()
    return lock_with_coupons(tx, order_id) if order_id is not None else None


def _add(tx: Tx, told: OrderTold, by: ToldBy) -> Order | None:
    """Write a new order down, as nobody's yet; None if its number is there already."""
    paid_at = min(told.at, by.at)
    stands = told.state is OrderState.PAID
    order = Order(
        community_id=by.place.community_id,
        ref=told.ref,
        key=order_key(told.ref),
        value=told.value,
        refunded=told.taken_back if stands else told.value,
        discount=told.discount,
        currency=told.currency,
        day=day_of(paid_at, by.place.timezone),
        at=paid_at,
        state=told.state,
        made_by=by.actor_id,
        made_at=by.at,
        refunded_at=by.at if told.taken_back or not stands else None,
        cause=by.cause,
    )
    values = {name: value for name, value in order.model_dump().items() if name != "id"}
    made = tx.execute(insert_into(tx, Order).values(values).on_conflict_do_nothing().returning(col(Order.id))).scalar()
    return tx.get_one(Order, made) if made is not None else None
