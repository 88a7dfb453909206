"""Coupons: who may claim what, when, and what staff may still change."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from bot.rules.outcome import Outcome
from bot.rules.tiers import Tier

LONG_AGO = datetime.min.replace(tzinfo=UTC)


class CampaignState(StrEnum):
    """Where a campaign stands by the owner's will; its window is a matter of time."""

    OPEN = "open"
    ENDED = "ended"
    """Its window is over and its shared code went to another campaign."""
    CANCELLED = "cancelled"


class CouponState(StrEnum):
    """What became of a claimed coupon."""

    HELD = "held"
    REDEEMED = "redeemed"
    CANCELLED = "cancelled"


class KeptFor(StrEnum):
    """What a campaign is kept out of the group for: it is handed out there and nowhere else."""

    SHOP = "shop"
    """The coin shop sells it."""
    GIFT = "gift"
    """It travels with gifts."""
    HEARTS = "hearts"
    """A heart goal hangs its cards."""


@dataclass(frozen=True, slots=True)
class CouponPolicy:
    """Limits of campaigns, and how the drop card lives."""

    max_stock: int = 100_000
    max_price: int = 1_000_000
    max_limit: int = 100
    max_title: int = 120
    max_shared_code: int = 32
    card_every: timedelta = timedelta(seconds=5)
    """The drop card is edited at most this often."""
    retry_codes: int = 5
    """Fresh codes tried when one is taken (one in 27 billion)."""
    early: Mapping[Tier, timedelta] = field(
        default_factory=lambda: {Tier.CORE: timedelta(minutes=10), Tier.LOYAL: timedelta(minutes=5)}
    )
    """How long before `opens` a tier may claim."""
    early_shown: timedelta = timedelta(hours=24)
    """So long before `opens` those who may claim early are told in `/coupons`."""


POLICY = CouponPolicy()
PUBLIC = CouponPolicy(early={})
"""What a card in the group goes by: nobody comes first there."""


@dataclass(frozen=True, slots=True)
class CampaignFacts:
    """A campaign as a claim meets it. Instants are aware, UTC."""

    id: int
    number: int
    """What staff call it: `/coupon 12`."""
    title: str
    stock: int
    taken: int
    price: int
    limit: int
    state: CampaignState
    opens: datetime | None
    closes: datetime | None
    shared_code: str | None
    made_at: datetime = LONG_AGO
    tier: Tier = Tier.NEW
    """The lowest that may claim."""
    kept_for: KeptFor | None = None
    """None: it hangs in the group."""
    batch_id: int | None = None
    """The file of its codes; None: they are generated, or one for all."""

    @property
    def left(self) -> int:
        """Coupons not taken yet."""
        return self.stock - self.taken


@dataclass(frozen=True, slots=True)
class CodeFile:
    """A staged file of codes."""

    batch_id: int
    first: str
    last: str


@dataclass(frozen=True, slots=True)
class NewCampaign:
    """What staff ask for with `/newcoupon`."""

    title: str
    stock: int
    price: int = 0
    limit: int = 1
    tier: Tier = Tier.NEW
    opens: datetime | None = None
    closes: datetime | None = None
    shared_code: str | None = None
    kept_for: KeptFor | None = None
    file: CodeFile | None = None
    """Where its codes come from, if not from us."""


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
    """The fan had their data deleted after this could be claimed: whether they had theirs can't be told any more."""

    title: str


ClaimRefusal = SoldOut | TooEarly | TierTooLow | TooLate | Cancelled | PriceTooHigh | NoSuchCoupon | OfferedBefore
ClaimOutcome = Claimed | AlreadyClaimed | ClaimRefusal


def asks_for_tier(campaign: CampaignFacts, now: datetime) -> bool:
    """Whether a claim depends on the fan's tier: for most it doesn't, and it need not be worked out."""
    return campaign.tier is not Tier.NEW or (campaign.opens is not None and now < campaign.opens)


def opens_for(tier: Tier, opens: datetime, policy: CouponPolicy) -> datetime:
    """When a drop that opens to the public at `opens` does so for a tier."""
    return opens - policy.early.get(tier, timedelta(0))


