"""The coin shop's items, the staff's side: list one, look, close, hand over what was bought, refund."""

from dataclasses import dataclass
from datetime import datetime

from bot.rules.coin_shop.shelf import ItemKind
from bot.rules.for_whom import Aimed
from bot.rules.outcome import Outcome
from bot.rules.segments import BadSegment
from bot.rules.windows import WindowPast, WindowUpsideDown


@dataclass(frozen=True, slots=True)
class NewItem:
    """What staff ask for with `/newitem`."""

    title: str
    price: int
    kind: ItemKind
    subject: int | None = None
    """The number of its campaign or raffle."""
    stock: int | None = None
    limit: int | None = None
    per: str | None = None
    tier: str = "new"
    opens: datetime | None = None
    closes: datetime | None = None
    segment: str = ""
    """The fans who may buy it; empty: all."""


@dataclass(frozen=True, slots=True)
class ItemMade(Outcome, name="items.ItemMade"):
    """An item stands on the shelf."""

    number: int
    title: str
    kind: str
    price: int
    stock: int | None
    limit: int | None
    per: str | None
    tier: str
    opens: datetime | None
    closes: datetime | None
    audit_id: int
    aimed: Aimed | None = None
    """The fans who may buy it; None: all."""


@dataclass(frozen=True, slots=True)
class CampaignUnknown(Outcome, name="coin_shop.CampaignUnknown"):
    """The shop has no campaign of this number."""

    number: int


@dataclass(frozen=True, slots=True)
class CampaignNotForSale(Outcome, name="items.CampaignNotForSale"):
    """Its campaign is cancelled, over, or kept for something else."""

    number: int
    title: str


@dataclass(frozen=True, slots=True)
class RaffleNotForSale(Outcome, name="items.RaffleNotForSale"):
    """No raffle of this number takes entries by ticket."""

    number: int


@dataclass(frozen=True, slots=True)
class ItemUnknown(Outcome, name="items.ItemUnknown"):
    """Staff named a number that this shop doesn't have."""

    number: int


@dataclass(frozen=True, slots=True)
class ItemShown(Outcome, name="items.ItemShown"):
    """How an item stands, for staff."""

    number: int
    title: str
    kind: str
    price: int
    stock: int | None
    sold: int
    waiting: int
    refunded: int
    limit: int | None
    per: str | None
    tier: str
    state: str
    """`open`, `soon`, `sold_out`, `closed` or `withdrawn`."""
    opens: datetime | None
    closes: datetime | None
    segments: tuple[str, ...] = ()
    """The fans who may buy it; empty: all."""


@dataclass(frozen=True, slots=True)
class ItemLine:
    """One line of the list."""

    number: int
    title: str
    price: int
    stock: int | None
    sold: int
    state: str


@dataclass(frozen=True, slots=True)
class WaitingLine:
    """A purchase that waits for staff."""

    purchase_id: int
    number: int
    title: str
    fan: str
    at: datetime
    wish: str | None = None
    """What the buyer wishes, in their words."""
    user_id: int = 0
    username: str | None = None


@dataclass(frozen=True, slots=True)
class ItemList(Outcome, name="items.ItemList"):
    """All items, the newest first, and what waits for staff, the oldest first."""

    items: tuple[ItemLine, ...]
    waiting: tuple[WaitingLine, ...]
    more: int = 0
    """Items that the list leaves out."""
    more_waiting: int = 0


@dataclass(frozen=True, slots=True)
class ItemClosed(Outcome, name="items.ItemClosed"):
    """It is off the shelf; what was bought stays."""

    number: int
    title: str
    audit_id: int


@dataclass(frozen=True, slots=True)
class ItemOpened(Outcome, name="items.ItemOpened"):
    """It is on the shelf again."""

    number: int
    title: str
    audit_id: int


@dataclass(frozen=True, slots=True)
class ItemUnchanged(Outcome, name="items.ItemUnchanged"):
    """It was so already."""

    number: int
    title: str
    open: bool


@dataclass(frozen=True, slots=True)
class FavourWaiting(Outcome, name="items.FavourWaiting"):
    """Told to the owner: who has bought what staff do by hand."""

    purchase_id: int
    number: int
    title: str
    fan: str = ""
    user_id: int = 0
    username: str | None = None


@dataclass(frozen=True, slots=True)
class FavourWished(Outcome, name="items.FavourWished"):
    """Told to the owner: what the buyer of a favour wishes."""

    purchase_id: int
    number: int
    title: str
    fan: str
    user_id: int
    username: str | None
    wish: str


@dataclass(frozen=True, slots=True)
class HandedOver(Outcome, name="items.HandedOver"):
    """What staff do by hand is done."""

    number: int
    title: str
    fan: str
    told: bool
    """Whether the fan hears of it in private."""
    audit_id: int


@dataclass(frozen=True, slots=True)
class Refunded(Outcome, name="items.Refunded"):
    """A purchase was taken back: void, its coins returned."""

    number: int
    title: str
    kind: str
    fan: str
    coins: int
    told: bool


@dataclass(frozen=True, slots=True)
class NothingBought(Outcome, name="items.NothingBought"):
    """This fan has nothing of the item that could be handed over or refunded."""

    number: int
    title: str
    fan: str
    """Empty: nobody has."""


@dataclass(frozen=True, slots=True)
class UsedAlready(Outcome, name="items.UsedAlready"):
    """What was bought was used: it isn't refunded any more."""

    number: int
    title: str
    fan: str


@dataclass(frozen=True, slots=True)
class SettledBefore(Outcome, name="items.SettledBefore"):
    """Somebody was faster: it was handed over or refunded."""

    title: str


MakeOutcome = (
    ItemMade | CampaignUnknown | CampaignNotForSale | RaffleNotForSale | WindowPast | WindowUpsideDown | BadSegment
)
HandOutcome = HandedOver | NothingBought | SettledBefore | ItemUnknown
RefundOutcome = Refunded | NothingBought | UsedAlready | ItemUnknown
