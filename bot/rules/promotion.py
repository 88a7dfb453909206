"""Promotion in private: whether a fan said yes to it, and where Korea's rules hold."""

from enum import StrEnum

from bot.rules.place import Place
from bot.rules.words import Language

KOREAN_ZONES = frozenset({"Asia/Seoul", "ROK"})


class ConsentState(StrEnum):
    """Whether promotion may be sent to a fan in private."""

    LIVE = "live"
    """They said yes, and are in a room of the shop."""
    NONE = "none"
    """They never said yes, or aren't in a room of the shop."""
    WITHDRAWN = "withdrawn"
    """They said yes, and took it back."""


def korean_rules_hold(place: Place) -> bool:
    """Whether Korea's rules for advertising hold in a community: it speaks Korean, or lives by Korea's clock.

    The law asks where the readers are, which no bot can see. A shop that meets either sign keeps the rules.
    """
    return place.language is Language.KO or place.timezone in KOREAN_ZONES


def may_promote(place: Place) -> bool:
    """Whether promotional private messages of this shop can be sent at all: in Korea it must say who it is."""
    return bool(place.contact) or not korean_rules_hold(place)
