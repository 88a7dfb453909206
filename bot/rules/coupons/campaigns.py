"""Campaigns of coupons: what staff ask for, and what they hear of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from bot.rules.coupon_states import CampaignState, KeptFor
from bot.rules.for_whom import Aimed
from bot.rules.outcome import Outcome
from bot.rules.tiers import Tier

LONG_AGO = datetime.min.replace(tzinfo=UTC)


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
    """How long before `opens` a tier may claim; a tier that isn't named claims with everybody."""
    early_shown: timedelta = timedelta(hours=24)
    """`/coupons` tells those who may claim early so long before `opens`."""


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
    segment: str = ""
    """The fans who may claim, as `rules/segments.py` writes them; empty: all."""

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
    segment: str = ""
    """The fans who may claim; empty: all."""


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
    aimed: Aimed | None = None
    """The fans who may claim; None: all."""


@dataclass(frozen=True, slots=True)
class SharedCodeTaken(Outcome, name="coupons.SharedCodeTaken"):
    """Another open campaign of the shop uses this code."""

    code: str
    number: int


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
    orders: int | None = None
    """Paid orders that used its shared code; None if each coupon has a code of its own."""
    segment: str = ""
    """The fans who may claim; empty: all."""
