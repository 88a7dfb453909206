"""Redeeming coupons at the till, by code, and taking that back. What follows elsewhere: `flows/redeem.py`."""

from sqlalchemy import select
from sqlmodel import col

from bot.rules.act import Act
from bot.rules.calendar import day_of
from bot.rules.coupon_states import CampaignState, CouponState
from bot.rules.coupons.codes import read_code
from bot.rules.coupons.redemption import (
    AlreadyRedeemed,
    CodeMistyped,
    CodeUnknown,
    FanHasNone,
    Presented,
    Redeemed,
    RedeemOutcome,
    WhoseCode,
    may_redeem,
)
from bot.rules.naming import Named
from bot.store import causes
from bot.store.audit import first_answer, record_act
from bot.store.coupons.look_up import campaign_sharing, coupon_with, has_own_codes, mark_held, mark_redeemed
from bot.store.engine.db import Tx
from bot.store.orders import has_standing_order
from bot.store.tables import AuditEntry, Campaign, Coupon, Member, Person
from bot.store.tables.base import id_of

REDEEMED = "coupon.redeemed"


def redeem(tx: Tx, act: Act, code: str, fan: Named | None = None) -> RedeemOutcome:
    """Find the coupon by its code, mark it redeemed once, write down by whom. A shared code needs its `fan`."""
    before = first_answer(tx, act, Redeemed)
    if before is not None:
        return before
    coupon = _by_code(tx, act, code, fan)
    return _redeem(tx, act, coupon) if isinstance(coupon, Coupon) else coupon


def redeem_one(tx: Tx, act: Act, coupon_id: int) -> RedeemOutcome | None:
    """The same for the coupon with this row id; None if it isn't this shop's."""
    before = first_answer(tx, act, Redeemed)
    if before is not None:
        return before
    coupon = _lock(tx, act, coupon_id)
    return _redeem(tx, act, coupon) if coupon is not None else None


def undo_redeem(tx: Tx, act: Act, entry: AuditEntry) -> bool:
    """A coupon redeemed by mistake is held again. An order that hangs on it is what has to be taken back instead."""
    coupon = _lock(tx, act, entry.subject_id)
    if coupon is None or coupon.state != CouponState.REDEEMED or has_standing_order(tx, id_of(coupon)):
        return False
    mark_held(tx, coupon)
    return True


def _lock(tx: Tx, act: Act, coupon_id: int | None) -> Coupon | None:
    return tx.execute(
        select(Coupon)
        .where(col(Coupon.community_id) == act.community_id, col(Coupon.id) == coupon_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).scalar_one_or_none()


def _by_code(
    tx: Tx, act: Act, code: str, fan: Named | None
) -> Coupon | WhoseCode | FanHasNone | CodeMistyped | CodeUnknown:
    shared = campaign_sharing(tx, act.place, code)
    if shared is not None:
        if fan is None:
            return WhoseCode(code)
        return _held_by(tx, act, shared, fan) or FanHasNone(code, fan.shown)
    coupon = coupon_with(tx, act.place, code)
    if coupon is None:
        mistyped = read_code(code) is None and not has_own_codes(tx, act.place)
        return CodeMistyped(code) if mistyped else CodeUnknown(code)
    return coupon


def _redeem(tx: Tx, act: Act, coupon: Coupon) -> RedeemOutcome:
    campaign = tx.get_one(Campaign, coupon.campaign_id)
    fan = tx.execute(
        select(col(Person.name))
        .join(Member, col(Member.user_id) == col(Person.user_id))
        .where(col(Member.id) == coupon.member_id)
    ).scalar_one()
    code = coupon.code or campaign.shared_code or ""
    if coupon.state == CouponState.REDEEMED and coupon.redeemed_at is not None:
        return AlreadyRedeemed(campaign.title, code, fan, coupon.redeemed_at, _name_of(tx, coupon.redeemed_by))
    state = CouponState(coupon.state)
    presented = Presented(campaign.title, code, state, CampaignState(campaign.state), campaign.closes)
    refusal = may_redeem(presented, act.at)
    if refusal is not None:
        return refusal
    mark_redeemed(tx, coupon, act.at, act.actor_id, day_of(act.at, act.place.timezone))
    entry = record_act(
        tx,
        act,
        REDEEMED,
        f"{campaign.title} {code}",
        subject_id=coupon.id,
        before={"state": CouponState.HELD},
        after={"state": CouponState.REDEEMED},
    )
    outcome = Redeemed(campaign.title, code, fan, id_of(entry))
    entry.answer = causes.to_json(outcome)
    return outcome


def _held_by(tx: Tx, act: Act, campaign: Campaign, fan: Named) -> Coupon | None:
    """The fan's coupon of a campaign: one still held if there is one."""
    coupons = (
        tx.execute(
            select(Coupon)
            .join(Member, col(Member.id) == col(Coupon.member_id))
            .where(
                col(Coupon.community_id) == act.community_id,
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
