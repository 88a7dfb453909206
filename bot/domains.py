"""The list of domains, in the order in which the clock lets them work, and what comes of them together."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar

from bot.content import Words
from bot.content.buttons import general as general_buttons
from bot.flows.move_group import Follow
from bot.flows.undo import Undoable
from bot.handlers import general
from bot.handlers.checkins.domain import DOMAIN as CHECKINS
from bot.handlers.coin_shop.domain import DOMAIN as COIN_SHOP
from bot.handlers.coins.domain import DOMAIN as COINS
from bot.handlers.coupons.domain import DOMAIN as COUPONS
from bot.handlers.gifts.domain import DOMAIN as GIFTS
from bot.handlers.hearts.domain import DOMAIN as HEARTS
from bot.handlers.kit.domain import Domain
from bot.handlers.kit.table import Table
from bot.handlers.orders.domain import DOMAIN as ORDERS
from bot.handlers.packets.domain import DOMAIN as PACKETS
from bot.handlers.people.domain import DOMAIN as PEOPLE
from bot.handlers.raffles.domain import DOMAIN as RAFFLES
from bot.handlers.shops.domain import DOMAIN as SHOPS
from bot.handlers.staff.domain import DOMAIN as STAFF
from bot.handlers.streams.domain import DOMAIN as STREAMS
from bot.rules.fans import FansPolicy
from bot.rules.policies import Policies

DOMAINS: tuple[Domain, ...] = (
    STREAMS,
    SHOPS,
    COINS,
    GIFTS,
    PACKETS,
    STAFF,
    COUPONS,
    RAFFLES,
    PEOPLE,
    CHECKINS,
    COIN_SHOP,
    HEARTS,
    ORDERS,
)


K = TypeVar("K")
V = TypeVar("V")


def words_of(domains: Sequence[Domain]) -> Words:
    """The words, with the buttons and the secrets of every domain."""
    buttons = _merged((general_buttons.BUTTONS, *(domain.buttons for domain in domains)))
    return Words(buttons, _merged(domain.secrets for domain in domains))


def _merged(parts: Iterable[Mapping[K, V]]) -> dict[K, V]:
    """All in one mapping. What two registered would be lost in silence.

    Raises:
        ValueError: two domains registered the same.
    """
    merged: dict[K, V] = {}
    for part in parts:
        if twice := merged.keys() & part.keys():
            raise ValueError(f"registered twice: {twice}")
        merged.update(part)
    return merged


def policies_of(domains: Sequence[Domain]) -> Policies:
    """One of each policy, as it is from the start."""
    return Policies([FansPolicy(), *(kind() for domain in domains for kind in domain.policies)])


def table_of(domains: Sequence[Domain]) -> Table:
    """A fresh root router with every desk; what no desk knows goes to the general one."""
    return Table(
        [desk() for domain in domains for desk in domain.desks],
        message_else=general.something_else,
        message_borrowed=general.borrowed,
        press_else=general.stale_press,
    )


def undoables_of(domains: Sequence[Domain]) -> dict[str, Undoable]:
    """All acts that can be taken back, by their names in the audit log."""
    return {name: undoable for domain in domains for name, undoable in domain.undo.items()}


def follows_of(domains: Sequence[Domain]) -> list[Follow]:
    """All that follows when a group becomes a supergroup."""
    return [follow for domain in domains for follow in domain.follows]
