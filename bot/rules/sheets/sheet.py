"""What a file of lines and columns is while it is read, and what is asked about it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

NOWHERE = -1
"""The answer *none of these columns*."""


class SheetKind(StrEnum):
    """What staff hand a file in for."""

    CODES = "codes"
    """Codes of the shop's platform, for a campaign."""
    ORDERS = "orders"
    MEMBERS = "members"
    """Fans with their points, of another bot or of a shop's own list."""


class Role(StrEnum):
    """What a column of a file is."""

    CODE = "code"
    """A coupon code; in a file of orders the coupons that the order used."""
    ORDER = "order"
    """The order's number."""
    VALUE = "value"
    """What was paid for the order, or for this line of it."""
    CURRENCY = "currency"
    TIME = "time"
    """When the order was paid."""
    STATUS = "status"
    REFUND_STATUS = "refund_status"
    """What became of a refund or a cancellation, in a column beside the order's status."""
    NOTE = "note"
    """What the buyer wrote at the checkout. It may hold their shop code."""
    DISCOUNT = "discount"
    """What the coupons took off the price."""
    ITEM = "item"
    """The number of one item's line within an order. A file that has it tells an amount for each item."""
    BACK = "back"
    """What was paid back of the order so far."""
    USES = "uses"
    """How often a code was used, or whether it was."""
    LIMIT = "limit"
    """How often a code can be used."""
    ENDS = "ends"
    """The day on which a code expires."""
    USER_ID = "user_id"
    """A person's Telegram id."""
    USERNAME = "username"
    """Their username, with or without @."""
    NAME = "name"
    """What they are called. Nobody is found by it."""
    POINTS = "points"
    """The points that they had, which become coins."""
    JOINED = "joined"
    """When they joined."""
    TAGS = "tags"
    TIER = "tier"
    SCORE = "score"
    """The points of their tier, on the day of the file."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a file: its number, counted from 1 as editors and spreadsheets do, and its cells in order."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """A file as cells, before anything is known of its columns. Empty lines are left out."""

    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """One line of data: its number and its cells by role."""

    line: int
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A file whose columns are known."""

    rows: tuple[Row, ...]
    columns: frozenset[str]
    """The roles that were found."""
    shape: str = ""
    """A fingerprint of the header (or of the number of columns): answers are remembered for files of this shape."""


@dataclass(frozen=True, slots=True)
class Answers:
    """What staff answered about a file, or about an earlier one of its shape."""

    columns: Mapping[str, int] = field(default_factory=dict)
    """Role → index of its column, or `NOWHERE`."""
    day_first: bool | None = None
    """Whether `11/2/2026` is the 11th of February. None: nobody was asked."""
    many_codes: bool | None = None
    """Whether a single line is several codes. None: nobody was asked."""


@dataclass(frozen=True, slots=True)
class ColumnShown:
    """A column as a button shows it."""

    index: int
    name: str
    """The header's word; empty in a file without a header."""
    samples: tuple[str, ...]
    """Its first values."""


@dataclass(frozen=True, slots=True)
class AskColumn:
    """It isn't clear which column has a role."""

    role: Role
    columns: tuple[ColumnShown, ...]
    shape: str
    can_lack: bool = False
    """Whether *none of these* is an answer: a file of orders may have no coupons."""


@dataclass(frozen=True, slots=True)
class AskDayOrder:
    """Every date of the file can be read with the day first and with the month first."""

    sample: str
    shape: str


@dataclass(frozen=True, slots=True)
class AskManyCodes:
    """The file has one line: it is one code, or several."""

    sample: str
    codes: int
    """How many, if it is several."""
    shape: str


Question = AskColumn | AskDayOrder | AskManyCodes
