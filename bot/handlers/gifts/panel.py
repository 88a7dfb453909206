"""What the staff's panel can do with gifts."""

from bot.features.gifts.panel import list_ended, list_offers, reach_new
from bot.handlers.gifts.offers import NEW_GIFT_FORM
from bot.handlers.kit.blanks import SEGMENTS, PanelAct, Pick, blanks_of
from bot.rules.gifts.policy import GiftPolicy
from bot.rules.panel import RUNNING, Section
from bot.rules.policies import Policies

LISTS = {Section.GIFTS: list_offers}
ENDED = {Section.GIFTS: list_ended}
FOR_GIFTS = "for_gifts"
"""How drops are marked whose coupons can travel."""


def panel_acts(policies: Policies) -> tuple[PanelAct, ...]:
    """A new offer, the list of offers, and the end of one."""
    return (
        PanelAct(
            "newgift",
            Section.GIFTS,
            "newgift",
            blanks_of(
                NEW_GIFT_FORM,
                {"kind": (Pick("coupon:", Section.COUPONS, RUNNING, FOR_GIFTS),)},
                rare=("opens",),
                kind=("coins:10", "coins:20", "relay"),
                stock=("20", "50", "100"),
                closes=("+1d", "+3d", "+7d"),
                **{"for": SEGMENTS},
            ),
            gives=True,
            operators_need=("stock",),
            reach=reach_new(policies[GiftPolicy]),
        ),
        PanelAct("gifts", Section.GIFTS, "gifts", unlogged=True),
        PanelAct(
            "gift_close",
            Section.GIFTS,
            "gifts",
            head="{number}",
            tail="close",
            states=frozenset({"open"}),
            danger=True,
        ),
    )
