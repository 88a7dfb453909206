"""Sources, the links by which people come, as several domains know them; and those that no staff made."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col

from bot.rules.people.sources import source_key
from bot.rules.place import Place
from bot.store.engine.db import Tx
from bot.store.tables import Source


@dataclass(frozen=True, slots=True)
class FoundSource:
    """A source as its opened link finds it."""

    source_id: int
    name: str
    place: Place


@dataclass(frozen=True, slots=True)
class GroupDoor:
    """A group of the community and the source's stored invite link into it."""

    chat_id: int
    title: str
    url: str | None


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
