"""What staff hear of orders, and of the secret that signs the platform's calls."""

from dataclasses import dataclass, field
from datetime import datetime

from bot.rules.orders.told import Belongs, OrderState, OrderTrouble
from bot.rules.outcome import Outcome


@dataclass(frozen=True, slots=True)
class RefusedLine:
    """A line of a file that was refused."""

    line: int
    order: str
    trouble: OrderTrouble
    word: str = ""
    """What stands there, where the trouble is a word that isn't known."""


@dataclass(frozen=True, slots=True)
class ForeignCode:
    """A code of taken orders that is none of the shop's coupons."""

    text: str
    times: int
    """In how many orders it stands."""


@dataclass(frozen=True, slots=True)
class UnusedCoupon:
    """A coupon of the shop in an order that was taken without it."""

    line: int
    order: str
    text: str
    """Its code as the order names it. It is worth nothing any more."""
    trouble: OrderTrouble


@dataclass(frozen=True, slots=True)
class OrdersTaken(Outcome, name="orders.OrdersTaken"):
    """What became of the lines of a file of orders. Each line is taken or refused by itself."""

    lines: int
    done: int
    """Paid orders that are new. They count."""
    known: int
    """Orders that were reported before, and stand as they did. They count once."""
    count: int
    """How many lines were refused."""
    refused: tuple[RefusedLine, ...]
    """The first refused lines."""
    updated: int = 0
    """Orders that were reported before, and stand differently now: paid back, for example."""
    void: int = 0
    """New orders that were refunded or cancelled. They count for nothing."""
    coupons: int = 0
    """Coupons that were redeemed just now."""
    foreign: tuple[ForeignCode, ...] = ()
    """Codes that are none of the shop's, the most frequent first."""
    unused: tuple[UnusedCoupon, ...] = ()
    """The first coupons that taken orders couldn't redeem."""
    left_out: int = 0
    """How many coupons taken orders couldn't redeem."""


@dataclass(frozen=True, slots=True)
class OrdersNeedColumns(Outcome, name="orders.OrdersNeedColumns"):
    """The file's header names no order number. Only answers that earlier versions stored say so."""


@dataclass(frozen=True, slots=True)
class OrderShown(Outcome, name="orders.OrderShown"):
    """An order, for staff."""

    order: str
    state: OrderState
    value: int
    currency: str
    at: datetime
    fan: str | None = None
    """Whose it is; None: nobody's, as far as is known."""
    belongs: Belongs = Belongs.NOBODY
    """How that is known."""
    refunded: int = 0
    """What was paid back, in minor units."""
    title: str | None = None
    """What its coupons are called; None if it used none."""
    code: str | None = None
    """Their codes."""
    claims: tuple[str, ...] = ()
    """Fans whose it may be, and about whom staff haven't decided."""


@dataclass(frozen=True, slots=True)
class OrderRefunded(Outcome, name="orders.OrderRefunded"):
    """An order was refunded, and what followed from it was taken back."""

    order: str
    title: str | None
    """What its coupon is called; None if it used none."""
    fan: str | None
    """Whose coupon it is."""
    returned: bool
    """Whether the coupon can be used again."""
    audit_id: int


@dataclass(frozen=True, slots=True)
class OrderRefundedBefore(Outcome, name="orders.OrderRefundedBefore"):
    """The order was refunded before."""

    order: str
    at: datetime


@dataclass(frozen=True, slots=True)
class OrderUnknown(Outcome, name="orders.OrderUnknown"):
    """The shop has no such order."""

    order: str


@dataclass(frozen=True, slots=True)
class HookShown(Outcome, name="orders.HookShown"):
    """How the shop's platform reports orders. It has the secret, so only the owner sees it, in private."""

    shop: int
    secret: str = field(repr=False)
    fresh: bool
    """Whether the secret was made just now. Calls that are signed with an older one are refused from now on."""
    listening: bool
    """Whether the port for calls is open."""


@dataclass(frozen=True, slots=True)
class HookOff(Outcome, name="orders.HookOff"):
    """The shop has no secret now, so that no call is taken."""

    was: bool
    """Whether there was a secret before."""


@dataclass(frozen=True, slots=True)
class HookInPrivate(Outcome, name="orders.HookInPrivate"):
    """The owner asked for the secret in a group: it is shown in private only."""
