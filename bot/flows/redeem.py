"""A coupon is honoured, and what follows from it elsewhere."""

from datetime import datetime

from bot.features.coupons import redemption as redeeming
from bot.features.gifts import invitations as inviting
from bot.rules.coupons.coupons import Redeemed, RedeemOutcome
from bot.rules.naming import Named
from bot.rules.place import Place
from bot.store.engine.db import Tx
from bot.store.tables import AuditEntry, Coupon


def redeem(
    tx: Tx, place: Place, actor_id: int, code: str | int, fan: Named | None, at: datetime, cause: str
) -> RedeemOutcome:
    """Honour a coupon at the till."""
    outcome = redeeming.redeem(tx, place, actor_id, code, fan, at, cause)
    if isinstance(outcome, Redeemed):
        coupon = tx.get(Coupon, tx.get_one(AuditEntry, outcome.audit_id).subject_id)
        if coupon is not None:
            after_redeemed(tx, place, coupon.member_id, at)
    return outcome


def after_redeemed(tx: Tx, place: Place, member_id: int, at: datetime) -> None:
    """A member's coupon was honoured, by whatever way: a friend's first one makes their inviter's reward due.

    Doing it twice does it once.
    """
    inviting.count_redeem(tx, place, member_id, at)
