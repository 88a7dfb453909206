"""Sources: made by staff, opened by fans, with an invite link of their own into each group."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.bounded import Bounded
from bot.rules.act import Sender
from bot.rules.people.privacy import TOUCH_KEPT
from bot.rules.people.sources import SHOWN, SOURCE_OF_OUTSIDERS, DoorsClosed, SourceLine, SourceList, source_key
from bot.rules.place import Place
from bot.store.audit import caused_by, record
from bot.store.engine.db import Database, Tx
from bot.store.members import meet
from bot.store.messages.outbox import Terms
from bot.store.messages.telling import tell_owner
from bot.store.places import place_of
from bot.store.sources import own_source
from bot.store.tables import FanGroup, FirstTouch, Member, Person, Source, SourceLink

MADE = "source.made"
PRICED = "source.priced"
HINTS_KEPT = 1_000
HINT_WITHIN = timedelta(hours=12)

NewToken = Callable[[], str]
"""Gives a fresh token of `[A-Za-z0-9_-]` that nobody can guess: at least 64 bits."""


@dataclass(frozen=True, slots=True)
class MadeSource:
    """A source as staff see it."""

    source_id: int
    name: str
    token: str
    cost: int | None
    came: int
    stayed: int
    fresh: bool


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


class Sources:
    """Use cases of sources."""

    def __init__(self, db: Database, token: NewToken) -> None:
        self._db = db
        self._token = token
        self._hinted: Bounded[int, datetime] = Bounded(HINTS_KEPT)

    async def make(
        self, place: Place, actor_id: int, name: str, cost: int | None, at: datetime, cause: str
    ) -> MadeSource:
        """The source of this name, made if it isn't there."""
        return await self._db.write(make, place, actor_id, name, cost, at, cause, self._token)

    async def listed(self, place: Place) -> SourceList:
        """All sources with their figures."""
        return await self._db.read(listed, place)

    async def find(self, token: str) -> FoundSource | None:
        """The source whose link was opened."""
        return await self._db.read(find, token)

    async def for_outsiders(self, place: Place, at: datetime) -> int:
        """The source of those whom the bot itself shows the way in."""
        return await self._db.write(own_source, place, SOURCE_OF_OUTSIDERS, at, self._token)

    async def touch(self, source: FoundSource, sender: Sender, at: datetime) -> None:
        """Someone who isn't inside opened the link: their first touch, if they had none."""
        await self._db.write(touch, source.place.community_id, source.source_id, sender, at)

    async def doors(self, source: FoundSource) -> list[GroupDoor]:
        """The community's groups, with the links that were made for this source."""
        return await self._db.read(doors, source.place.community_id, source.source_id)

    async def keep_link(self, source_id: int, chat_id: int, url: str) -> None:
        """Store a fresh invite link in place of the one before."""
        await self._db.write(keep_link, source_id, chat_id, url)

    async def hint(self, place: Place, groups: tuple[str, ...], now: datetime) -> None:
        """Tell the owner, at most once in twelve hours, that people stand before a closed door."""
        last = self._hinted.get(place.community_id)
        if last is None or now - last >= HINT_WITHIN:
            self._hinted[place.community_id] = now
            await self._db.write(hint, place, groups, now)


def make(
    tx: Tx, place: Place, actor_id: int, name: str, cost: int | None, at: datetime, cause: str, token: NewToken
) -> MadeSource:
    """Find or make it; a given cost replaces the one before."""
    insert = postgresql.insert if tx.get_bind().dialect.name == "postgresql" else sqlite.insert
    made = tx.execute(
        insert(Source)
        .values(
            community_id=place.community_id,
            name=name,
            name_key=source_key(name),
            token=token(),
            cost=cost,
            made_by=actor_id,
            made_at=at,
        )
        .on_conflict_do_nothing(index_elements=[col(Source.community_id), col(Source.name_key)])
        .returning(col(Source.id))
    ).all()
    source = tx.execute(
        select(Source)
        .where(col(Source.community_id) == place.community_id, col(Source.name_key) == source_key(name))
        .with_for_update()
    ).scalar_one()
    priced = not made and cost is not None and cost != source.cost
    before = {"cost": source.cost}
    if priced:
        source.cost = cost
        tx.flush()
    if (made or priced) and caused_by(tx, place.community_id, cause) is None:
        record(
            tx,
            community_id=place.community_id,
            actor_id=actor_id,
            act=MADE if made else PRICED,
            subject_id=source.id,
            subject=source.name,
            at=at,
            cause=cause,
            before=None if made else before,
            after={"cost": source.cost},
        )
    came, here = tx.execute(
        select(func.count(), func.count().filter(col(Member.left_at).is_(None))).where(
            col(Member.community_id) == place.community_id, col(Member.source_id) == source.id
        )
    ).one()
    return MadeSource(source.id or 0, source.name, source.token, source.cost, came, here, fresh=bool(made))


