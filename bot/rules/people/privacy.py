"""Privacy: which data of a fan is kept and for how long, how to stop messages, and how to have the data deleted."""

from dataclasses import dataclass
from datetime import timedelta

from bot.rules.outcome import Outcome
from bot.rules.retention import ASIDE_KEPT, CAUSES_KEPT, FINGERPRINT_MONTHS, MEMORY_KEPT, MOVED_MONTHS

TOUCH_KEPT = timedelta(days=30)
"""How long the bot remembers which link a person opened, until they join."""


@dataclass(frozen=True, slots=True)
class PrivacyNotice(Outcome, name="privacy.PrivacyNotice"):
    """`/privacy`: which data is kept, why, how long, who sees it, and the two buttons."""

    shop: str
    reminders: bool
    """Whether they get private messages, which a button can stop."""
    sighting_days: int
    """Days for which it is kept that a person pressed faster than a person can."""
    causes_days: int = CAUSES_KEPT.days
    touch_days: int = TOUCH_KEPT.days
    fingerprint_months: int = FINGERPRINT_MONTHS
    aside_days: int = ASIDE_KEPT.days
    moved_months: int = MOVED_MONTHS
    """Months for which it waits what the shop brought along for somebody who isn't here yet."""
    memory_days: int = MEMORY_KEPT.days
    """Days for which single acts, active days and what was shown are kept. Sums by day stay."""


@dataclass(frozen=True, slots=True)
class DataComes(Outcome, name="privacy.DataComes"):
    """The file of their data comes to the private chat in a moment."""


@dataclass(frozen=True, slots=True)
class DataFile(Outcome, name="privacy.DataFile"):
    """The words under the file of their data."""

    shop: str


@dataclass(frozen=True, slots=True)
class Stopped(Outcome, name="privacy.Stopped"):
    """They get no more private messages except answers."""


@dataclass(frozen=True, slots=True)
class DeletionAsked(Outcome, name="privacy.DeletionAsked"):
    """The question before a deletion, with what would be lost."""

    shop: str
    coins: int
    coupons: int
    """Coupons that they hold and haven't used."""
    fingerprint_months: int = FINGERPRINT_MONTHS


@dataclass(frozen=True, slots=True)
class DeletionDone(Outcome, name="privacy.DeletionDone"):
    """Their data is gone."""

    shop: str
    fingerprint_months: int = FINGERPRINT_MONTHS


@dataclass(frozen=True, slots=True)
class Kept(Outcome, name="privacy.Kept"):
    """They decided to keep their data."""


@dataclass(frozen=True, slots=True)
class NothingKept(Outcome, name="privacy.NothingKept"):
    """There is no data of them to delete."""


@dataclass(frozen=True, slots=True)
class OwnerStays(Outcome, name="privacy.OwnerStays"):
    """They own the shop, so their data can't be deleted."""

    shop: str


DeletionOutcome = DeletionDone | NothingKept | OwnerStays
