"""What staff hear of orders, and of the secret that signs the platform's calls."""

from dataclasses import dataclass, field
from datetime import datetime

from bot.rules.orders.told import OrderState, OrderTrouble
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
class OrdersTaken(Outcome, name="orders.OrdersTaken"):
    """What became of the lines of a file of orders. Each line is taken or refused by itself."""

    lines: int
    done: int
    known: int
    """Orders that were reported before. They count once."""
    count: int
    """How many lines were refused."""
    refused: tuple[RefusedLine, ...]
    """The first refused lines."""


@dataclass(frozen=True, slots=True)
class OrdersNeedColumns(Outcome, name="orders.OrdersNeedColumns"):
    """The file's header names no order number."""


@dataclass(frozen=True, slots=True)
class OrderShown(Outcome, name="orders.OrderShown"):
    """An order, for staff."""

    order: str
    state: OrderState
    value: int
    currency: str
    at: datetime
    title: str | None
    code: str | None
    fan: str | None


@dataclass(frozen=True, slots=True)
class OrderRefunded(Outcome, name="orders.OrderRefunded"):
    """An order was refunded, and what followed from it was taken back."""

    order: str
    title: str | None
    fan: str | None
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
