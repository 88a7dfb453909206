"""What handlers of gifts ask for."""

from dataclasses import dataclass

from bot.clock import Clock
from bot.features.communities import Communities
from bot.features.gifts.gifts import Gifts
from bot.features.gifts.offers import GiftOffers
from bot.handlers.kit.invite_links import WaysIn


@dataclass(frozen=True, slots=True)
class GiftServices:
    """Use cases of gifts, and what their handlers need besides."""

    cards: Gifts
    """What fans do."""
    offers: GiftOffers
    """What staff do."""
    communities: Communities
    ways: WaysIn
    clock: Clock
