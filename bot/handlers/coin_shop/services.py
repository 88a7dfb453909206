"""What handlers of the coin shop work with."""

from dataclasses import dataclass

from bot.features.coin_shop.items import Items
from bot.features.coin_shop.purchases import Purchases
from bot.features.coin_shop.shelf import Storefront
from bot.features.coin_shop.wishes import Wishes
from bot.features.communities import Communities
from bot.flows.buy import Buying
from bot.flows.named_people import People
from bot.flows.sell_coupons import Selling
from bot.handlers.kit.forms import Form
from bot.handlers.kit.naming import Naming


@dataclass(frozen=True, slots=True)
class CoinShopServices:
    """The use cases of the coin shop, and the form that staff fill in."""

    storefront: Storefront
    buying: Buying
    items: Items
    selling: Selling
    wishes: Wishes
    communities: Communities
    purchases: Purchases
    people: People
    naming: Naming
    new_item: Form
    """The form of `/newitem`."""
