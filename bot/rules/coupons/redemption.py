"""Redeeming: whether the till honours a coupon, and what staff hear."""

from dataclasses import dataclass
from datetime import datetime

from bot.rules.coupon_states import CampaignState, CouponState, Unusable, why_unusable
from bot.rules.outcome import Outcome


@dataclass(frozen=True, slots=True)
class Redeemed(Outcome, name="coupons.Redeemed"):
    """A coupon was honoured at the till."""

    title: str
    code: str
    fan: str
    audit_id: int


@dataclass(frozen=True, slots=True)
class AlreadyRedeemed(Outcome, name="coupons.AlreadyRedeemed"):
    """It was honoured before: when and by whom."""

    title: str
    code: str
    fan: str
    at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class CodeMistyped(Outcome, name="coupons.CodeMistyped"):
    """The check character doesn't fit: a letter is wrong or two are swapped."""

    code: str


@dataclass(frozen=True, slots=True)
class CodeUnknown(Outcome, name="coupons.CodeUnknown"):
    """No coupon of this shop has this code."""

    code: str


@dataclass(frozen=True, slots=True)
class CouponVoid(Outcome, name="coupons.CouponVoid"):
    """The coupon's campaign was cancelled."""

    title: str
    code: str


@dataclass(frozen=True, slots=True)
class CouponOver(Outcome, name="coupons.CouponOver"):
    """The coupon's window has ended."""

    title: str
    code: str
    closed: datetime


@dataclass(frozen=True, slots=True)
class WhoseCode(Outcome, name="coupons.WhoseCode"):
    """A shared code says nothing about who holds it: `/redeem CODE @fan`."""

    code: str


@dataclass(frozen=True, slots=True)
class FanHasNone(Outcome, name="coupons.FanHasNone"):
    """The named fan holds no coupon with this shared code."""

    code: str
    fan: str


RedeemOutcome = (
    Redeemed | AlreadyRedeemed | CodeMistyped | CodeUnknown | CouponVoid | CouponOver | WhoseCode | FanHasNone
)


@dataclass(frozen=True, slots=True)
class Presented:
    """A coupon that is shown at the till."""

    title: str
    code: str
    state: CouponState
    campaign: CampaignState
    closes: datetime | None


def may_redeem(coupon: Presented, now: datetime) -> CouponVoid | CouponOver | None:
    """Why a coupon that wasn't redeemed can't be honoured now, or None."""
    why = why_unusable(coupon.state, coupon.campaign, coupon.closes, now)
    if why is Unusable.VOID:
        return CouponVoid(coupon.title, coupon.code)
    if why is Unusable.OVER and coupon.closes is not None:
        return CouponOver(coupon.title, coupon.code, coupon.closes)
    return None
