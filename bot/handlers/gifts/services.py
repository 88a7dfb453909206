"""What handlers of gifts ask for."""

from dataclasses import dataclass

from bot.features.gifts.gifts import Gifts
from bot.features.gifts.offers import GiftOffers


@dataclass(frozen=True, slots=True)
class GiftServices:
    """Use cases of gifts: what fans do, and what staff offer."""

    cards: Gifts
    offers: GiftOffers
