"""The coin shop: what a fan may buy, when, how often, and what they hear. What staff do stands in `items.py`."""

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from bot.rules.calendar import day_of, month_of
from bot.rules.for_whom import ForWhom, NotForYou, Offered, for_whom
from bot.rules.outcome import Outcome
from bot.rules.tiers import Tier

LONG_AGO = datetime.min.replace(tzinfo=UTC)


class ItemKind(StrEnum):
    """What an item gives."""

    COUPON = "coupon"
    """A coupon of a campaign."""
    RAFFLE = "raffle"
    """An entry into a raffle."""
    MAKE_UP = "makeup"
    """A credit that makes up a missed day of check-ins."""
    FAVOUR = "favour"
    """What staff do by hand: a question first, a greeting on air."""


class ItemState(StrEnum):
    """What staff decided of an item. Whether its window is open is a matter of time."""

    OPEN = "open"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"
    """Taken back before anybody bought it."""


class PurchaseState(StrEnum):
    """What became of what was bought."""

    WAITING = "waiting"
    """It waits for staff to do it."""
    DONE = "done"
    REFUNDED = "refunded"
    VOID = "void"
    """Its buyer had their data deleted."""


class Per(StrEnum):
    """The period in which a limit counts."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class ShopPolicy:
    """Limits of items, and how many the shelf shows at once."""

    max_stock: int = 100_000
    max_price: int = 1_000_000
    max_limit: int = 100
    max_title: int = 80
    max_wish: int = 200
    """Characters in which the buyer of a favour says what they wish."""
    page: int = 8
    """Items on one page: a whisper that is edited holds about a thousand characters."""


@dataclass(frozen=True, slots=True)
class ItemFacts:
    """An item as a purchase meets it. Instants are aware, UTC."""

    id: int
    number: int
    """What staff call it: `/item 3`."""
    title: str
    kind: ItemKind
    price: int
    stock: int | None
    """None: as many as are wanted."""
    sold: int
    limit: int | None
    """Purchases of one fan, in a period if there is one; None: no limit."""
    per: Per | None
    tier: Tier
    opens: datetime | None
    closes: datetime | None
    state: ItemState
    made_at: datetime = LONG_AGO
    supply: int | None = None
    """What its campaign has left; None where nothing but the stock bounds it."""
    over: bool = False
    """Its campaign or raffle is over or cancelled."""
    segments: tuple[str, ...] = ()
    """The fans who may buy it, its own and its campaign's or raffle's, as `rules/segments.py` writes them."""

    @property
    def left(self) -> int | None:
        """How many can still be bought, or None."""
        own = self.stock - self.sold if self.stock is not None else None
        bounds = [bound for bound in (own, self.supply) if bound is not None]
        return max(0, min(bounds)) if bounds else None

    @property
    def whom(self) -> ForWhom | None:
        """For whom it is; None: for all fans."""
        said = {whom for text in self.segments if (whom := for_whom(text)) is not None}
        return next(iter(said)) if len(said) == 1 else ForWhom() if said else None


@dataclass(frozen=True, slots=True)
class Buyer:
    """A fan as a purchase meets them."""

    balance: int
    tier: Tier
    bought: int
    """Purchases of this item in the period that counts, without those that were refunded."""
    back_since: datetime | None = None
    is_meant: bool = True
    """Whether they are of the fans whom the item is for."""


@dataclass(frozen=True, slots=True)
class Yes:
    """A fan's yes to a price that they were shown."""

    item_id: int
    price: int
    serial: int
    """The number of this purchase among theirs of the item, so that the same yes tapped twice buys once."""


@dataclass(frozen=True, slots=True)
class ShelfLine:
    """One item on the shelf."""

    item_id: int
    title: str
    price: int
    left: int | None
    state: str
    """`open`, `soon`, `sold_out`, `limit`, `tier`, `not_meant` or `dear`: whether this fan can buy it, and why not."""
    tier: str
    opens: datetime | None
    closes: datetime | None
    whom: ForWhom | None = None
    """For whom it is; None: for all fans."""


@dataclass(frozen=True, slots=True)
class Shelf(Outcome, name="shop.Shelf"):
    """What the shop sells, as one fan sees it."""

    balance: int
    lines: tuple[ShelfLine, ...]
    page: int = 1
    pages: int = 1


@dataclass(frozen=True, slots=True)
class BuyAsked(Outcome, name="shop.BuyAsked"):
    """The price once more before anything is spent."""

    item_id: int
    title: str
    kind: str
    price: int
    balance: int
    serial: int


@dataclass(frozen=True, slots=True)
class Bought(Outcome, name="shop.Bought"):
    """It is the fan's."""

    title: str
    kind: str
    price: int
    balance: int
    code: str | None = None
    """The coupon's code."""
    closes: datetime | None = None
    """The last moment at which the coupon can be used."""
    entry: int | None = None
    """The number of the raffle's entry."""
    purchase_id: int = 0
    """Of a favour: its buyer can say what they wish. 0 for everything else."""


@dataclass(frozen=True, slots=True)
class BoughtAlready(Outcome, name="shop.BoughtAlready"):
    """This yes was used before: nothing is spent again."""

    title: str


@dataclass(frozen=True, slots=True)
class ItemSoldOut(Outcome, name="shop.ItemSoldOut"):
    """None left; nothing was spent."""

    title: str


