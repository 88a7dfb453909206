"""What handlers of coupons work with."""

from dataclasses import dataclass

from bot.features.communities import Communities
from bot.features.coupons.campaigns import Campaigns
from bot.features.coupons.claims import Claims
from bot.handlers.kit.forms import Form
from bot.handlers.kit.imports import FileTalk


@dataclass(frozen=True, slots=True)
class CouponServices:
    """The use cases of coupons, and the forms that staff fill in."""

    claims: Claims
    campaigns: Campaigns
    new_coupon: Form
    """The form of `/newcoupon`."""
    communities: Communities
    file_talk: FileTalk
