"""What the till honours."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.rules.coupon_states import CampaignState, CouponState
from bot.rules.coupons.redemption import CouponOver, CouponVoid, Presented, may_redeem

NOW = datetime(2026, 11, 2, 3, 0, tzinfo=UTC)
TICK = timedelta(microseconds=1)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("state", "campaign", "closes", "expected"),
    [
        (CouponState.HELD, CampaignState.OPEN, None, None),
        (CouponState.HELD, CampaignState.OPEN, NOW + TICK, None),
        (CouponState.HELD, CampaignState.OPEN, NOW, CouponOver("Silk", "CODE", NOW)),
        (CouponState.HELD, CampaignState.ENDED, NOW, CouponOver("Silk", "CODE", NOW)),
        (CouponState.CANCELLED, CampaignState.OPEN, None, CouponVoid("Silk", "CODE")),
        (CouponState.CANCELLED, CampaignState.OPEN, NOW - HOUR, CouponVoid("Silk", "CODE")),
        (CouponState.HELD, CampaignState.CANCELLED, None, CouponVoid("Silk", "CODE")),
        (CouponState.HELD, CampaignState.CANCELLED, NOW, CouponVoid("Silk", "CODE")),
    ],
)
def test_what_the_till_honours(
    state: CouponState, campaign: CampaignState, closes: datetime | None, expected: CouponVoid | CouponOver | None
) -> None:
    """A held coupon is honoured until its window ends or its campaign is cancelled, a void one never."""
    assert may_redeem(Presented("Silk", "CODE", state, campaign, closes), NOW) == expected
