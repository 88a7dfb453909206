"""Deletions of old rows in chunks, so that no write holds the others up."""

from typing import Any

from sqlalchemy import delete, select, tuple_

from bot.store.engine.sessions import Tx

CHUNK = 500
"""Rows that one write deletes: some milliseconds."""


def delete_some(tx: Tx, model: type[Any], *old: Any) -> bool:
    """Delete some of the rows that meet all conditions; whether there may be more."""
    key = list(model.__table__.primary_key.columns)
    some = select(*key).where(*old).limit(CHUNK)
    which = key[0].in_(some) if len(key) == 1 else tuple_(*key).in_(some)
    gone = tx.execute(delete(model).where(which).returning(key[0]), execution_options={"synchronize_session": False})
    return len(gone.all()) == CHUNK
