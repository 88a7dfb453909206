"""What each tier opens: more coins for a check-in, and drops that open earlier."""

from collections.abc import Mapping
from datetime import timedelta

from bot.rules.coupons.campaigns import CouponPolicy
from bot.rules.policies import Policies
from bot.rules.tiers import Tier, TierPolicy
from bot.rules.tiers_ahead import Opens


def opens_of(policies: Policies) -> Mapping[Tier, Opens]:
    """What the tiers open, by tier."""
    tiers, early = policies[TierPolicy], policies[CouponPolicy].early
    nothing = timedelta(0)
    return {
        tier: Opens(tiers.check_in_percent[tier], int(early.get(tier, nothing).total_seconds()) // 60) for tier in Tier
    }
