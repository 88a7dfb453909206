"""Coins of transfers, added up by quarters of an hour. Days of every time zone are made of whole quarters.

Transfers are only added, never changed. So each one is added up once, in the order of their numbers, and whatever was
told late is in the right quarter all the same.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import NamedTuple

NO_SPENDING = ("lapse", "forgotten")
"""Reasons of coins that left a purse and weren't spent: they lapsed, or their owner had their data deleted."""
CHECK_IN = "checkin"
"""The reason of the coins that each check-in pays."""
QUARTER = 15
"""Minutes."""


class TransferFact(NamedTuple):
    """What the figures need of one transfer."""

    credit_id: int
    amount: int
    reason: str
    made_at: datetime
    earned_at: datetime | None
    gives_back: bool
    """Whether it reverses another one."""
    from_member: bool
    """Whether a member paid."""


@dataclass(slots=True)
class QuarterSum:
    """The coins of one quarter of an hour."""

    issued: int = 0
    """What fans earned. What came from another fan, or back from a packet, was earned before that."""
    spent: int = 0
    """What fans spent, less what they got back for it."""


@dataclass(slots=True)
class CoinsAdded:
    """Transfers, added up."""

    quarters: dict[datetime, QuarterSum] = field(default_factory=dict)
    check_ins: dict[int, datetime] = field(default_factory=dict)
    """By account: the last check-in among these transfers."""

    def add(self, fact: TransferFact) -> None:
        """Add one transfer."""
        if fact.earned_at is None:
            spent = -fact.amount if fact.gives_back else fact.amount
            if fact.gives_back or (fact.from_member and fact.reason not in NO_SPENDING):
                self._of(fact.made_at).spent += spent
            return
        if fact.gives_back:  # the shop took back what it had paid
            self._of(fact.earned_at).issued -= fact.amount
        elif fact.earned_at == fact.made_at:
            self._of(fact.earned_at).issued += fact.amount
        if fact.reason == CHECK_IN:
            before = self.check_ins.get(fact.credit_id)
            if before is None or before < fact.earned_at:
                self.check_ins[fact.credit_id] = fact.earned_at

    def _of(self, at: datetime) -> QuarterSum:
        return self.quarters.setdefault(quarter_of(at), QuarterSum())


def quarter_of(at: datetime) -> datetime:
    """The start of the quarter of an hour in which an instant is, in UTC."""
    at = at.astimezone(UTC)
    return at.replace(minute=at.minute - at.minute % QUARTER, second=0, microsecond=0)


def add_up_coins(facts: Iterable[TransferFact]) -> CoinsAdded:
    """Add transfers up."""
    added = CoinsAdded()
    for fact in facts:
        added.add(fact)
    return added
