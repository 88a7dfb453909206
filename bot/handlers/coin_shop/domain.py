"""How the domain plugs in."""

from bot.content.buttons import coin_shop as buttons
from bot.content.secrets import coin_shop as secrets
from bot.features.coin_shop import forget, purchases
from bot.features.coin_shop import items as item_cases
from bot.features.coin_shop.items import Items
from bot.features.coin_shop.purchases import Purchases
from bot.features.coin_shop.shelf import Storefront
from bot.features.coin_shop.wishes import Wishes
from bot.flows import sell_coupons
from bot.flows.buy import Buying
from bot.flows.sell_coupons import Selling
from bot.flows.undo import Undoable
from bot.handlers.coin_shop import items, panel, shelf, wishes
from bot.handlers.coin_shop.services import CoinShopServices
from bot.handlers.kit.domain import Core, Domain, Wired
from bot.rules.coin_shop.shelf import ShopPolicy


def wire(core: Core) -> Wired:
    """Make what handlers of the coin shop ask for."""
    policy = core.policies[ShopPolicy]
    services = CoinShopServices(
        storefront=Storefront(core.db, core.policies),
        buying=Buying(core.db, core.policies, core.choice, core.fresh_bytes),
        items=Items(core.db),
        selling=Selling(core.db, core.policies),
        wishes=Wishes(core.db, policy),
        communities=core.communities,
        purchases=Purchases(core.db),
        people=core.people,
        naming=core.naming,
        new_item=items.new_item_form(policy),
    )
    return Wired({"coin_shop": services})


DOMAIN = Domain(
    name="coin_shop",
    desks=(shelf.setup, wishes.setup, items.setup),
    policies=(ShopPolicy,),
    undo={
        item_cases.MADE: Undoable(lambda tx, act, entry, _: sell_coupons.undo_make(tx, act, entry)),
        item_cases.CLOSED: Undoable(lambda tx, act, entry, _: item_cases.undo_set_open(tx, act, entry)),
        item_cases.OPENED: Undoable(lambda tx, act, entry, _: item_cases.undo_set_open(tx, act, entry)),
        purchases.HANDED_OVER: Undoable(lambda tx, act, entry, _: purchases.undo_hand_over(tx, act, entry)),
    },
    tells=forget.TELLS,
    forgets=(forget.forget,),
    acted_by=forget.ACTED_BY,
    panel_acts=panel.panel_acts,
    panel_lists=panel.LISTS,
    panel_ended=panel.ENDED,
    buttons=buttons.BUTTONS,
    secrets=secrets.SECRETS,
    wire=wire,
)
