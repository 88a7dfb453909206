"""What handlers of orders work with."""

from dataclasses import dataclass

from bot.features.orders.claims import Claims
from bot.features.orders.hook import Hooks
from bot.features.orders.orders import Orders
from bot.flows.named_people import People
from bot.flows.redeem import Redemption
from bot.handlers.kit.imports import FileTalk
from bot.handlers.kit.naming import Naming
from bot.rules.orders.told import OrderPolicy


@dataclass(frozen=True, slots=True)
class OrderServices:
    """The use cases of orders and of the till, and their limits."""

    book: Orders
    """Looks an order up, takes one back."""
    claims: Claims
    """Whose an order is, as fans tell and staff decide."""
    hooks: Hooks
    redemption: Redemption
    policy: OrderPolicy
    file_talk: FileTalk
    people: People
    naming: Naming
