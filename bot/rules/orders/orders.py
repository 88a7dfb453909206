"""Orders of the shop: how they are read from its platform's calls and from files, and how calls are signed."""

import hashlib
import hmac
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any

from bot.rules.numbers import read_number
from bot.rules.outcome import Outcome

WHOLE = frozenset({"KRW", "JPY", "VND", "CLP", "TWD"})
"""Currencies without minor units: their values are whole numbers."""
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
AHEAD = timedelta(days=1)
"""How far in the future a time may be. A later time was read wrongly, because nobody has paid then."""
SIGNS = {"₩": "KRW", "원": "KRW", "$": "USD", "元": "CNY", "¥": "CNY"}


class OrderState(StrEnum):
    """What became of an order."""

    PAID = "paid"
    REFUNDED = "refunded"


class OrderTrouble(StrEnum):
    """Why an order wasn't taken."""

    NO_CODE = "no_code"
    NO_ORDER = "no_order"
    BAD_VALUE = "bad_value"
    BAD_CURRENCY = "bad_currency"
    BAD_TIME = "bad_time"
    CODE_UNKNOWN = "code_unknown"
    CODE_SHARED = "code_shared"
    """It is a shared code, which doesn't say who used it."""
    COUPON_VOID = "coupon_void"
    COUPON_OVER = "coupon_over"
    COUPON_USED = "coupon_used"
    """Another order has used the coupon."""
    OTHER_ORDER = "other_order"
    """The order was reported before, with another coupon or value."""
    TAKEN_BACK = "taken_back"
    """The order was refunded before."""


@dataclass(frozen=True, slots=True)
class OrderPolicy:
    """Limits of orders and calls."""

    max_ref: int = 64
    max_code: int = 32
    max_value: int = 10**13
    fresh: timedelta = timedelta(minutes=5)
    """How far a call's time may be from now, in the past or in the future."""
    max_body: int = 16_384
    """Bytes of a call's body."""
    secret_bytes: int = 32
    chunk: int = 50
    """Orders of a file that one transaction takes. Each needs about ten statements."""


@dataclass(frozen=True, slots=True)
class OrderTold:
    """An order as a platform or a file reports it."""

    ref: str
    code: str | None
    value: int
    """Minor units of the currency."""
    currency: str
    at: datetime
    state: OrderState = OrderState.PAID


@dataclass(frozen=True, slots=True)
class OrderTaken:
    """What became of a reported order. The reporter gets it as an answer."""

    trouble: OrderTrouble | None = None
    known: bool = False
    """Whether it was reported before. It counts once."""
    redeems: int | None = None
    """The id of the member whose coupon it redeemed just now."""


@dataclass(frozen=True, slots=True)
class RefusedLine:
    """A line of a file that was refused."""

    line: int
    order: str
    trouble: OrderTrouble


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


def read_money(text: str, currency: str | None, policy: OrderPolicy) -> tuple[int, str] | OrderTrouble:
    """Read an amount (`12,000`, `₩12,000`, `$19.90`, `CNY 129.00`) as minor units and currency.

    `currency` is used if the text names none. An amount that can't be read gives an `OrderTrouble`, never an error.
    """
    bare = text.replace(",", "").replace(" ", "")
    for sign, means in SIGNS.items():
        if sign in bare:
            bare, currency = bare.replace(sign, "", 1), currency or means
    if len(bare) > 3 and bare[:3].isascii() and bare[:3].isalpha():  # noqa: PLR2004  # a currency's three letters
        bare, currency = bare[3:], bare[:3]
    if currency is None or len(currency) != 3 or not (currency.isascii() and currency.isalpha()):  # noqa: PLR2004
        return OrderTrouble.BAD_CURRENCY
    currency = currency.upper()
    try:
        amount = Decimal(bare)
    except InvalidOperation:
        return OrderTrouble.BAD_VALUE
    # The bounds are checked first: arithmetic with 9e999999 raises an error.
    if not amount.is_finite() or not 0 <= amount <= policy.max_value:
        return OrderTrouble.BAD_VALUE
    minor = amount if currency in WHOLE else amount * 100
    if minor != minor.to_integral_value() or minor > policy.max_value:
        return OrderTrouble.BAD_VALUE
    return int(minor), currency


def read_call(body: Any, now: datetime, policy: OrderPolicy) -> OrderTold | None:
    """The order in a call's JSON; None if the JSON isn't an order."""
    if not isinstance(body, dict):
        return None
    ref, code, value, currency = (body.get(name) for name in ("order", "code", "value", "currency"))
    state, at = body.get("state", OrderState.PAID), body.get("at")
    fits = (
        _is_word(ref, policy.max_ref)
        and (code is None or _is_word(code, policy.max_code))
        and isinstance(value, int)
        and not isinstance(value, bool)
        and 0 <= value <= policy.max_value
        and isinstance(currency, str)
        and len(currency) == 3  # noqa: PLR2004  # letters
        and currency.isascii()
        and currency.isalpha()
        and state in tuple(OrderState)
    )
    moment = _read_instant(at, now)
    if not fits or moment is None:
        return None
    used = str(code).strip() if code is not None else None
    return OrderTold(str(ref).strip(), used, int(str(value)), str(currency).upper(), moment, OrderState(state))


def _is_word(text: Any, most: int) -> bool:
    return isinstance(text, str) and 0 < len(text.strip()) <= most and text.isprintable()


def _read_instant(at: Any, now: datetime) -> datetime | None:
    """When the order was paid: an ISO time with its zone, or `now` if the call has no time. None if it is neither."""
    if at is None:
        return now
    if not isinstance(at, str):
        return None
    try:
        moment = datetime.fromisoformat(at)
        moment = moment.astimezone(now.tzinfo) if moment.tzinfo is not None else EARLIEST
    except (ValueError, OverflowError):
        return None
    return moment if can_be_paid_at(moment, now) else None


def can_be_paid_at(at: datetime, now: datetime) -> bool:
    """Whether `at` is a possible time of payment. Times of another age have no calendar day in some time zones."""
    return EARLIEST < at <= now + AHEAD


def sign(secret: str, timestamp: str, body: bytes) -> str:
    """The signature that a call must have: HMAC-SHA256 over `timestamp.body`, in hexadecimal."""
    return hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()


def is_signed(secret: str, timestamp: str, body: bytes, signature: str, now: datetime, policy: OrderPolicy) -> bool:
    """Whether a call is signed with the secret and recent. A wrong signature takes as long as the right one."""
    if not (timestamp.isascii() and signature.isascii()):
        timestamp = signature = ""  # a header may have bytes that can't be encoded
    right = hmac.compare_digest(sign(secret, timestamp, body).encode(), signature.lower().encode())
    told = read_number(timestamp)
    return right and told is not None and abs(now.timestamp() - told) <= policy.fresh.total_seconds()
