"""The preview of files of orders: what *do it* would take."""

from dataclasses import dataclass
from datetime import datetime

from bot.rules.imports import Shown
from bot.rules.orders.orders import RefusedLine
from bot.rules.outcome import Outcome


@dataclass(frozen=True, slots=True)
class Sum:
    """What the paid orders of one currency come to."""

    value: int
    """Minor units."""
    currency: str


@dataclass(frozen=True, slots=True)
class OrdersPreview(Outcome, name="orders.OrdersPreview"):
    """Orders of files, before any of them counts."""

    shown: Shown
    orders: int
    """Paid ones."""
    sums: tuple[Sum, ...]
    with_code: int
    unpaid: int
    """Not paid yet. They are left out."""
    cancelled: int
    refunded: int
    first_at: datetime | None
    last_at: datetime | None
    count: int
    """Lines that are refused."""
    refused: tuple[RefusedLine, ...]
    """The first refused lines."""

    @property
    def can_be_done(self) -> bool:
        """Whether *do it* would do anything."""
        return bool(self.orders or self.cancelled or self.refunded)
