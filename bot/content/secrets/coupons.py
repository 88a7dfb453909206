"""Secrets in outcomes of coupons: codes, and lines of the shop's own files of codes."""

from bot.content.buttons.shared import ADMIN, COUPONS
from bot.content.secret import Secret, Secrets
from bot.rules.coupons.campaigns import CampaignMade, CampaignShown, SharedCodeTaken
from bot.rules.coupons.claims import AlreadyClaimed, Claimed
from bot.rules.coupons.code_files import CodesRefused
from bot.rules.coupons.code_previews import CodesPreview
from bot.rules.coupons.ending_soon import CouponsEnd
from bot.rules.coupons.held_coupons import MyCoupons
from bot.rules.coupons.redemption import (
    AlreadyRedeemed,
    CodeMistyped,
    CodeUnknown,
    CouponOver,
    CouponVoid,
    FanHasNone,
    Redeemed,
    WhoseCode,
)

_CODE_FOR_STAFF = Secret(("code",))

SECRETS: Secrets = {
    Claimed: Secret(("code",), COUPONS, told_by_alert=True),
    AlreadyClaimed: Secret(("code",), COUPONS, told_by_alert=True),
    MyCoupons: Secret(("coupons",), COUPONS),
    CouponsEnd: Secret(("coupons",), COUPONS),
    CodesRefused: Secret(("lines",), ADMIN),
    CodesPreview: Secret(("first_code", "last_code"), ADMIN),
    CampaignMade: Secret(("shared_code", "first_code", "last_code")),
    CampaignShown: Secret(("shared_code",)),
    **dict.fromkeys((SharedCodeTaken, Redeemed, AlreadyRedeemed, CodeMistyped, CodeUnknown), _CODE_FOR_STAFF),
    **dict.fromkeys((CouponVoid, CouponOver, WhoseCode, FanHasNone), _CODE_FOR_STAFF),
}
