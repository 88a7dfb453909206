"""Somebody has their data deleted: what was seen of them, what waited for the shop's look, and what staff did."""

from sqlalchemy import delete, select, update
from sqlmodel import col

from bot.store import forgotten
from bot.store.audit import forget_answers
from bot.store.engine.sessions import Tx
from bot.store.leaving import Leaving, Traces
from bot.store.tables import AlbumFile, Denied, FileImport, Held, Sighting, StaffRole
from bot.store.told_data import Holds

ACTED_BY = (col(Denied.by), col(Held.settled_by), col(StaffRole.by))
"""Columns that say who of the staff did something."""
TELLS = (
    Holds(col(Held.member_id)),
    Holds(col(Sighting.member_id)),
    Holds(col(Denied.user_id), by_user=True),
    Holds(col(StaffRole.user_id), by_user=True),
    Holds(col(AlbumFile.user_id), by_user=True),
    Holds(col(FileImport.user_id), by_user=True),
)
"""Rows that are about a person."""
NAMED_IN_ANSWER = ("held.released", "held.refused")
"""Acts whose stored answer names the fan."""


def forget(tx: Tx, leaving: Leaving) -> None:
    """Delete what was held of theirs, and when they pressed like a machine."""
    held = select(col(Held.id)).where(col(Held.member_id) == leaving.member_id)
    forget_answers(tx, leaving.community_id, NAMED_IN_ANSWER, held)
    for table in (Held, Sighting):
        tx.execute(delete(table).where(col(table.member_id) == leaving.member_id))


def drop_traces(tx: Tx, traces: Traces) -> None:
    """Their role goes. Whom the owner has denied stays so, by a fingerprint that names nobody."""
    theirs = delete(StaffRole).where(col(StaffRole.user_id) == traces.user_id)
    if traces.community_id is None:
        tx.execute(theirs)
        return
    tx.execute(theirs.where(col(StaffRole.community_id) == traces.community_id))
    found = tx.execute(
        update(Denied)
        .where(col(Denied.community_id) == traces.community_id, col(Denied.user_id) == traces.user_id)
        .values(user_id=None)
        .returning(col(Denied.id))
    )
    if found.first() is not None:
        forgotten.remember(tx, traces.community_id, traces.user_id, traces.at)
