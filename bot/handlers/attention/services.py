"""What the handlers of attention work with."""

from dataclasses import dataclass

from bot.features.attention.bounds import ShopBounds
from bot.features.attention.consent import Consents
from bot.features.attention.unsent import Unsent
from bot.features.attention.warnings import StaffWarnings
from bot.features.attention.why import Why
from bot.features.communities import Communities
from bot.rules.attention.bounds import BoundsPolicy


@dataclass(frozen=True, slots=True)
class ConsentServices:
    """Use cases of consent, and what the handler asks besides."""

    consents: Consents
    communities: Communities


@dataclass(frozen=True, slots=True)
class AttentionServices:
    """The use cases of bounds, of what wasn't sent, and of why something was."""

    bounds: ShopBounds
    limits: BoundsPolicy
    why: Why
    unsent: Unsent
    warnings: StaffWarnings
    communities: Communities
