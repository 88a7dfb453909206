"""Somebody has their data deleted: what becomes of what they bought."""

from sqlalchemy import select, update
from sqlmodel import col

from bot.features.coin_shop.wishes import favour_key
from bot.rules.coin_shop.shelf import ItemKind, PurchaseState
from bot.store.audit import forget_answers
from bot.store.engine.sessions import Tx
from bot.store.leaving import Leaving
from bot.store.messages.telling import withdraw_messages
from bot.store.tables import Item, Purchase
from bot.store.told_data import Holds

ACTED_BY = (col(Item.made_by), col(Purchase.settled_by))
"""Columns that say who of the staff did something."""
TELLS = (Holds(col(Purchase.member_id)),)
"""Rows that are about a person."""
NAMED_IN_ANSWER = ("item.handed_over", "item.refunded")
"""Acts whose stored answer names the fan."""


def forget(tx: Tx, leaving: Leaving) -> None:
    """Purchases that wait for staff are void; no stored answer names them."""
    mine = col(Purchase.member_id) == leaving.member_id
    tx.execute(
        update(Purchase).where(mine, col(Purchase.state) == PurchaseState.WAITING).values(state=PurchaseState.VOID)
    )
    tx.execute(update(Purchase).where(mine).values(cause=None, answer=None, wish=None))
    favours = select(col(Purchase.id)).where(mine, col(Purchase.kind) == ItemKind.FAVOUR)
    for purchase_id in tx.execute(favours).scalars():
        withdraw_messages(tx, leaving.community_id, favour_key(purchase_id or 0))
    forget_answers(tx, leaving.community_id, NAMED_IN_ANSWER, select(col(Purchase.id)).where(mine))
