"""What a fan reads of their coupons."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.rules.coupon_states import CampaignState, CouponState
from bot.rules.coupons.held_coupons import fate_of

NOW = datetime(2026, 11, 2, 3, 0, tzinfo=UTC)
TICK = timedelta(microseconds=1)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("state", "campaign", "closes", "fate"),
    [
        (CouponState.HELD, CampaignState.OPEN, None, "held"),
        (CouponState.HELD, CampaignState.OPEN, NOW + TICK, "held"),
        (CouponState.HELD, CampaignState.OPEN, NOW, "over"),
        (CouponState.HELD, CampaignState.ENDED, NOW - HOUR, "over"),
        (CouponState.HELD, CampaignState.ENDED, None, "over"),
        (CouponState.HELD, CampaignState.CANCELLED, NOW + HOUR, "cancelled"),
        (CouponState.CANCELLED, CampaignState.OPEN, NOW + HOUR, "cancelled"),
        (CouponState.CANCELLED, CampaignState.CANCELLED, NOW - HOUR, "cancelled"),
        (CouponState.REDEEMED, CampaignState.OPEN, NOW + HOUR, "redeemed"),
        (CouponState.REDEEMED, CampaignState.ENDED, NOW - HOUR, "redeemed"),
        (CouponState.REDEEMED, CampaignState.CANCELLED, NOW - HOUR, "redeemed"),
    ],
)
def test_what_became_of_a_coupon(
    state: CouponState, campaign: CampaignState, closes: datetime | None, fate: str
) -> None:
    """A coupon is a fan's to use until its window ends or its campaign is cancelled; what was used stays used."""
    assert fate_of(state, campaign, closes, NOW) == fate
