"""States of campaigns and coupons, and what a campaign can be kept for. Other domains use them too."""

from datetime import datetime
from enum import StrEnum


class CampaignState(StrEnum):
    """What staff decided about a campaign. Whether its window is open depends on the time, not on this state."""

    OPEN = "open"
    ENDED = "ended"
    """Its window is over, and another campaign uses its shared code now."""
    CANCELLED = "cancelled"


class CouponState(StrEnum):
    """What became of a claimed coupon."""

    HELD = "held"
    REDEEMED = "redeemed"
    CANCELLED = "cancelled"


class KeptFor(StrEnum):
    """Where a campaign is handed out that isn't offered in the group."""

    SHOP = "shop"
    """The coin shop sells it."""
    GIFT = "gift"
    """Gifts hold its coupons."""
    HEARTS = "hearts"
    """A heart goal opens it as a drop."""


class Unusable(StrEnum):
    """Why the till can't honour a coupon that wasn't redeemed."""

    VOID = "void"
    """It was cancelled, or its campaign was."""
    OVER = "over"
    """Its window has ended."""


def why_unusable(
    coupon: CouponState, campaign: CampaignState, closes: datetime | None, now: datetime
) -> Unusable | None:
    """Why the till doesn't honour a coupon at `now`; None if it does. A redeemed coupon is judged like a held one.

    The coupons of a cancelled campaign are cancelled in chunks. A coupon whose chunk wasn't reached yet is void too.
    """
    if CouponState.CANCELLED is coupon or CampaignState.CANCELLED is campaign:
        return Unusable.VOID
    return Unusable.OVER if closes is not None and now >= closes else None