def may_claim(  # noqa: PLR0911  # a list of refusals, first come first told
    campaign: CampaignFacts,
    balance: int,
    now: datetime,
    back_since: datetime | None = None,
    *,
    aside: bool = False,
    tier: Tier = Tier.NEW,
    policy: CouponPolicy = POLICY,
) -> ClaimRefusal | None:
    """Why a fan who holds none of it yet can't claim now, or None. The first reason that no wait can mend wins.

    `back_since` is when someone who came back had their data deleted; `aside`: one was set aside for them. `tier` is
    theirs, where `asks_for_tier` wants it.
    """
    if campaign.state is CampaignState.CANCELLED:
        return Cancelled(campaign.title)
    if campaign.state is CampaignState.ENDED or (campaign.closes is not None and now >= campaign.closes):
        return TooLate(campaign.title)
    if not tier.at_least(campaign.tier):
        return TierTooLow(campaign.title, campaign.tier, tier)
    if campaign.opens is not None:
        yours = opens_for(tier, campaign.opens, policy)
        if now < yours:
            return TooEarly(campaign.title, campaign.opens, yours if yours < campaign.opens else None)
    if campaign.left <= 0 and not aside:
        return SoldOut(campaign.title)
    if back_since is not None and max(campaign.made_at, campaign.opens or campaign.made_at) <= back_since:
        return OfferedBefore(campaign.title)
    if balance < campaign.price:
        return PriceTooHigh(campaign.title, campaign.price, balance)
    return None


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

    @property
    def over(self) -> bool:
        """Whether nobody can claim any more."""
        return self.state in {"closed", "cancelled"}


def drop_card(campaign: CampaignFacts, now: datetime) -> DropCard:
    """The card of `campaign` as it should look at `now`."""
    match may_claim(campaign, campaign.price, now, tier=campaign.tier, policy=PUBLIC):
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
    )


def fate_of(state: CouponState, campaign: CampaignState, closes: datetime | None, now: datetime) -> str:
    """What a fan reads of a coupon of theirs: `held` (the till honours it), `redeemed`, `over` or `cancelled`.

    A cancelled campaign's coupons are voided in chunks: one that still waits for its turn is cancelled already.
    """
    if state is CouponState.REDEEMED:
        return "redeemed"
    if state is CouponState.CANCELLED or campaign is CampaignState.CANCELLED:
        return "cancelled"
    return "over" if campaign is CampaignState.ENDED or (closes is not None and now >= closes) else "held"


@dataclass(frozen=True, slots=True)
class HeldCoupon:
    """One line of a fan's coupons."""

    title: str
    code: str
    state: str
    """`held`, `redeemed`, `over` or `cancelled`."""
    closes: datetime | None


@dataclass(frozen=True, slots=True)
class EarlyDrop:
    """A drop that opens earlier for the reader than for the group, where no card hangs yet."""

    campaign_id: int
    title: str
    left: int
    price: int
    yours: datetime
    """When it opens for them."""
    opens: datetime
    open: bool
    """Whether they can claim it now."""


@dataclass(frozen=True, slots=True)
class MyCoupons(Outcome, name="coupons.MyCoupons"):
    """What a fan can use, what ends soonest first."""

    coupons: tuple[HeldCoupon, ...]
    more: int = 0
    """Those that can be used and that the list leaves out."""
    early: tuple[EarlyDrop, ...] = ()
    """What their tier may claim before the others."""
    past: tuple[HeldCoupon, ...] = ()
    """The last ones that were claimed and can't be used any more."""

    @property
    def fits_alert(self) -> bool:
        """Of a list of codes the short form tells only how many there are."""
        return not (self.coupons or self.early)


@dataclass(frozen=True, slots=True)
class CampaignMade(Outcome, name="coupons.CampaignMade"):
    """A campaign stands; its card hangs in the groups or comes at its time."""

    number: int
    title: str
    stock: int
    price: int
    limit: int
    tier: str
    opens: datetime | None
    closes: datetime | None
    shared_code: str | None
    groups: int
    """Groups that get the card."""
    audit_id: int
    kept_for: KeptFor | None = None
    core_from: datetime | None = None
    loyal_from: datetime | None = None
    """When those who come first may claim."""
    first_code: str | None = None
    last_code: str | None = None
    """Of a file: so that staff see whether it was read as they meant it."""
    untold: tuple[str, ...] = ()
    """Rooms that refuse messages now, so that they don't hear of it yet."""


