"""What the owner hears of operators: one private note for each thing that they promise in the shop's name."""

from datetime import timedelta

from sqlalchemy import select
from sqlmodel import col

from bot.rules.place import Place
from bot.rules.staff.staff import OperatorActed
from bot.store.engine.db import Tx
from bot.store.messages.outbox import Terms
from bot.store.messages.telling import tell_owner
from bot.store.tables import AuditEntry, Person
from bot.store.tables.base import id_of

TOLD_WITHIN = timedelta(days=1)
"""How long the note may be on its way."""


def tell_of(tx: Tx, place: Place, entry: AuditEntry, coins: int = 0, left: int = 0) -> None:
    """Promise the owner a note of an operator's act; nothing if it was the owner's own.

    `coins` is what it can cost the shop, `left` what the operator can still give away today. The note has a button that
    takes the act back, and one that denies the person.
    """
    if entry.by_owner:
        return
    user_id = entry.actor_id if entry.actor_id > 0 else None
    name = tx.execute(select(col(Person.name)).where(col(Person.user_id) == user_id)).scalar_one_or_none()
    told = OperatorActed(
        community_id=place.community_id,
        who=name or None,
        user_id=user_id,
        act=entry.act,
        subject=entry.subject,
        coins=coins,
        left=left,
        audit_id=id_of(entry),
    )
    tell_owner(tx, place, told, Terms(now=entry.at, key=f"operator:{entry.id}", not_after=entry.at + TOLD_WITHIN))