@dataclass(frozen=True, slots=True)
class ItemGone(Outcome, name="shop.ItemGone"):
    """It isn't sold any more."""

    title: str


@dataclass(frozen=True, slots=True)
class ItemNotYet(Outcome, name="shop.ItemNotYet"):
    """It is sold later."""

    title: str
    opens: datetime


@dataclass(frozen=True, slots=True)
class LimitReached(Outcome, name="shop.LimitReached"):
    """The fan has all that one may have."""

    title: str
    limit: int | None
    """None for the campaign's own limit, which also counts what was claimed elsewhere."""
    per: str | None


@dataclass(frozen=True, slots=True)
class TierTooLow(Outcome, name="shop.TierTooLow"):
    """It is for a higher tier."""

    title: str
    tier: str
    mine: str


@dataclass(frozen=True, slots=True)
class TooDear(Outcome, name="shop.TooDear"):
    """The fan has fewer coins than it costs."""

    title: str
    price: int
    balance: int


@dataclass(frozen=True, slots=True)
class SoldBefore(Outcome, name="shop.SoldBefore"):
    """The fan had their data deleted in the period that counts: nobody knows any more whether they bought one."""

    title: str


@dataclass(frozen=True, slots=True)
class InAlready(Outcome, name="shop.InAlready"):
    """They are in this raffle, and nobody is in it twice."""

    title: str


@dataclass(frozen=True, slots=True)
class NoSuchItem(Outcome, name="shop.NoSuchItem"):
    """No such item here: a stale or forged press, or another shop's."""


@dataclass(frozen=True, slots=True)
class RefundTold(Outcome, name="shop.RefundTold"):
    """Told to the buyer: their coins are back."""

    title: str
    coins: int
    balance: int


BuyRefusal = (
    ItemSoldOut | ItemGone | ItemNotYet | LimitReached | TierTooLow | NotForYou | TooDear | SoldBefore | NoSuchItem
)
AskOutcome = BuyAsked | BuyRefusal
BuyOutcome = Bought | BoughtAlready | InAlready | AskOutcome

NOT_ON_SHELF = (ItemGone, NoSuchItem)
"""Refusals that leave an item off the shelf."""
_STATES: dict[type[BuyRefusal], str] = {
    ItemSoldOut: "sold_out",
    ItemNotYet: "soon",
    LimitReached: "limit",
    SoldBefore: "limit",
    TierTooLow: "tier",
    NotForYou: "not_meant",
    TooDear: "dear",
}


def period_of(now: datetime, timezone: str, per: Per | None) -> str:
    """The period that `now` falls in, as the community's calendar has it; empty for a limit that counts for ever."""
    day = day_of(now, timezone)
    match per:
        case None:
            return ""
        case Per.DAY:
            return day.isoformat()
        case Per.WEEK:
            year, week, _ = day.isocalendar()
            return f"{year:04d}-W{week:02d}"
        case Per.MONTH:
            return month_of(day)


def may_buy(  # noqa: PLR0911  # a list of refusals, first come first told
    item: ItemFacts, buyer: Buyer, now: datetime, timezone: str
) -> BuyRefusal | None:
    """Why this fan can't buy the item now, or None.

    A fan who has reached the limit hears that first: stock and window don't matter to them any more.
    """
    if item.state is ItemState.WITHDRAWN:
        return NoSuchItem()
    if item.state is ItemState.CLOSED or item.over or (item.closes is not None and now >= item.closes):
        return ItemGone(item.title)
    if item.limit is not None and buyer.bought >= item.limit:
        return LimitReached(item.title, item.limit, item.per)
    if item.opens is not None and now < item.opens:
        return ItemNotYet(item.title, item.opens)
    if item.left == 0:
        return ItemSoldOut(item.title)
    if item.limit is not None and _may_have_bought_before(item, buyer, now, timezone):
        return SoldBefore(item.title)
    if not buyer.tier.at_least(item.tier):
        return TierTooLow(item.title, item.tier, buyer.tier)
    whom = item.whom
    if whom is not None and not buyer.is_meant:
        return NotForYou(Offered.ITEM, item.title, whom)
    if buyer.balance < item.price:
        return TooDear(item.title, item.price, buyer.balance)
    return None


def _may_have_bought_before(item: ItemFacts, buyer: Buyer, now: datetime, timezone: str) -> bool:
    """Whether someone who came back may have bought in this period before their data was deleted."""
    since = buyer.back_since
    same_period = since is not None and period_of(since, timezone, item.per) == period_of(now, timezone, item.per)
    return since is not None and same_period and item.made_at <= since


def shelf_line(item: ItemFacts, buyer: Buyer, now: datetime, timezone: str) -> ShelfLine | None:
    """The item as this fan sees it on the shelf; None if it isn't there any more, or is for fans by what isn't told."""
    refusal = may_buy(item, buyer, now, timezone)
    for_others = isinstance(refusal, NotForYou) and refusal.whom.lowest is None
    if for_others or isinstance(refusal, NOT_ON_SHELF):
        return None
    state = _STATES[type(refusal)] if refusal is not None else "open"
    return ShelfLine(item.id, item.title, item.price, item.left, state, item.tier, item.opens, item.closes, item.whom)
