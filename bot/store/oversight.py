"""Notes to the owner about operators: one in private for each thing that an operator promises for the shop."""

from datetime import timedelta

from bot.rules.place import Place
from bot.rules.staff.staff import OperatorActed
from bot.store.engine.sessions import Tx
from bot.store.messages.outbox import Terms
from bot.store.messages.telling import tell_owner
from bot.store.tables import AuditEntry, Person
from bot.store.tables.base import id_of

TOLD_WITHIN = timedelta(days=1)
"""How late the note may arrive."""


def tell_of(tx: Tx, place: Place, entry: AuditEntry, coins: int = 0, left: int = 0) -> None:
    """Promise the owner a note about an operator's act. The owner's own acts need none.

    `coins` is what the act can cost the shop; `left` is what the operator can still give away today. The note has a
    button that takes the act back, and one that denies the operator.
    """
    if entry.by_owner:
        return
    user_id = entry.actor_id if entry.actor_id > 0 else None
    person = tx.get(Person, user_id) if user_id is not None else None
    told = OperatorActed(
        community_id=place.community_id,
        who=(person.name or None) if person is not None else None,
        user_id=user_id,
        act=entry.act,
        subject=entry.subject,
        coins=coins,
        left=left,
        audit_id=id_of(entry),
    )
    tell_owner(tx, place, told, Terms(now=entry.at, key=f"operator:{entry.id}", not_after=entry.at + TOLD_WITHIN))
