"""A fan's coupon and the orders that use it, for tests of what is taken back."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.features.orders.orders import Orders
from bot.flows.redeem import Redemption
from bot.rules.coupons.campaigns import NewCampaign
from bot.rules.coupons.claims import Claimed
from bot.rules.coupons.redemption import Redeemed
from bot.rules.orders.orders import OrderRefunded
from bot.rules.orders.told import OrderTaken
from bot.rules.place import Place
from bot.rules.rights import Role
from bot.store.engine.db import Database
from tests.features.orders.test_orders import HOUR, order, refunded, take
from tests.features.scene import (
    NOON,
    OWNER,
    Causes,
    act_by,
    act_of,
    days,
    everything,
    fan,
    offer,
    query,
    shop,
    till,
    undo,
)

STAFF = OWNER.user_id
CLOSES = days(1)
ANA = fan(1)


@dataclass
class Till:
    """One fan's coupon, the orders that use it, and staff who change their minds."""

    db: Database
    place: Place
    causes: Causes
    code: str = ""
    refunds: list[int] = field(default_factory=list)
    """Audit entries, the oldest first."""
    redemptions: list[int] = field(default_factory=list)

    @classmethod
    async def open(cls, db: Database, causes: Causes) -> "Till":
        """A fan holds a coupon of a drop that runs for a day."""
        counter = cls(db, await shop(db), causes)
        campaign, _ = await offer(db, counter.place, NewCampaign("Silk", 9, closes=CLOSES), causes.next())
        claimed = await till(db).claim(act_of(counter.place, ANA, NOON, causes.next()), campaign)
        assert isinstance(claimed, Claimed)
        counter.code = claimed.code
        return counter

    async def redeems(self, at: datetime = NOON, by: int = STAFF) -> None:
        """Staff honour the coupon at the till."""
        redeeming = Redemption(self.db)
        outcome = await redeeming.redeem(act_by(self.place, by, at, self.causes.next()), self.code)
        if isinstance(outcome, Redeemed):
            self.redemptions.append(outcome.audit_id)

    async def orders(self, ref: str = "A-1", at: datetime = NOON, now: datetime | None = None) -> OrderTaken:
        """The platform tells of a paid order."""
        return await take(self.db, self.place, order(self.code, ref, at=at), now or at)

    async def platform_refunds(self, ref: str, at: datetime) -> OrderTaken:
        """The platform tells that it was taken back."""
        return await take(self.db, self.place, refunded(order(self.code, ref, at=at)), at)

    async def refunds_order(self, ref: str = "A-1", at: datetime = NOON + HOUR) -> None:
        """Staff take an order back."""
        outcome = await Orders(self.db).refund(act_by(self.place, STAFF, at, self.causes.next()), ref)
        if isinstance(outcome, OrderRefunded):
            self.refunds.append(outcome.audit_id)

    async def undoes(self, entry: int, at: datetime = NOON + HOUR) -> Any:
        """Staff take one act back."""
        return await undo(self.db, self.place, STAFF, at, self.causes.next(), entry, role=Role.OWNER)

    async def state(self) -> dict[str, Any]:
        """Everything that an order touches, but what only tells of acts."""
        rows = await everything(self.db)
        told = ("audit_entry", "outbox", "held", "card", "note")
        return {table: found for table, found in rows.items() if table not in told}

    async def points(self) -> dict[tuple[str, str], int]:
        """What counts, by kind and day."""
        rows = await query(self.db, "SELECT kind, day, times FROM activity WHERE kind IN ('redeem', 'order')")
        return {(kind, str(day)): times for kind, day, times in rows}
