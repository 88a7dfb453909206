"""Consent to promotion in private: when a fan is asked, and what they and the owner are told of it."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from bot.rules.calendar import DAY, zone
from bot.rules.outcome import Outcome


@dataclass(frozen=True, slots=True)
class ConsentPolicy:
    """When fans are asked, and how many one transaction reminds."""

    asked_at: int = 3
    """The check-in after which a fan is asked."""
    spread: int = 5
    """Who has more check-ins and wasn't asked yet is asked on every fifth day, each fan on another one: when shops of
    before are updated not all fans are asked on one morning. Five shares no factor with a week."""
    quiet_from: time = time(21)
    quiet_until: time = time(9)
    """In the shop's zone: nobody is asked or reminded at night."""
    asked_within: timedelta = timedelta(days=7)
    """After this a question that couldn't leave isn't sent any more."""
    a_day: int = 1
    a_week: int = 3
    """How many promotional private messages the question promises at most. The budget keeps it."""
    chunk: int = 200
    """Members whom one transaction reminds."""


@dataclass(frozen=True, slots=True)
class PromotionQuestion(Outcome, name="consent.PromotionQuestion"):
    """Asked once in private, after the third check-in. It promises nothing for a yes."""

    community_id: int
    shop: str
    a_day: int
    a_week: int
    korean: bool
    """Whether nothing comes at night, and such messages have a name in the law."""


@dataclass(frozen=True, slots=True)
class PromotionYes(Outcome, name="consent.PromotionYes"):
    """Confirms a yes."""

    community_id: int
    shop: str
    day: date
    """The day on which they said it."""

    @property
    def fits_alert(self) -> bool:
        """The confirmation stays as a message, to be looked up."""
        return False


@dataclass(frozen=True, slots=True)
class PromotionNo(Outcome, name="consent.PromotionNo"):
    """Confirms a no."""

    shop: str
    day: date
    withdrawn: bool
    """Whether they had said yes before."""

    @property
    def fits_alert(self) -> bool:
        """The confirmation stays as a message, to be looked up."""
        return False


@dataclass(frozen=True, slots=True)
class NotAFanThere(Outcome, name="consent.NotAFanThere"):
    """They are no member of the shop, so there is nothing to say yes or no to."""


@dataclass(frozen=True, slots=True)
class PromotionReminder(Outcome, name="consent.PromotionReminder"):
    """Two years after a yes: it stands, unless they take it back."""

    community_id: int
    shop: str
    day: date
    """The day on which they said yes."""


@dataclass(frozen=True, slots=True)
class NobodySaidYes(Outcome, name="consent.NobodySaidYes"):
    """To the owner, once after the update: fans of before are told nothing promotional until they said yes."""

    shop: str
    asked_at: int
    contact_needed: bool
    """Whether the shop has to name a contact before anything promotional is sent."""


@dataclass(frozen=True, slots=True)
class ContactMissing(Outcome, name="consent.ContactMissing"):
    """To the owner, at most once a day: a promotional private message wasn't sent, as the shop names no contact."""

    shop: str


def asks_now(times: int, member_id: int, today: date, policy: ConsentPolicy) -> bool:
    """Whether a fan who wasn't asked yet is asked at this check-in. `times` counts their check-ins with this one."""
    late = times > policy.asked_at and (member_id + today.toordinal()) % policy.spread == 0
    return times == policy.asked_at or late


def after_the_night(at: datetime, timezone: str, policy: ConsentPolicy) -> datetime:
    """`at`, or the end of the quiet hours in UTC if it falls into them."""
    local = at.astimezone(zone(timezone))
    if policy.quiet_until <= local.time() < policy.quiet_from:
        return at
    day = local.date() if local.time() < policy.quiet_until else local.date() + DAY
    return datetime.combine(day, policy.quiet_until, zone(timezone)).astimezone(UTC)
