"""What is kept of a fan and for how long, how to stop what reaches them, and how to be forgotten."""

from dataclasses import dataclass
from datetime import timedelta

from bot.rules.outcome import Outcome
from bot.rules.retention import ASIDE_KEPT, CAUSES_KEPT, FINGERPRINT_MONTHS

TOUCH_KEPT = timedelta(days=30)
"""How long the link that someone opened waits for them to join."""


@dataclass(frozen=True, slots=True)
class PrivacyNotice(Outcome, name="privacy.PrivacyNotice"):
    """`/privacy`: what is kept, why, how long, who sees it, and the two buttons."""

    shop: str
    reminders: bool
    """Whether anything reaches them in private: then there is something to stop."""
    sighting_days: int
    """How long it is kept that somebody pressed faster than a person."""
    causes_days: int = CAUSES_KEPT.days
    touch_days: int = TOUCH_KEPT.days
    fingerprint_months: int = FINGERPRINT_MONTHS
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
