"""The preview of files of orders: what *do it* would take."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.rules.imports import Shown
from bot.rules.orders.lines import CurrencySum, OrderCounts
from bot.rules.orders.orders import RefusedLine
from bot.rules.outcome import Outcome


@dataclass(frozen=True, slots=True)
class OrdersPreview(Outcome, name="orders.OrdersPreview"):
    """Orders of files, before any of them counts."""

    shown: Shown
    counts: OrderCounts
    count: int
    """Lines that are refused."""
    refused: tuple[RefusedLine, ...]
    """The first refused lines."""

    @property
    def can_be_done(self) -> bool:
        """Whether *do it* would do anything."""
        return bool(self.counts.paid or self.counts.cancelled or self.counts.refunded)


def together(files: Sequence[OrderCounts]) -> OrderCounts:
    """The figures of several files. An order that stands in two of them is taken once, and counted in each."""
    first = [one.first for one in files if one.first is not None]
    last = [one.last for one in files if one.last is not None]
    sums: dict[str, CurrencySum] = {}
    for one in (one for counts in files for one in counts.sums):
        before = sums.get(one.currency, CurrencySum(one.currency, 0, 0))
        sums[one.currency] = CurrencySum(one.currency, before.orders + one.orders, before.value + one.value)
    names = ("paid", "with_code", "partly_back", "refunded", "cancelled", "unpaid", "undecided")
    return OrderCounts(
        **{name: sum(getattr(one, name) for one in files) for name in names},
        sums=tuple(sorted(sums.values(), key=lambda one: (-one.orders, one.currency))),
        first=min(first, default=None),
        last=max(last, default=None),
    )
