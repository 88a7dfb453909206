"""Somebody has their data deleted: what they said about promotion goes. Who comes back is asked anew."""

from sqlalchemy import delete, update
from sqlmodel import col

from bot.store.engine.sessions import Tx
from bot.store.leaving import Leaving
from bot.store.tables import Member
from bot.store.tables.attention import Answered, Consent
from bot.store.told_data import Holds

TELLS = (
    Holds(col(Consent.member_id)),
    Holds(col(Answered.user_id), by_user=True),
)
"""Rows that are about a person."""


def forget(tx: Tx, leaving: Leaving) -> None:
    """Delete what they said, and what stands of it."""
    tx.execute(delete(Consent).where(col(Consent.member_id) == leaving.member_id))
    tx.execute(
        update(Member)
        .where(col(Member.id) == leaving.member_id)
        .values(promotion_since=None, promotion_asked_at=None, promotion_remind_at=None, service=False)
    )
