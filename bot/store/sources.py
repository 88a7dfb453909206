"""Sources, the links by which people come, for the domains that use them; also sources that the bot itself makes."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlmodel import col

from bot.rules.act import Sender
from bot.rules.place import Place
from bot.rules.ways_in import source_key
from bot.store.engine.inserts import insert_into
from bot.store.engine.sessions import Tx
from bot.store.members import meet
from bot.store.tables import FirstTouch, Member, Person, Source


@dataclass(frozen=True, slots=True)
class FoundSource:
    """The source of a link that was opened."""

    source_id: int
    name: str
    place: Place


@dataclass(frozen=True, slots=True)
class GroupDoor:
    """A group of the community and the source's stored invite link into it."""

    chat_id: int
    title: str
    url: str | None


def find_or_make_source(tx: Tx, place: Place, name: str, at: datetime, token: Callable[[], str]) -> int:
    """The id of the community's source of this name. It is made when it is first needed.

    `token` makes the token of its link. Figures count under this source who came by it.
    """
    query: Any = select(col(Source.id)).where(
        col(Source.community_id) == place.community_id, col(Source.name_key) == source_key(name)
    )
    known: int | None = tx.execute(query).scalar_one_or_none()
    if known is not None:
        return known
    tx.execute(
        insert_into(tx, Source)
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
    made: int = tx.execute(query).scalar_one()
    return made


def note_first_touch(tx: Tx, community_id: int, source_id: int, sender: Sender, at: datetime) -> None:
    """Store the first touch of a person who is no member yet.

    From now on their commands in private mean the shop whose link they opened.
    """
    meet(tx, sender, community_id)
    tx.execute(update(Person).where(col(Person.user_id) == sender.user_id).values(community_id=community_id))
    known = tx.execute(
        select(col(Member.id)).where(col(Member.community_id) == community_id, col(Member.user_id) == sender.user_id)
    ).first()
    if known is not None:
        return
    tx.execute(
        insert_into(tx, FirstTouch)
        .values(community_id=community_id, user_id=sender.user_id, source_id=source_id, at=at)
        .on_conflict_do_nothing()
    )
