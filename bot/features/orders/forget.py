"""Somebody has their data deleted: their orders stay as money, and are nobody's."""

from sqlalchemy import delete, select, update
from sqlmodel import col

from bot.features.orders.claims import CONFIRMED, DECLINED, GIVEN
from bot.features.orders.refunds import REFUNDED
from bot.rules.orders.told import Belongs
from bot.store.engine.sessions import Tx
from bot.store.leaving import Leaving
from bot.store.tables import AuditEntry, Order, OrderClaim, OrderCoupon
from bot.store.told_data import Holds

ACTED_BY = (col(Order.made_by), col(OrderCoupon.till_by), col(OrderClaim.settled_by))
"""Columns that say who of the staff did something."""
TELLS = (
    Holds(col(Order.member_id)),
    Holds(col(OrderClaim.member_id)),
)
"""Rows that are about a person."""


def forget(tx: Tx, leaving: Leaving) -> None:
    """Their claims go, their orders are nobody's, and no stored answer names them."""
    _forget_answers(tx, leaving)
    tx.execute(delete(OrderClaim).where(col(OrderClaim.member_id) == leaving.member_id))
    tx.execute(
        update(Order)
        .where(col(Order.community_id) == leaving.community_id, col(Order.member_id) == leaving.member_id)
        .values(member_id=None, belongs=Belongs.NOBODY)
    )


def _forget_answers(tx: Tx, leaving: Leaving) -> None:
    """Drop the stored answers of acts about their orders. Answers are kept for three days, so there are few."""
    told = tx.execute(
        select(AuditEntry).where(
            col(AuditEntry.community_id) == leaving.community_id,
            col(AuditEntry.act).in_((REFUNDED, CONFIRMED, DECLINED, GIVEN)),
            col(AuditEntry.answer).is_not(None),
        )
    ).scalars()
    for entry in told:
        named = {(facts or {}).get("member_id") for facts in (entry.before, entry.after)}
        if leaving.member_id in named:
            entry.answer = None
    tx.flush()
