"""What the staff's panel can do with drops and their codes."""

from typing import Any

from bot.features.coupons.panel import list_campaigns, list_ended, reach_cancelled, reach_new
from bot.handlers.coupons.campaigns import KEPT_FOR, new_coupon_form, new_coupon_with_file_form
from bot.handlers.kit.blanks import SEGMENTS, PanelAct, blanks_of, file, window_fits
from bot.rules.coupons.campaigns import CouponPolicy
from bot.rules.panel import RUNNING, Section
from bot.rules.policies import Policies

LISTS = {Section.COUPONS: list_campaigns}
ENDED = {Section.COUPONS: list_ended}
RARE = ("limit", "code", "for")

DROP: dict[str, Any] = {
    "price": ("0", "30", "50", "100"),
    "limit": ("1", "2", "3"),
    "opens": ("+30m", "+1h", "20:00"),
    "closes": ("+1h", "+3h", "+1d", "+3d"),
    "for": (*KEPT_FOR, *SEGMENTS),
}
"""Answers to tap."""


def panel_acts(policies: Policies) -> tuple[PanelAct, ...]:
    """A new drop, with codes of the bot's or from a file, and its end."""
    policy = policies[CouponPolicy]
    with_file_form = new_coupon_with_file_form(policy)
    with_file = [blank for blank in blanks_of(with_file_form, rare=RARE, **DROP) if blank.name not in {"stock", "code"}]
    return (
        PanelAct(
            "newcoupon",
            Section.COUPONS,
            "newcoupon",
            blanks_of(new_coupon_form(policy), rare=RARE, stock=("20", "50", "100"), **DROP),
            reach=reach_new,
            fits=window_fits,
        ),
        PanelAct(
            "newcoupon_file",
            Section.COUPONS,
            "newcoupon",
            (file("file"), *with_file),
            reach=reach_new,
            fits=window_fits,
        ),
        PanelAct(
            "coupon_cancel",
            Section.COUPONS,
            "coupon",
            head="{number}",
            tail="cancel",
            states=RUNNING,
            danger=True,
            reach=reach_cancelled,
        ),
    )
