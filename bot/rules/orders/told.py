"""An order as the shop's platform, a file or staff report it, and why one isn't taken."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
AHEAD = timedelta(days=1)
"""How far in the future a time may be. A later time was read wrongly, because nobody has paid then."""


class OrderState(StrEnum):
    """What became of an order."""

    PAID = "paid"
    REFUNDED = "refunded"
    """Paid back in full. An order that was paid back in part stays `PAID`."""
    CANCELLED = "cancelled"
    """Called off before it was sent; it counts as little as one that was never made."""


class Belongs(StrEnum):
    """How it is known whose an order is."""

    NOBODY = "nobody"
    COUPON = "coupon"
    SHOP_CODE = "shop_code"
    CLAIM = "claim"
    """The fan told its number, and staff confirmed that."""
    STAFF = "staff"
    """Staff gave it to a fan by hand."""


class OrderTrouble(StrEnum):
    """Why an order wasn't taken, or why it was taken without its coupon.

    `NO_CODE` and `CODE_SHARED` stand only in answers that earlier versions stored.
    """

    NO_CODE = "no_code"
    NO_ORDER = "no_order"
    SHORTENED = "shortened"
    """A spreadsheet shortened the number: `2.02611E+14`."""
    NO_VALUE = "no_value"
    BAD_VALUE = "bad_value"
    VALUE_TWO_WAYS = "value_two_ways"
    """It can be 39 and 39,000."""
    BAD_CURRENCY = "bad_currency"
    CURRENCY_OPEN = "currency_open"
    """Several currencies are written so: `$`, `kr`."""
    TWO_CURRENCIES = "two_currencies"
    """The amount's sign and the column beside it, or two lines of the order, name different currencies."""
    NO_TIME = "no_time"
    BAD_TIME = "bad_time"
    STATUS_UNKNOWN = "status_unknown"
    STATUS_MIXED = "status_mixed"
    """Its lines have different statuses, and don't say what was paid for which."""
    PARTLY_BACK = "partly_back"
    """A part was paid back, and it isn't sure how much."""
    LINES_TWO_WAYS = "lines_two_ways"
    """All its lines have the same amount: the order's, or each item's."""
    BACK_MORE = "back_more"
    """More goes back than was paid."""
    MANY_CODES = "many_codes"
    CODE_UNKNOWN = "code_unknown"
    CODE_SHARED = "code_shared"
    COUPON_VOID = "coupon_void"
    COUPON_OVER = "coupon_over"
    COUPON_USED = "coupon_used"
    """Another order has used the coupon."""
    OTHER_ORDER = "other_order"
    """The order was reported before, with another coupon or value."""
    TAKEN_BACK = "taken_back"
    """The order was refunded or cancelled before."""


@dataclass(frozen=True, slots=True)
class OrderPolicy:
    """Limits of orders and calls."""

    max_ref: int = 64
    max_code: int = 32
    max_codes: int = 20
    """Coupon codes of one order."""
    max_note: int = 2_000
    max_value: int = 10**13
    fresh: timedelta = timedelta(minutes=5)
    """How far a call's time may be from now, in the past or in the future."""
    max_body: int = 16_384
    """Bytes of a call's body."""
    secret_bytes: int = 32
    chunk: int = 25
    """Orders of a file that one transaction takes. Each needs about ten statements."""
    open_claims: int = 5
    """Orders that a fan can claim by `/myorder` while staff haven't decided on them."""
    claims_shown: int = 8
    """Claimed orders that one list shows."""


@dataclass(frozen=True, slots=True)
class OrderTold:
    """An order as a platform or a file reports it."""

    ref: str
    value: int
    """What was paid, in minor units of the currency."""
    currency: str
    at: datetime
    """When it was paid."""
    codes: tuple[str, ...] = ()
    """The coupon codes that it used, as written; others than the shop's among them."""
    state: OrderState = OrderState.PAID
    taken_back: int = 0
    """Minor units that were paid back so far, by negative rows or a partial refund.

    `REFUNDED` with less than the order's known value takes that much back of it: a file may hold the refund alone.
    """
    discount: int | None = None
    """What coupons took off, in minor units; None if that wasn't told."""
    note: str | None = None
    """What the buyer wrote at the checkout. It may hold a shop code; it is never stored."""


@dataclass(frozen=True, slots=True)
class CodeRemark:
    """A code of an order that was taken, and why no coupon was redeemed by it."""

    code: str
    why: OrderTrouble


@dataclass(frozen=True, slots=True)
class OrderTaken:
    """What became of a reported order. The reporter gets it as an answer."""

    trouble: OrderTrouble | None = None
    known: bool = False
    """Whether it was reported before, and nothing about it is new. It counts once."""
    updated: bool = False
    """Whether it was reported before, and something changed: it was paid back, or more of it is known."""
    void: bool = False
    """Whether it was reported for the first time, as refunded or cancelled. It counts for nothing."""
    redeems: tuple[int, ...] = ()
    """Ids of the members whose coupons it redeemed just now."""
    remarks: tuple[CodeRemark, ...] = ()
    """Its codes that redeemed nothing."""


def can_be_paid_at(at: datetime, now: datetime) -> bool:
    """Whether `at` is a possible time of payment. Times of another age have no calendar day in some time zones."""
    return EARLIEST < at <= now + AHEAD
