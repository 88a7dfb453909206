"""What the handlers of consent work with."""

from dataclasses import dataclass

from bot.features.attention.consent import Consents
from bot.features.communities import Communities


@dataclass(frozen=True, slots=True)
class ConsentServices:
    """Use cases of consent, and what the handler asks besides."""

    consents: Consents
    communities: Communities
