"""Promotion in private: whether a fan said yes to it, and what frames such a message. docs/consent.md says why."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from enum import StrEnum

from bot.rules.calendar import day_of, zone
from bot.rules.outcome import Outcome
from bot.rules.place import Place
from bot.rules.words import Language

KOREAN_ZONES = frozenset({"Asia/Seoul", "ROK"})
REMINDED_AFTER = 2
"""Years after a yes, and after each reminder of it, the fan is reminded that it stands."""
REMINDED_AT = time(11)
"""The reminder comes at this hour of the shop's zone."""
LEAP_DAY = (2, 29)


class ConsentState(StrEnum):
    """Whether promotion may be sent to a fan in private."""

    LIVE = "live"
    """They said yes, and are in a room of the shop."""
    NONE = "none"
    """They never said yes, or aren't in a room of the shop."""
    WITHDRAWN = "withdrawn"
    """They said yes, and took it back."""


class Said(StrEnum):
    """What is written down about a fan's consent. The values stand in rows and never change."""

    YES = "yes"
    NO = "no"
    REMINDED = "reminded"
    """The shop reminded them of their yes."""


class Way(StrEnum):
    """Where it was said. The values stand in rows and never change."""

    QUESTION = "question"
    SETTINGS = "settings"
    STOP = "stop"
    """The button below a promotional message, or below the confirmation or the reminder of a yes."""
    PRIVACY = "privacy"
    """The button of `/privacy` that stops everything."""
    REMINDER = "reminder"
    """The clock's reminder after two years."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What a fan says about promotion, with what they were shown."""

    yes: bool
    words: str
    """What stood there: the whole question, else the label of the button."""
    language: Language
    way: Way


@dataclass(frozen=True, slots=True)
class AdMark(Outcome, name="promotion.AdMark"):
    """The mark with which a promotional private message begins in a Korean community."""


@dataclass(frozen=True, slots=True)
class AdFoot(Outcome, name="promotion.AdFoot"):
    """What stands below a promotional private message: the *stop* button, in a Korean community with the sender."""

    community_id: int
    shop: str
    contact: str
    korean: bool
    """Whether name, contact and the free refusal have to be told."""


def korean_rules_hold(place: Place) -> bool:
    """Whether Korea's rules for advertising hold in a community: it speaks Korean, or lives by Korea's clock.

    The law asks where the readers are, which no bot can see. A shop that meets either sign keeps the rules.
    """
    return place.language is Language.KO or place.timezone in KOREAN_ZONES


def may_promote(place: Place) -> bool:
    """Whether promotional private messages of this shop can be sent at all: in Korea it must say who it is."""
    return bool(place.contact) or not korean_rules_hold(place)


def remind_at(since: datetime, timezone: str) -> datetime:
    """When a yes, or the last reminder of it, is reminded of: two years later to the day, by day, in UTC."""
    said = day_of(since, timezone)
    month, day = (2, 28) if (said.month, said.day) == LEAP_DAY else (said.month, said.day)
    return datetime.combine(date(said.year + REMINDED_AFTER, month, day), REMINDED_AT, zone(timezone)).astimezone(UTC)


def foot_of(place: Place) -> AdFoot:
    """What stands below a promotional private message of this shop."""
    return AdFoot(place.community_id, place.shop, place.contact, korean_rules_hold(place))
