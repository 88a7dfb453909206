"""A coupon is honoured, and what follows from it elsewhere."""

from datetime import datetime

from bot.features.coupons import redemption
from bot.features.gifts import invitations as inviting
from bot.rules.act import Act
from bot.rules.coupons.redemption import Redeemed, RedeemOutcome
from bot.rules.naming import Named
from bot.rules.place import Place
from bot.store.engine.db import Database, Tx
from bot.store.tables import AuditEntry, Coupon


class Redemption:
    """Staff honour coupons at the till."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def redeem(self, act: Act, code: str, fan: Named | None = None) -> RedeemOutcome:
        """Honour the coupon with this code. A shared code needs its `fan`."""
        return await self._db.write(self._redeem, act, code, fan)

    async def redeem_one(self, act: Act, coupon_id: int) -> RedeemOutcome | None:
        """Honour the coupon with this row id; None if it isn't this shop's."""
        return await self._db.write(self._redeem_one, act, coupon_id)

    def _redeem(self, tx: Tx, act: Act, code: str, fan: Named | None) -> RedeemOutcome:
        outcome = redemption.redeem(tx, act, code, fan)
        _count(tx, act, outcome)
        return outcome

    def _redeem_one(self, tx: Tx, act: Act, coupon_id: int) -> RedeemOutcome | None:
        outcome = redemption.redeem_one(tx, act, coupon_id)
        _count(tx, act, outcome)
        return outcome


def _count(tx: Tx, act: Act, outcome: RedeemOutcome | None) -> None:
    if isinstance(outcome, Redeemed):
        coupon = tx.get(Coupon, tx.get_one(AuditEntry, outcome.audit_id).subject_id)
        if coupon is not None:
            after_redeemed(tx, act.place, coupon.member_id, act.at)


def after_redeemed(tx: Tx, place: Place, member_id: int, at: datetime) -> None:
    """A member's coupon was honoured, by whatever way: a friend's first one makes their inviter's reward due.

    Doing it twice does it once.
    """
    inviting.count_redeem(tx, place, member_id, at)
