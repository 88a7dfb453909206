"""Offers: gifts that staff let fans send on."""

from dataclasses import dataclass
from datetime import datetime

from bot.rules.for_whom import Aimed
from bot.rules.gift_states import GiftKind, Opens
from bot.rules.outcome import Outcome

MAX_TITLE = 80
MAX_COINS = 1_000
MAX_STOCK = 100_000
SHOWN = 20
"""Offers that one list holds."""


@dataclass(frozen=True, slots=True)
class NewGift:
    """What staff ask for with `/newgift`."""

    title: str
    kind: GiftKind
    coins: int = 0
    campaign: int | None = None
    """A campaign's number."""
    opens: Opens | None = None
    """None: a relay is for many, the others for one."""
    stock: int | None = None
    closes: datetime | None = None
    segment: str = ""
    """The fans who may send it on, as `rules/segments.py` writes them; empty: all."""


@dataclass(frozen=True, slots=True)
class OfferMade(Outcome, name="gifts.OfferMade"):
    """Fans can send it on from now."""

    number: int
    title: str
    kind: str
    coins: int
    coupon: str | None
    opens: str
    stock: int | None
    closes: datetime | None
    audit_id: int
    aimed: Aimed | None = None
    """The fans who may send it on; None: all."""


@dataclass(frozen=True, slots=True)
class OfferClosesPast(Outcome, name="gifts.OfferClosesPast"):
    """The window would be over already."""

    closes: datetime


@dataclass(frozen=True, slots=True)
class NoSuchCampaign(Outcome, name="gifts.NoSuchCampaign"):
    """There is no open campaign with this number."""

    number: int


@dataclass(frozen=True, slots=True)
class OfferLine:
    """One offer in the staff's list."""

    number: int
    title: str
    kind: str
    coins: int
    state: str
    """`open`, `over` (out of stock or time) or `closed`."""
    cards: int
    joined: int


@dataclass(frozen=True, slots=True)
class OfferList(Outcome, name="gifts.OfferList"):
    """All offers, newest first, and what cards have brought."""

    lines: tuple[OfferLine, ...]
    cards: int
    joined: int
    stayed: int
    held: int
    """Rewards that wait for the shop's look."""
    more: int = 0


@dataclass(frozen=True, slots=True)
class OfferShown(Outcome, name="gifts.OfferShown"):
    """How one offer stands."""

    number: int
    title: str
    kind: str
    coins: int
    coupon: str | None
    opens: str
    stock: int | None
    left: int | None
    closes: datetime | None
    state: str
    cards: int
    shared: int
    opened: int
    joined: int
    stayed: int
    segment: str = ""
    """The fans who may send it on; empty: all."""


@dataclass(frozen=True, slots=True)
class OfferUnknown(Outcome, name="gifts.OfferUnknown"):
    """Staff named a number that this shop doesn't have."""

    number: int


@dataclass(frozen=True, slots=True)
class OfferClosed(Outcome, name="gifts.OfferClosed"):
    """No new cards; those that were made go on."""

    number: int
    title: str
    cards: int
    audit_id: int


@dataclass(frozen=True, slots=True)
class OfferClosedBefore(Outcome, name="gifts.OfferClosedBefore"):
    """It was closed already."""

    number: int
    title: str