def listed(session: Session, place: Place) -> SourceList:
    """Sources by how many they brought."""
    came = func.count(col(Member.id))
    here = came.filter(col(Member.left_at).is_(None))
    rows = session.execute(
        select(col(Source.name), col(Source.cost), came.label("came"), here.label("here"))
        .outerjoin(Member, col(Member.source_id) == col(Source.id))
        .where(col(Source.community_id) == place.community_id)
        .group_by(col(Source.id), col(Source.name), col(Source.cost))
        .order_by(came.desc(), col(Source.id))
    ).all()
    unknown = session.execute(
        select(func.count()).where(col(Member.community_id) == place.community_id, col(Member.source_id).is_(None))
    ).scalar_one()
    lines = tuple(SourceLine(row.name, row.came, row.here, row.cost) for row in rows)
    return SourceList(lines[:SHOWN], unknown, more=max(0, len(lines) - SHOWN))


def find(session: Session, token: str) -> FoundSource | None:
    """A source by its token, whichever shop's it is."""
    source = session.execute(select(Source).where(col(Source.token) == token)).scalar_one_or_none()
    if source is None or source.id is None:
        return None
    return FoundSource(source.id, source.name, place_of(session, source.community_id))


def touch(tx: Tx, community_id: int, source_id: int, sender: Sender, at: datetime) -> None:
    """Keep the first touch; who opens a shop's link means that shop in private from here on."""
    meet(tx, sender, community_id)
    tx.execute(update(Person).where(col(Person.user_id) == sender.user_id).values(community_id=community_id))
    known = tx.execute(
        select(col(Member.id)).where(col(Member.community_id) == community_id, col(Member.user_id) == sender.user_id)
    ).first()
    if known is not None:
        return
    insert = postgresql.insert if tx.get_bind().dialect.name == "postgresql" else sqlite.insert
    tx.execute(
        insert(FirstTouch)
        .values(community_id=community_id, user_id=sender.user_id, source_id=source_id, at=at)
        .on_conflict_do_nothing()
    )


def doors(session: Session, community_id: int, source_id: int) -> list[GroupDoor]:
    """Groups that the bot is in; a channel is no group to come into."""
    rows = session.execute(
        select(col(FanGroup.chat_id), col(FanGroup.title), col(SourceLink.url))
        .outerjoin(
            SourceLink,
            (col(SourceLink.chat_id) == col(FanGroup.chat_id)) & (col(SourceLink.source_id) == source_id),
        )
        .where(
            col(FanGroup.community_id) == community_id,
            col(FanGroup.left_at).is_(None),
            col(FanGroup.is_channel).is_(False),
        )
        .order_by(col(FanGroup.id))
    ).all()
    return [GroupDoor(row.chat_id, row.title, row.url) for row in rows]


def keep_link(tx: Tx, source_id: int, chat_id: int, url: str) -> None:
    """One link a source and group."""
    tx.merge(SourceLink(source_id=source_id, chat_id=chat_id, url=url))
    tx.flush()


def hint(tx: Tx, place: Place, groups: tuple[str, ...], now: datetime) -> None:
    """Promise the owner a word."""
    key = f"doors:{place.community_id}:{now.date()}"
    tell_owner(tx, place, DoorsClosed(groups), Terms(now=now, key=key, not_after=now + HINT_WITHIN))


def expire_touches(tx: Tx, now: datetime) -> None:
    """Forget who opened a link and never came."""
    tx.execute(delete(FirstTouch).where(col(FirstTouch.at) < now - TOUCH_KEPT))
