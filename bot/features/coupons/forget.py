"""Somebody has their data deleted: what becomes of their coupons."""

from sqlalchemy import select, update
from sqlmodel import col

from bot.rules.coupon_states import CouponState
from bot.store.audit import forget_answers
from bot.store.engine.sessions import Tx
from bot.store.leaving import Leaving
from bot.store.tables import Campaign, Coupon
from bot.store.told_data import Holds

ACTED_BY = (col(Campaign.made_by), col(Coupon.redeemed_by))
"""Columns that say who of the staff did something."""
TELLS = (Holds(col(Coupon.member_id)),)
"""Rows that are about a person."""
NAMED_IN_ANSWER = ("coupon.redeemed",)
"""Acts whose stored answer names the fan."""


def forget(tx: Tx, leaving: Leaving) -> None:
    """Coupons that they hold are cancelled; no stored answer names them."""
    mine = col(Coupon.member_id) == leaving.member_id
    tx.execute(update(Coupon).where(mine, col(Coupon.state) == CouponState.HELD).values(state=CouponState.CANCELLED))
    tx.execute(update(Coupon).where(mine).values(cause=None, answer=None))
    forget_answers(tx, leaving.community_id, NAMED_IN_ANSWER, select(col(Coupon.id)).where(mine))