@dataclass(frozen=True, slots=True)
class SharedCodeTaken(Outcome, name="coupons.SharedCodeTaken"):
    """Another open campaign of the shop uses this code."""

    code: str
    number: int


@dataclass(frozen=True, slots=True)
class WindowUpsideDown(Outcome, name="coupons.WindowUpsideDown"):
    """It would close before it opens."""

    opens: datetime
    closes: datetime


@dataclass(frozen=True, slots=True)
class WindowPast(Outcome, name="coupons.WindowPast"):
    """It would close before now."""

    closes: datetime


@dataclass(frozen=True, slots=True)
class CampaignCancelled(Outcome, name="coupons.CampaignCancelled"):
    """A campaign was taken back; held coupons are void and their coins returned."""

    number: int
    title: str
    coupons: int
    refunded: int
    """Coins given back, in all."""
    audit_id: int
    undoable: bool


@dataclass(frozen=True, slots=True)
class AlreadyCancelled(Outcome, name="coupons.AlreadyCancelled"):
    """It was cancelled before."""

    number: int
    title: str


@dataclass(frozen=True, slots=True)
class CampaignUnknown(Outcome, name="coupons.CampaignUnknown"):
    """Staff named a number that this shop doesn't have."""

    number: int


@dataclass(frozen=True, slots=True)
class CampaignShown(Outcome, name="coupons.CampaignShown"):
    """How a campaign stands, for staff."""

    number: int
    title: str
    stock: int
    taken: int
    redeemed: int
    price: int
    state: str
    opens: datetime | None
    closes: datetime | None
    shared_code: str | None
    kept_for: KeptFor | None = None
    untold: tuple[str, ...] = ()
    """Rooms that refuse messages now, so that they don't hear of it yet."""


@dataclass(frozen=True, slots=True)
class Redeemed(Outcome, name="coupons.Redeemed"):
    """A coupon was honoured at the till."""

    title: str
    code: str
    fan: str
    audit_id: int


@dataclass(frozen=True, slots=True)
class AlreadyRedeemed(Outcome, name="coupons.AlreadyRedeemed"):
    """It was honoured before: when and by whom."""

    title: str
    code: str
    fan: str
    at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class CodeMistyped(Outcome, name="coupons.CodeMistyped"):
    """The check character doesn't fit: a letter is wrong or two are swapped."""

    code: str


@dataclass(frozen=True, slots=True)
class CodeUnknown(Outcome, name="coupons.CodeUnknown"):
    """No coupon of this shop has this code."""

    code: str


@dataclass(frozen=True, slots=True)
class CouponVoid(Outcome, name="coupons.CouponVoid"):
    """The coupon's campaign was cancelled."""

    title: str
    code: str


@dataclass(frozen=True, slots=True)
class CouponOver(Outcome, name="coupons.CouponOver"):
    """The coupon's window has ended."""

    title: str
    code: str
    closed: datetime


@dataclass(frozen=True, slots=True)
class WhoseCode(Outcome, name="coupons.WhoseCode"):
    """A shared code says nothing about who holds it: `/redeem CODE @fan`."""

    code: str


@dataclass(frozen=True, slots=True)
class FanHasNone(Outcome, name="coupons.FanHasNone"):
    """The named fan holds no coupon with this shared code."""

    code: str
    fan: str


RedeemOutcome = (
    Redeemed | AlreadyRedeemed | CodeMistyped | CodeUnknown | CouponVoid | CouponOver | WhoseCode | FanHasNone
)


def check_window(
    opens: datetime | None, closes: datetime | None, now: datetime
) -> WindowUpsideDown | WindowPast | None:
    """Why a window makes no sense, or None."""
    if closes is not None and closes <= now:
        return WindowPast(closes)
    if opens is not None and closes is not None and closes <= opens:
        return WindowUpsideDown(opens, closes)
    return None


def may_redeem(
    title: str, code: str, state: CouponState, closes: datetime | None, now: datetime
) -> CouponVoid | CouponOver | None:
    """Why a held coupon can't be honoured now, or None (already redeemed is told with its own facts)."""
    if state is CouponState.CANCELLED:
        return CouponVoid(title, code)
    if closes is not None and now >= closes:
        return CouponOver(title, code, closes)
    return None
