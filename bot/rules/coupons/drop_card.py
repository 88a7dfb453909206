"""The card of a drop in the group."""

from dataclasses import dataclass
from datetime import datetime

from bot.rules.coupons.campaigns import CampaignFacts
from bot.rules.coupons.claims import Cancelled, Claimant, SoldOut, TooEarly, TooLate, may_claim
from bot.rules.for_whom import ForWhom, for_whom
from bot.rules.outcome import Outcome
from bot.rules.tiers import Tier


@dataclass(frozen=True, slots=True)
class DropCard(Outcome, name="coupons.DropCard"):
    """A drop as it hangs in the group: alive while it can be claimed, honest once it can't."""

    campaign_id: int
    title: str
    price: int
    limit: int
    left: int
    stock: int
    state: str
    """`soon`, `open`, `sold_out`, `closed` or `cancelled`."""
    opens: datetime | None
    closes: datetime | None
    tier: Tier = Tier.NEW
    whom: ForWhom | None = None
    """For whom it is; None: for all fans."""

    @property
    def over(self) -> bool:
        """Whether nobody can claim any more."""
        return self.state in {"closed", "cancelled"}


def drop_card(campaign: CampaignFacts, now: datetime) -> DropCard:
    """The card of `campaign` as it should look at `now`. In the group nobody comes first."""
    anybody = Claimant(campaign.price, campaign.tier)
    match may_claim(campaign, anybody, now, early={}):
        case Cancelled():
            state = "cancelled"
        case TooLate():
            state = "closed"
        case TooEarly():
            state = "soon"
        case SoldOut():
            state = "sold_out"
        case _:
            state = "open"
    return DropCard(
        campaign_id=campaign.id,
        title=campaign.title,
        price=campaign.price,
        limit=campaign.limit,
        left=campaign.left,
        stock=campaign.stock,
        state=state,
        opens=campaign.opens,
        closes=campaign.closes,
        tier=campaign.tier,
        whom=for_whom(campaign.segment),
    )
