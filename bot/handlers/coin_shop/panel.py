"""What the staff's panel can do with the coin shop's items."""

from bot.features.coin_shop.panel import list_items, reach_new
from bot.handlers.coin_shop.items import new_item_form
from bot.handlers.kit.blanks import SEGMENTS, PanelAct, Pick, blanks_of, person
from bot.rules.coin_shop.shelf import ShopPolicy
from bot.rules.panel import RUNNING, Section
from bot.rules.policies import Policies

LISTS = {Section.ITEMS: list_items}

ANY_STATE = RUNNING | {"closed", "ended"}


def panel_acts(policies: Policies) -> tuple[PanelAct, ...]:
    """A new item, the list of items, and what can be done with one and with what fans bought of it."""
    return (
        PanelAct(
            "newitem",
            Section.ITEMS,
            "newitem",
            blanks_of(
                new_item_form(policies[ShopPolicy]),
                {"kind": (Pick("coupon:", Section.COUPONS, RUNNING),)},
                price=("50", "100", "200", "300"),
                kind=("makeup", "favour"),
                stock=("5", "10", "20", "50"),
                limit=("1", "2", "3"),
                opens=("+30m", "+1h", "20:00"),
                closes=("+1d", "+3d", "+7d"),
                **{"for": SEGMENTS},
            ),
            reach=reach_new,
        ),
        PanelAct("items", Section.ITEMS, "items", unlogged=True),
        PanelAct("item_close", Section.ITEMS, "item", head="{number}", tail="close", states=RUNNING, danger=True),
        PanelAct("item_open", Section.ITEMS, "item", head="{number}", tail="open", states=frozenset({"closed"})),
        PanelAct("item_done", Section.ITEMS, "item", (person("fan"),), head="{number} done", states=ANY_STATE),
        PanelAct(
            "item_refund",
            Section.ITEMS,
            "item",
            (person("fan"),),
            head="{number} refund",
            states=ANY_STATE,
            danger=True,
        ),
    )
