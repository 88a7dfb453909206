"""Sources: made by staff, opened by fans, with an invite link of their own into each group."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.bounded import Bounded
from bot.rules.act import Act, Sender
from bot.rules.calendar import day_of
from bot.rules.people.privacy import TOUCH_KEPT
from bot.rules.people.sources import SHOWN, DoorsClosed, SourceLine, SourceList
from bot.rules.place import Place
from bot.rules.ways_in import SOURCE_OF_OUTSIDERS, source_key
from bot.store.audit import caused_by, record_act
from bot.store.chunks import delete_some
from bot.store.engine.db import Database
from bot.store.engine.inserts import insert_into
from bot.store.engine.sessions import Tx
from bot.store.messages.outbox import Terms
from bot.store.messages.telling import tell_owner
from bot.store.places import place_of
from bot.store.sources import FoundSource, GroupDoor, find_or_make_source, note_first_touch
from bot.store.tables import FanGroup, FirstTouch, Member, Source, SourceLink
from bot.store.tables.base import id_of

MADE = "source.made"
PRICED = "source.priced"
TOKEN_BYTES = 12
"""Of a link's token: 96 bits that nobody guesses."""
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


class Sources:
    """Use cases of sources."""

    def __init__(self, db: Database, token: NewToken) -> None:
        self._db = db
        self._token = token
        self._hinted: Bounded[int, datetime] = Bounded(HINTS_KEPT)

    async def make(self, act: Act, name: str, cost: int | None) -> MadeSource:
        """The source of this name, made if it isn't there."""
        return await self._db.write(make, act, name, cost, self._token)

    async def list_sources(self, place: Place) -> SourceList:
        """All sources with their figures."""
        return await self._db.read(list_sources, place)

    async def find(self, token: str) -> FoundSource | None:
        """The source whose link was opened."""
        return await self._db.read(find, token)

    async def for_outsiders(self, place: Place, at: datetime) -> FoundSource:
        """The source of those whom the bot itself shows the way in."""
        source_id = await self._db.write(find_or_make_source, place, SOURCE_OF_OUTSIDERS, at, self._token)
        return FoundSource(source_id, SOURCE_OF_OUTSIDERS, place)

    async def touch(self, source: FoundSource, sender: Sender, at: datetime) -> None:
        """Someone who isn't inside opened the link: their first touch, if they had none."""
        await self._db.write(note_first_touch, source.place.community_id, source.source_id, sender, at)

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


def make(tx: Tx, act: Act, name: str, cost: int | None, token: NewToken) -> MadeSource:
    """Find or make it; a given cost replaces the one before."""
    community_id = act.community_id
    made = tx.execute(
        insert_into(tx, Source)
        .values(
            community_id=community_id,
            name=name,
            name_key=source_key(name),
            token=token(),
            cost=cost,
            made_by=act.actor_id,
            made_at=act.at,
        )
        .on_conflict_do_nothing(index_elements=[col(Source.community_id), col(Source.name_key)])
        .returning(col(Source.id))
    ).all()
    source = tx.execute(
        select(Source)
        .where(col(Source.community_id) == community_id, col(Source.name_key) == source_key(name))
        .with_for_update()
    ).scalar_one()
    priced = not made and cost is not None and cost != source.cost
    before = {"cost": source.cost}
    if priced:
        source.cost = cost
        tx.flush()
    if (made or priced) and caused_by(tx, community_id, act.cause) is None:
        record_act(
            tx,
            act,
            MADE if made else PRICED,
            source.name,
            subject_id=source.id,
            before=None if made else before,
            after={"cost": source.cost},
        )
    came, here = tx.execute(
        select(func.count(), func.count().filter(col(Member.left_at).is_(None))).where(
            col(Member.community_id) == community_id, col(Member.source_id) == source.id
        )
    ).one()
    return MadeSource(id_of(source), source.name, source.token, source.cost, came, here, fresh=bool(made))


def list_sources(session: Session, place: Place) -> SourceList:
    """Sources by how many they brought."""
    came = func.count(col(Member.id))
    here = came.filter(col(Member.left_at).is_(None))
    rows = session.execute(
        select(col(Source.name), col(Source.cost), came.label("came"), here.label("here"))
        .outerjoin(
            Member,
            and_(col(Member.community_id) == col(Source.community_id), col(Member.source_id) == col(Source.id)),
        )
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
    """Promise the owner a word, once a day."""
    key = f"doors:{place.community_id}:{day_of(now, place.timezone)}"
    tell_owner(tx, place, DoorsClosed(groups), Terms(now=now, key=key, once=True, not_after=now + HINT_WITHIN))


def expire_touches(tx: Tx, now: datetime) -> bool:
    """Forget some of those who opened a link and never came; whether there may be more."""
    return delete_some(tx, FirstTouch, col(FirstTouch.at) < now - TOUCH_KEPT)
