"""Somebody has their data deleted: their hearts go, the sum stands."""

from sqlalchemy import delete
from sqlmodel import col

from bot.store.engine.sessions import Tx
from bot.store.leaving import Leaving
from bot.store.tables.hearts import Heart, HeartGoal
from bot.store.told_data import Holds

ACTED_BY = (col(HeartGoal.made_by),)
"""Columns that say who of the staff did something."""
TELLS = (Holds(col(Heart.member_id)),)
"""Rows that are about a person."""


def forget(tx: Tx, leaving: Leaving) -> None:
    """Which minutes they gave hearts in."""
    tx.execute(delete(Heart).where(col(Heart.member_id) == leaving.member_id))
