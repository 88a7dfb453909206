"""Staff honour a coupon, and the inviter of its fan gets a reward."""

from datetime import datetime

from bot.features.coupons import redemption
from bot.features.gifts import invitations as inviting
from bot.rules.act import Act
from bot.rules.coupons.redemption import Redeemed, RedeemOutcome
from bot.rules.naming import Named
from bot.rules.place import Place
from bot.store.engine.db import Database
from bot.store.engine.sessions import Tx
from bot.store.tables import AuditEntry, Coupon


class Redemption:
    """Use cases of the till."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def redeem(self, act: Act, code: str, fan: Named | None = None) -> RedeemOutcome:
        """Honour the coupon with this code. For a shared code `fan` says whose coupon is meant."""
        return await self._db.write(self._redeem, act, code, fan)

    async def redeem_one(self, act: Act, coupon_id: int) -> RedeemOutcome | None:
        """Honour the coupon with this row id; None if it isn't this shop's."""
        return await self._db.write(self._redeem_one, act, coupon_id)

    def _redeem(self, tx: Tx, act: Act, code: str, fan: Named | None) -> RedeemOutcome:
        outcome = redemption.redeem(tx, act, code, fan)
        _count_redeemed(tx, act, outcome)
        return outcome

    def _redeem_one(self, tx: Tx, act: Act, coupon_id: int) -> RedeemOutcome | None:
        outcome = redemption.redeem_one(tx, act, coupon_id)
        _count_redeemed(tx, act, outcome)
        return outcome


def _count_redeemed(tx: Tx, act: Act, outcome: RedeemOutcome | None) -> None:
    if isinstance(outcome, Redeemed):
        coupon = tx.get(Coupon, tx.get_one(AuditEntry, outcome.audit_id).subject_id)
        if coupon is not None:
            after_redeemed(tx, act.place, coupon.member_id, act.at)


def after_redeemed(tx: Tx, place: Place, member_id: int, at: datetime) -> None:
    """Count a member's honoured coupon, at the till or by an order. The first one makes their inviter's reward due.

    A second call does nothing.
    """
    inviting.count_redeem(tx, place, member_id, at)
