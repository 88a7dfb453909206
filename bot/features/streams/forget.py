"""Somebody has their data deleted: what becomes of their reminders and of the streams that they attended."""

from sqlalchemy import delete, update
from sqlmodel import col

from bot.store.engine.sessions import Tx
from bot.store.leaving import Leaving
from bot.store.tables import Attendance, Stream, Subscription
from bot.store.told_data import Holds

ACTED_BY = (col(Stream.made_by),)
"""Columns that say who of the staff did something."""
TELLS = (
    Holds(col(Attendance.member_id)),
    Holds(col(Subscription.member_id)),
)
"""Rows that are about a person."""


def forget(tx: Tx, leaving: Leaving) -> None:
    """Delete which streams they wanted to hear of, and by which updates they attended."""
    tx.execute(delete(Subscription).where(col(Subscription.member_id) == leaving.member_id))
    mine = col(Attendance.member_id) == leaving.member_id
    tx.execute(update(Attendance).where(mine).values(cause=None, answer=None))
