"""Claims: who may claim what, when, and what they hear."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.rules.coupon_states import CampaignState
from bot.rules.coupons.campaigns import CampaignFacts
from bot.rules.for_whom import NotForYou, Offered, for_whom
from bot.rules.outcome import Outcome
from bot.rules.tiers import Tier


@dataclass(frozen=True, slots=True)
class Claimed(Outcome, name="coupons.Claimed"):
    """A coupon is the fan's."""

    title: str
    code: str
    price: int
    balance: int
    closes: datetime | None


@dataclass(frozen=True, slots=True)
class AlreadyClaimed(Outcome, name="coupons.AlreadyClaimed"):
    """The fan has all they may have of this campaign: the same code again."""

    title: str
    code: str
    closes: datetime | None
    redeemed: bool


@dataclass(frozen=True, slots=True)
class SoldOut(Outcome, name="coupons.SoldOut"):
    """All gone."""

    title: str


@dataclass(frozen=True, slots=True)
class TooEarly(Outcome, name="coupons.TooEarly"):
    """The window isn't open yet."""

    title: str
    opens: datetime
    yours: datetime | None = None
    """When it opens for the reader, whose tier comes first; None: with everybody."""


@dataclass(frozen=True, slots=True)
class TierTooLow(Outcome, name="coupons.TierTooLow"):
    """It is for fans of a better tier."""

    title: str
    tier: Tier
    """The lowest that may claim."""
    yours: Tier


@dataclass(frozen=True, slots=True)
class TooLate(Outcome, name="coupons.TooLate"):
    """The window is over."""

    title: str


@dataclass(frozen=True, slots=True)
class Cancelled(Outcome, name="coupons.Cancelled"):
    """The shop took the campaign back."""

    title: str


@dataclass(frozen=True, slots=True)
class PriceTooHigh(Outcome, name="coupons.PriceTooHigh"):
    """The fan has fewer coins than it costs."""

    title: str
    price: int
    balance: int


@dataclass(frozen=True, slots=True)
class NoSuchCoupon(Outcome, name="coupons.NoSuchCoupon"):
    """No such campaign here: a stale or forged press, or another shop's."""


@dataclass(frozen=True, slots=True)
class OfferedBefore(Outcome, name="coupons.OfferedBefore"):
    """The fan had their data deleted after this could be claimed: nobody knows any more whether they had one."""

    title: str


ClaimRefusal = (
    SoldOut | TooEarly | TierTooLow | TooLate | Cancelled | PriceTooHigh | NoSuchCoupon | OfferedBefore | NotForYou
)
ClaimOutcome = Claimed | AlreadyClaimed | ClaimRefusal


@dataclass(frozen=True, slots=True)
class Claimant:
    """A fan as a claim meets them."""

    balance: int
    tier: Tier = Tier.NEW
    """It must be right where `asks_for_tier` says that the claim depends on it."""
    back_since: datetime | None = None
    """When someone who came back had their data deleted."""
    has_one_set_aside: bool = False
    """Whether one was taken from the stock for them before."""
    is_meant: bool = True
    """Whether they are of the fans whom the campaign is for."""


def asks_for_tier(campaign: CampaignFacts, now: datetime) -> bool:
    """Whether a claim depends on the fan's tier. Most don't, so that the tier need not be worked out."""
    return campaign.tier is not Tier.NEW or (campaign.opens is not None and now < campaign.opens)


def opens_for(tier: Tier, opens: datetime, early: Mapping[Tier, timedelta]) -> datetime:
    """When a drop that opens to the public at `opens` does so for a tier; `early` is `CouponPolicy.early`."""
    return opens - early.get(tier, timedelta(0))


def may_claim(  # noqa: PLR0911  # a list of refusals, the first that fits is told
    campaign: CampaignFacts, claimant: Claimant, now: datetime, early: Mapping[Tier, timedelta]
) -> ClaimRefusal | None:
    """Why a fan who holds none of it yet can't claim now, or None.

    A reason that waiting doesn't change is told before one that it does. `early` is `CouponPolicy.early`.
    """
    if campaign.state is CampaignState.CANCELLED:
        return Cancelled(campaign.title)
    if campaign.state is CampaignState.ENDED or (campaign.closes is not None and now >= campaign.closes):
        return TooLate(campaign.title)
    if not claimant.tier.at_least(campaign.tier):
        return TierTooLow(campaign.title, campaign.tier, claimant.tier)
    whom = for_whom(campaign.segment)
    if whom is not None and not claimant.is_meant:
        return NotForYou(Offered.DROP, campaign.title, whom)
    if campaign.opens is not None:
        yours = opens_for(claimant.tier, campaign.opens, early)
        if now < yours:
            return TooEarly(campaign.title, campaign.opens, yours if yours < campaign.opens else None)
    if campaign.left <= 0 and not claimant.has_one_set_aside:
        return SoldOut(campaign.title)
    back_since = claimant.back_since
    if back_since is not None and max(campaign.made_at, campaign.opens or campaign.made_at) <= back_since:
        return OfferedBefore(campaign.title)
    if claimant.balance < campaign.price:
        return PriceTooHigh(campaign.title, campaign.price, claimant.balance)
    return None
