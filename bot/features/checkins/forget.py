"""Somebody has their data deleted: their check-ins stay, and nobody can tell by which update they came."""

from sqlalchemy import update
from sqlmodel import col

from bot.store.engine.sessions import Tx
from bot.store.leaving import Leaving
from bot.store.tables import CheckIn
from bot.store.told_data import Holds

TELLS = (Holds(col(CheckIn.member_id)),)
"""Rows that are about a person."""


def forget(tx: Tx, leaving: Leaving) -> None:
    """Drop causes and answers."""
    tx.execute(update(CheckIn).where(col(CheckIn.member_id) == leaving.member_id).values(cause=None, answer=None))
