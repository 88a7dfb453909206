"""Sources that no staff made: the bot's own ways in."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col

from bot.rules.place import Place
from bot.rules.ways_in import source_key
from bot.store.engine.db import Tx
from bot.store.tables import Source


def own_source(tx: Tx, place: Place, name: str, at: datetime, token: Callable[[], str]) -> int:
    """The community's source of this name, made when first needed: figures count under it who came by it."""
    query = select(col(Source.id)).where(
        col(Source.community_id) == place.community_id, col(Source.name_key) == source_key(name)
    )
    known = tx.execute(query).scalar_one_or_none()
    if known is not None:
        return known
    insert = postgresql.insert if tx.get_bind().dialect.name == "postgresql" else sqlite.insert
    tx.execute(
        insert(Source)
        .values(
            community_id=place.community_id,
            name=name,
            name_key=source_key(name),
            token=token(),
            made_by=place.owner_id,
            made_at=at,
        )
        .on_conflict_do_nothing(index_elements=[col(Source.community_id), col(Source.name_key)])
    )
    return tx.execute(query).scalar_one() or 0
