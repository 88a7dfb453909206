"""A fan's own coupons: what became of each, and what their tier may claim early."""

from dataclasses import dataclass
from datetime import datetime

from bot.rules.coupon_states import CampaignState, CouponState
from bot.rules.outcome import Outcome


def fate_of(state: CouponState, campaign: CampaignState, closes: datetime | None, now: datetime) -> str:
    """What a fan reads of a coupon of theirs: `held` (the till honours it), `redeemed`, `over` or `cancelled`.

    A cancelled campaign's coupons are voided in chunks: one that still waits for its turn is cancelled already.
    """
    if state is CouponState.REDEEMED:
        return "redeemed"
    if state is CouponState.CANCELLED or campaign is CampaignState.CANCELLED:
        return "cancelled"
    return "over" if campaign is CampaignState.ENDED or (closes is not None and now >= closes) else "held"


@dataclass(frozen=True, slots=True)
class HeldCoupon:
    """One line of a fan's coupons."""

    title: str
    code: str
    state: str
    """`held`, `redeemed`, `over` or `cancelled`."""
    closes: datetime | None


@dataclass(frozen=True, slots=True)
class EarlyDrop:
    """A drop that opens earlier for the reader than for the group, where no card hangs yet."""

    campaign_id: int
    title: str
    left: int
    price: int
    yours: datetime
    """When it opens for them."""
    opens: datetime
    open: bool
    """Whether they can claim it now."""


@dataclass(frozen=True, slots=True)
class MyCoupons(Outcome, name="coupons.MyCoupons"):
    """What a fan can use, what ends soonest first."""

    coupons: tuple[HeldCoupon, ...]
    more: int = 0
    """Those that can be used and that the list leaves out."""
    early: tuple[EarlyDrop, ...] = ()
    """What their tier may claim before the others."""
    past: tuple[HeldCoupon, ...] = ()
    """The last ones that were claimed and can't be used any more."""

    @property
    def fits_alert(self) -> bool:
        """Of a list of codes the short form tells only how many there are."""
        return not (self.coupons or self.early)
