"""Redeeming coupons at the till, by code, and taking that back."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import select
from sqlmodel import col

from bot.rules.calendar import day_of
from bot.rules.coupons.codes import read_code
from bot.rules.coupons.coupons import (
    AlreadyRedeemed,
    CampaignState,
    CodeMistyped,
    CodeUnknown,
    CouponState,
    FanHasNone,
    Redeemed,
    RedeemOutcome,
    WhoseCode,
    may_redeem,
)
from bot.rules.naming import Named
from bot.rules.orders.orders import OrderState
from bot.rules.place import Place
from bot.store import causes
from bot.store.audit import caused_by, record
from bot.store.coupons.look_up import campaign_sharing, coupon_with, has_own_codes, mark_held, mark_redeemed
from bot.store.engine.db import Database, Tx
from bot.store.tables import AuditEntry, Campaign, Coupon, Member, Order, Person

REDEEMED = "coupon.redeemed"

Redeems = Callable[[Tx, Place, int, str | int, Named | None, datetime, str], RedeemOutcome]


class Redeeming:
    """Staff's use cases of redeeming."""

    def __init__(self, db: Database, redeems: Redeems | None = None) -> None:
        """`redeems` is a flow that does more than this feature's own `redeem`."""
        self._db = db
        self._redeem: Redeems = redeems or redeem

    async def redeem(
        self, place: Place, actor_id: int, code: str | int, fan: Named | None, at: datetime, cause: str
    ) -> RedeemOutcome:
        """Honour a coupon. A shared code needs its `fan`; instead of a code the coupon's row id may be given."""
        return await self._db.write(self._redeem, place, actor_id, code, fan, at, cause)


def redeem(
    tx: Tx, place: Place, actor_id: int, code: str | int, fan: Named | None, at: datetime, cause: str
) -> RedeemOutcome:
    """Find the coupon, mark it redeemed once, write down by whom."""
    done = caused_by(tx, place.community_id, cause)
    if done is not None and done.answer is not None:
        return causes.from_json(Redeemed, done.answer)
    coupon = _by_id(tx, place, code) if isinstance(code, int) else _by_code(tx, place, code, fan)
    if not isinstance(coupon, Coupon):
        return coupon
    return _honour(tx, place, actor_id, coupon, at, cause)


def _by_id(tx: Tx, place: Place, coupon_id: int) -> Coupon | CodeUnknown:
    coupon = tx.execute(
        select(Coupon)
        .where(col(Coupon.community_id) == place.community_id, col(Coupon.id) == coupon_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).scalar_one_or_none()
    return coupon or CodeUnknown("")


def _by_code(
    tx: Tx, place: Place, code: str, fan: Named | None
) -> Coupon | WhoseCode | FanHasNone | CodeMistyped | CodeUnknown:
    shared = campaign_sharing(tx, place, code)
    if shared is not None:
        if fan is None:
            return WhoseCode(code)
        return _held_by(tx, place, shared, fan) or FanHasNone(code, fan.shown)
    coupon = coupon_with(tx, place, code)
    if coupon is None:
        mistyped = read_code(code) is None and not has_own_codes(tx, place)
        return CodeMistyped(code) if mistyped else CodeUnknown(code)
    return coupon


def undo_redeem(tx: Tx, place: Place, entry: AuditEntry) -> bool:
    """A coupon redeemed by mistake is held again."""
    coupon = tx.execute(
        select(Coupon)
        .where(col(Coupon.community_id) == place.community_id, col(Coupon.id) == entry.subject_id)
        .with_for_update()
    ).scalar_one_or_none()
    if coupon is None or coupon.state != CouponState.REDEEMED or _has_order(tx, coupon):
        return False
    mark_held(tx, coupon)
    return True


def _honour(tx: Tx, place: Place, actor_id: int, coupon: Coupon, at: datetime, cause: str) -> RedeemOutcome:
    campaign = tx.get_one(Campaign, coupon.campaign_id)
    name = tx.execute(
        select(col(Person.name))
        .join(Member, col(Member.user_id) == col(Person.user_id))
        .where(col(Member.id) == coupon.member_id)
    ).scalar_one()
    code = coupon.code or campaign.shared_code or ""
    if coupon.state == CouponState.REDEEMED and coupon.redeemed_at is not None:
        return AlreadyRedeemed(campaign.title, code, name, coupon.redeemed_at, _name_of(tx, coupon.redeemed_by))
    # A cancelled campaign's coupons are voided in chunks: one that still waits for its turn is void already.
    cancelled = campaign.state == CampaignState.CANCELLED
    state = CouponState.CANCELLED if cancelled else CouponState(coupon.state)
    refusal = may_redeem(campaign.title, code, state, campaign.closes, at)
    if refusal is not None:
        return refusal
    mark_redeemed(tx, coupon, at, actor_id, day_of(at, place.timezone))
    entry = record(
        tx,
        community_id=place.community_id,
        actor_id=actor_id,
        act=REDEEMED,
        subject_id=coupon.id,
        subject=f"{campaign.title} {code}",
        at=at,
        cause=cause,
        before={"state": CouponState.HELD},
        after={"state": CouponState.REDEEMED},
    )
    outcome = Redeemed(campaign.title, code, name, entry.id or 0)
    entry.answer = causes.to_json(outcome)
    return outcome


def _has_order(tx: Tx, coupon: Coupon) -> bool:
    """Whether an order that stands hangs on it: then it is the order that is taken back."""
    query = select(col(Order.id)).where(col(Order.coupon_id) == coupon.id, col(Order.state) == OrderState.PAID)
    return tx.execute(query).first() is not None


def _held_by(tx: Tx, place: Place, campaign: Campaign, fan: Named) -> Coupon | None:
    """The fan's coupon of a campaign: one still held if there is one."""
    coupons = (
        tx.execute(
            select(Coupon)
            .join(Member, col(Member.id) == col(Coupon.member_id))
            .where(
                col(Coupon.community_id) == place.community_id,
                col(Coupon.campaign_id) == campaign.id,
                col(Member.user_id) == fan.user_id,
            )
            .order_by(col(Coupon.id))
            .with_for_update(of=Coupon)
        )
        .scalars()
        .all()
    )
    # Chosen once they are locked: another till may have redeemed one while this one waited.
    held = (coupon for coupon in coupons if coupon.state == CouponState.HELD)
    return next(held, coupons[0] if coupons else None)


def _name_of(tx: Tx, user_id: int | None) -> str:
    person = tx.get(Person, user_id) if user_id is not None else None
    return person.name if person is not None else ""
