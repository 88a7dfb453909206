"""What is kept of a fan and for how long, how to stop what reaches them, and how to be forgotten."""

from dataclasses import dataclass
from datetime import timedelta

from bot.rules.farming import FarmingPolicy
from bot.rules.outcome import Outcome

FINGERPRINT_MONTHS = 12
FINGERPRINT_KEPT = timedelta(days=365)
"""How long it is remembered, by a fingerprint, that someone had their data deleted: twelve months."""
TOUCH_KEPT = timedelta(days=30)
"""How long the link that someone opened waits for them to join."""
SIGHTING_KEPT = FarmingPolicy().fast_kept
"""How long it is kept that somebody pressed faster than a person."""
CAUSES_KEPT = timedelta(days=3)
"""How long an update's number stands beside what it did, so that it isn't done twice."""

ASIDE_KEPT = timedelta(days=30)
"""How long what couldn't be read or stored waits for a repair."""


@dataclass(frozen=True, slots=True)
class PrivacyNotice(Outcome, name="privacy.PrivacyNotice"):
    """`/privacy`: what is kept, why, how long, who sees it, and the two buttons."""

    shop: str
    reminders: bool
    """Whether anything reaches them in private: then there is something to stop."""
    causes_days: int = CAUSES_KEPT.days
    touch_days: int = TOUCH_KEPT.days
    fingerprint_months: int = FINGERPRINT_MONTHS
    sighting_days: int = SIGHTING_KEPT.days
    aside_days: int = ASIDE_KEPT.days


@dataclass(frozen=True, slots=True)
class Stopped(Outcome, name="privacy.Stopped"):
    """Nothing reaches them in private any more but answers."""


@dataclass(frozen=True, slots=True)
class DeletionAsked(Outcome, name="privacy.DeletionAsked"):
    """Asked once more, with what would be lost."""

    shop: str
    coins: int
    coupons: int
    """Held and not used."""
    fingerprint_months: int = FINGERPRINT_MONTHS


@dataclass(frozen=True, slots=True)
class DeletionDone(Outcome, name="privacy.DeletionDone"):
    """Their data is gone."""

    shop: str
    fingerprint_months: int = FINGERPRINT_MONTHS


@dataclass(frozen=True, slots=True)
class Kept(Outcome, name="privacy.Kept"):
    """They thought better of it."""


@dataclass(frozen=True, slots=True)
class NothingKept(Outcome, name="privacy.NothingKept"):
    """There is nothing of them to delete."""


@dataclass(frozen=True, slots=True)
class OwnerStays(Outcome, name="privacy.OwnerStays"):
    """Who owns the shop can't be cut out of it."""

    shop: str


DeletionOutcome = DeletionDone | NothingKept | OwnerStays
