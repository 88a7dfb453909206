"""What the staff's panel can do with the coin shop's items."""

from dataclasses import replace
from typing import Any

from bot.features.coin_shop.panel import REFUNDABLE, TO_DO, list_ended, list_items, reach_new
from bot.handlers.coin_shop.items import new_item_form
from bot.handlers.kit.blanks import SEGMENTS, PanelAct, Pick, blanks_of, person, window_fits
from bot.rules.coin_shop.shelf import ShopPolicy
from bot.rules.panel import RUNNING, Section
from bot.rules.policies import Policies

LISTS = {Section.ITEMS: list_items}
ENDED = {Section.ITEMS: list_ended}
FOR_SHOP = "for_shop"
"""How drops are marked whose coupons the shop can sell."""

OPEN = frozenset({"open"})
ANY_STATE = RUNNING | {"closed", "ended"}
ITEM: dict[str, Any] = {
    "price": ("50", "100", "200", "300"),
    "stock": ("5", "10", "20", "50"),
    "limit": ("1", "2", "3"),
    "opens": ("+30m", "+1h", "20:00"),
    "closes": ("+1d", "+3d", "+7d"),
    "for": SEGMENTS,
}
"""Answers to tap."""
RARE = ("per", "tier", "opens", "for")


def panel_acts(policies: Policies) -> tuple[PanelAct, ...]:
    """A new item, the list of items, and what can be done with one and with what fans bought of it."""
    form = new_item_form(policies[ShopPolicy])
    sold = {"kind": (Pick("coupon:", Section.COUPONS, RUNNING, FOR_SHOP), Pick("raffle:", Section.RAFFLES, OPEN))}
    coupon = [blank for blank in blanks_of(form, rare=RARE, **ITEM) if blank.name != "kind"]
    return (
        PanelAct(
            "newitem",
            Section.ITEMS,
            "newitem",
            blanks_of(form, sold, rare=RARE, kind=("makeup", "favour"), **ITEM),
            reach=reach_new,
            fits=window_fits,
        ),
        PanelAct(
            "newitem_coupon",
            Section.ITEMS,
            "newitem",
            tuple(replace(blank, needed=blank.needed or blank.name == "stock") for blank in coupon),
            head="kind=coupon",
            reach=reach_new,
            fits=window_fits,
        ),
        PanelAct("items", Section.ITEMS, "items", unlogged=True),
        PanelAct("item_close", Section.ITEMS, "item", head="{number}", tail="close", states=RUNNING, danger=True),
        PanelAct("item_open", Section.ITEMS, "item", head="{number}", tail="open", states=frozenset({"closed"})),
        PanelAct(
            "item_done", Section.ITEMS, "item", (person("fan"),), head="{number} done", states=ANY_STATE, mark=TO_DO
        ),
        PanelAct(
            "item_refund",
            Section.ITEMS,
            "item",
            (person("fan"),),
            head="{number} refund",
            states=ANY_STATE,
            mark=REFUNDABLE,
            danger=True,
        ),
    )
