"""States of campaigns and coupons, and what a campaign can be kept for: other domains know coupons by these."""

from datetime import datetime
from enum import StrEnum


class CampaignState(StrEnum):
    """What staff decided of a campaign. Whether its window is open is a matter of time."""

    OPEN = "open"
    ENDED = "ended"
    """Its window is over and its shared code went to another campaign."""
    CANCELLED = "cancelled"


class CouponState(StrEnum):
    """What became of a claimed coupon."""

    HELD = "held"
    REDEEMED = "redeemed"
    CANCELLED = "cancelled"


class KeptFor(StrEnum):
    """What a campaign is kept out of the group for: it is handed out there and nowhere else."""

    SHOP = "shop"
    """The coin shop sells it."""
    GIFT = "gift"
    """It travels with gifts."""
    HEARTS = "hearts"
    """A heart goal hangs its cards."""


class Unusable(StrEnum):
    """Why a coupon that wasn't redeemed can't be honoured."""

    VOID = "void"
    """It was cancelled, or its campaign was."""
    OVER = "over"
    """Its window has ended."""


def why_unusable(
    coupon: CouponState, campaign: CampaignState, closes: datetime | None, now: datetime
) -> Unusable | None:
    """Why the till doesn't honour a coupon at `now`, or None. A redeemed coupon is judged as if it was still held.

    The coupons of a cancelled campaign are voided in chunks: one that waits for its chunk is void already.
    """
    if CouponState.CANCELLED is coupon or CampaignState.CANCELLED is campaign:
        return Unusable.VOID
    return Unusable.OVER if closes is not None and now >= closes else None
