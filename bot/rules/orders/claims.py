"""Whose an order is, where a fan tells its number or staff decide: what fans and staff hear."""

from dataclasses import dataclass
from datetime import datetime

from bot.rules.orders.told import Belongs, OrderState
from bot.rules.orders.whose import ClaimedBy, ClaimState
from bot.rules.outcome import Outcome


@dataclass(frozen=True, slots=True)
class ClaimHeard(Outcome, name="orders.ClaimHeard"):
    """A fan told an order's number. They hear the same whether or not there is such an order, and whose it is."""


@dataclass(frozen=True, slots=True)
class ManyClaims(Outcome, name="orders.ManyClaims"):
    """The fan has told as many numbers as staff can be asked about at once."""

    most: int


@dataclass(frozen=True, slots=True)
class ClaimLine:
    """A fan whose order it may be."""

    claim_id: int
    number: int
    """Its place in the list. The buttons name it."""
    fan: str
    order: str
    how: ClaimedBy
    at: datetime
    """When the fan told the number, or the order came."""
    came: bool = False
    """Whether the order is there. What follows is empty if it isn't."""
    state: OrderState = OrderState.PAID
    value: int = 0
    """In minor units of the currency."""
    currency: str = ""
    paid_at: datetime | None = None
    owner: str | None = None
    """Whose it is now; None if it is nobody's."""
    belongs: Belongs = Belongs.NOBODY
    """How that is known."""


@dataclass(frozen=True, slots=True)
class ClaimList(Outcome, name="orders.ClaimList"):
    """The orders about which staff haven't decided, the oldest first. Claims of one order stand together."""

    lines: tuple[ClaimLine, ...]
    more: int


@dataclass(frozen=True, slots=True)
class ClaimConfirmed(Outcome, name="orders.ClaimConfirmed"):
    """Staff confirmed that an order is this fan's."""

    order: str
    fan: str
    value: int
    currency: str
    others: int
    """How many other fans had claimed it. Their claims are declined."""
    audit_id: int


@dataclass(frozen=True, slots=True)
class ClaimDeclined(Outcome, name="orders.ClaimDeclined"):
    """Staff declined a claim. The fan isn't told."""

    order: str
    fan: str
    audit_id: int


@dataclass(frozen=True, slots=True)
class ClaimSettled(Outcome, name="orders.ClaimSettled"):
    """The claim was decided on before."""

    order: str
    fan: str
    state: ClaimState


@dataclass(frozen=True, slots=True)
class ClaimWaits(Outcome, name="orders.ClaimWaits"):
    """The claim can't be confirmed yet, because the order hasn't come."""

    order: str


@dataclass(frozen=True, slots=True)
class ClaimGone(Outcome, name="orders.ClaimGone"):
    """The shop has no such claim."""


@dataclass(frozen=True, slots=True)
class ClaimsNotice(Outcome, name="orders.ClaimsNotice"):
    """The owner hears, once a day at most, that claims wait."""

    count: int


@dataclass(frozen=True, slots=True)
class OrderIsYours(Outcome, name="orders.OrderIsYours"):
    """A fan hears that the order whose number they told counts for them."""

    order: str


@dataclass(frozen=True, slots=True)
class OrderGiven(Outcome, name="orders.OrderGiven"):
    """Staff gave an order to a fan by hand."""

    order: str
    fan: str
    moved: bool
    """Whether it was another fan's before."""
    audit_id: int


@dataclass(frozen=True, slots=True)
class OrderTheirsBefore(Outcome, name="orders.OrderTheirsBefore"):
    """The order is this fan's already."""

    order: str
    fan: str


@dataclass(frozen=True, slots=True)
class NotAFan(Outcome, name="orders.NotAFan"):
    """Staff named somebody who isn't a fan of this shop."""

    fan: str
