"""What handlers of coupons work with."""

from dataclasses import dataclass

from bot.features.communities import Communities
from bot.features.coupons.campaigns import Campaigns
from bot.features.coupons.claims import Claims
from bot.features.coupons.code_files import CodeFiles
from bot.handlers.kit.files import FileReader
from bot.handlers.kit.forms import Form


@dataclass(frozen=True, slots=True)
class CouponServices:
    """The use cases of coupons, and the forms that staff fill in."""

    claims: Claims
    campaigns: Campaigns
    code_files: CodeFiles
    new_coupon: Form
    """The form of `/newcoupon`."""
    new_coupon_with_file: Form
    """The same with a file of codes, which brings the stock."""
    files: FileReader
    communities: Communities
