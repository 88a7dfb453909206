"""The shop's rooms: whose a chat is, which chats a shop has, and a room that becomes a shop of its own."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.rules.arrivals import RoomFounded, Shop, WhoseRoom
from bot.rules.communities import Place
from bot.rules.words import Language, reader_language
from bot.store.audit import caused_by, record
from bot.store.db import Database, Tx
from bot.store.founding import found, greet
from bot.store.members import Sender, meet
from bot.store.outbox import ASKED, DELETE, SAY, promise
from bot.store.places import find_place, place_of
from bot.store.tables import Card, Community, FanGroup, Member, Outbox, Person, Presence, SourceLink
from bot.store.tables.messages import Lane, OutboxState
from bot.store.telling import packed

PARTED = "room.parted"
FEW = 3
"""So many shops are all looked through for who is staff of them."""
ASKED_WITHIN = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Chat:
    """A chat of a shop that the bot is in."""

    chat_id: int
    title: str
    is_channel: bool
    second: bool
    """Whether another group came first."""


@dataclass(frozen=True, slots=True)
class Standing:
    """That the bot is, or was, in a chat."""

    left: bool


class Rooms:
    """Use cases of rooms."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def standing(self, chat_id: int) -> Standing | None:
        """How the bot stands with a chat; None if it never was there, so that the chat is no shop's yet."""
        return await self._db.read(standing, chat_id)

    async def owned_by(self, user_id: int) -> tuple[Shop, ...]:
        """Shops of this person, the oldest first."""
        return await self._db.read(owned_by, user_id)

    async def perhaps_run_by(self, user_id: int) -> tuple[Shop, ...]:
        """Shops of others whose staff this person may be: Telegram knows."""
        return await self._db.read(perhaps_run_by, user_id)

    async def homes_of(self, user_id: int) -> tuple[Shop, ...]:
        """Shops to which this person's private chat can turn."""
        return await self._db.read(homes_of, user_id)

    async def all_of(self, place: Place) -> tuple[Chat, ...]:
        """Chats of the shop that the bot is in, the oldest first."""
        return await self._db.read(all_of, place.community_id)

    async def asked_about(self, chat_id: int) -> int | None:
        """Who was asked last whose this chat is; None if nobody was."""
        return await self._db.read(asked_about, chat_id)

    async def ask(self, question: WhoseRoom, asked: Sender, at: datetime, cause: str) -> None:
        """Ask staff to which shop a chat belongs: in private if that is open, else in the chat itself."""
        await self._db.write(ask, question, asked, at, cause)

    async def part(self, place: Place, chat_id: int, actor_id: int, at: datetime, cause: str) -> RoomFounded | None:
        """Make a group a shop of its own; None if there is nothing to part."""
        return await self._db.write(part, place, chat_id, actor_id, at, cause)


def standing(session: Session, chat_id: int) -> Standing | None:
    """How the bot stands with a chat."""
    row = session.execute(select(col(FanGroup.left_at)).where(col(FanGroup.chat_id) == chat_id)).first()
    return Standing(row[0] is not None) if row is not None else None


def owned_by(session: Session, user_id: int) -> tuple[Shop, ...]:
    """Shops of this person, the oldest first."""
    rows = session.execute(
        select(col(Community.id), col(Community.shop))
        .where(col(Community.owner_id) == user_id)
        .order_by(col(Community.id))
    )
    return _shops(rows)


def played_by(session: Session, user_id: int) -> tuple[Shop, ...]:
    """Shops of others in which this person is a member, the one joined last first."""
    rows = session.execute(
        select(col(Community.id), col(Community.shop))
        .join(Member, col(Member.community_id) == col(Community.id))
        .where(
            col(Member.user_id) == user_id,
            col(Member.left_at).is_(None),
            col(Community.owner_id) != user_id,
        )
        .order_by(col(Member.id).desc())
    )
    return _shops(rows)


def perhaps_run_by(session: Session, user_id: int) -> tuple[Shop, ...]:
    """Those in which they are a member; where there are only a few shops, all: staff needn't have played."""
    rows = session.execute(
        select(col(Community.id), col(Community.shop))
        .where(col(Community.owner_id) != user_id)
        .order_by(col(Community.id))
        .limit(FEW + 1)
    ).all()
    if len(rows) > FEW:
        return played_by(session, user_id)
    return _shops(rows)


def _shops(rows: Iterable[Any]) -> tuple[Shop, ...]:
    return tuple(Shop(row[0], row[1]) for row in rows)


def homes_of(session: Session, user_id: int) -> tuple[Shop, ...]:
    """Shops of theirs, then those in which they are a member."""
    return (*owned_by(session, user_id), *played_by(session, user_id))


def all_of(session: Session, community_id: int) -> tuple[Chat, ...]:
    """Chats of the shop that the bot is in, the oldest first."""
    rows = session.execute(
        select(FanGroup).where(col(FanGroup.community_id) == community_id).order_by(col(FanGroup.id))
    ).scalars()
    chats: list[Chat] = []
    founder: int | None = None
    for row in rows:
        if founder is None and not row.is_channel:
            founder = row.chat_id
        if row.left_at is None:
            second = not row.is_channel and row.chat_id != founder
            chats.append(Chat(row.chat_id, row.title, row.is_channel, second))
    return tuple(chats)


def ask(tx: Tx, question: WhoseRoom, asked: Sender, at: datetime, cause: str) -> None:
    """Promise the question; the same update asks once."""
    meet(tx, asked, None)
    person = tx.get_one(Person, asked.user_id)
    place = find_place(tx, question.shops[0].community_id)
    home = place.language if place is not None else Language.EN
    private = person.can_write or question.is_channel
    promise(
        tx,
        key=f"{_key(question.chat_id)}{cause}",
        community_id=question.shops[0].community_id,
        chat_id=asked.user_id if private else question.chat_id,
        lane=Lane.LIVE,
        act=SAY,
        facts={
            **packed(question),
            "language": reader_language(person.language, asked.language, home).value,
            "user_id": asked.user_id,
            # Where a private chat turns out to be closed.
            "instead": None if question.is_channel else question.chat_id,
        },
        due_at=at,
        now=at,
        not_after=at + ASKED_WITHIN,
    )


def _key(chat_id: int) -> str:
    """How keys of questions about a chat begin: the promised question is what remembers that it was asked."""
    return f"{ASKED}{chat_id}:"


def asked_about(session: Session, chat_id: int) -> int | None:
    """Who was asked last whose this chat is."""
    asked = _questions(session, chat_id)
    return int(asked[-1].facts["user_id"]) if asked else None


def move_question(tx: Tx, old_chat_id: int, new_chat_id: int) -> None:
    """A group that staff was asked about has a new id."""
    for row in _questions(tx, old_chat_id):
        if row.key is not None:
            row.key = row.key.replace(_key(old_chat_id), _key(new_chat_id), 1)
    tx.flush()


def _questions(session: Session, chat_id: int) -> list[Outbox]:
    return list(
        session.execute(
            select(Outbox).where(col(Outbox.key).startswith(_key(chat_id), autoescape=True)).order_by(col(Outbox.id))
        ).scalars()
    )


def part(tx: Tx, place: Place, chat_id: int, actor_id: int, at: datetime, cause: str) -> RoomFounded | None:
    """Make a group a shop of its own: its fans' coins and coupons stay where they were earned.

    What hangs in the group of the old shop is taken down; what was promised there isn't sent.
    """
    if caused_by(tx, place.community_id, cause) is not None:
        return RoomFounded(place.shop, place.community_id)
    room = tx.execute(
        select(FanGroup)
        .where(col(FanGroup.chat_id) == chat_id, col(FanGroup.community_id) == place.community_id)
        .with_for_update()
    ).scalar_one_or_none()
    if room is None or not any(chat.second and chat.chat_id == chat_id for chat in all_of(tx, place.community_id)):
        return None
    community_id = found(tx, room.title, place.owner_id, place.language, at)
    _clear(tx, place.community_id, community_id, chat_id, at)
    room.community_id = community_id
    tx.flush()
    record(tx, community_id=place.community_id, actor_id=actor_id, act=PARTED, subject=room.title, at=at, cause=None)
    record(tx, community_id=community_id, actor_id=actor_id, act=PARTED, subject=room.title, at=at, cause=cause)
    greet(tx, place_of(tx, community_id), chat_id, at)
    return RoomFounded(room.title, community_id)


def _clear(tx: Tx, old_id: int, new_id: int, chat_id: int, at: datetime) -> None:
    # What was sent goes too: SQLite may give a deleted card's id to one of the new shop, whose promise would have its
    # key then.
    tx.execute(
        delete(Outbox).where(
            col(Outbox.community_id) == old_id,
            col(Outbox.chat_id) == chat_id,
            col(Outbox.state) != OutboxState.SENDING,
        )
    )
    cards = tx.execute(select(Card).where(col(Card.community_id) == old_id, col(Card.chat_id) == chat_id)).scalars()
    for card in cards.all():
        if card.message_id is not None:
            promise(
                tx,
                key=f"delete:{chat_id}:{card.message_id}",
                community_id=new_id,
                chat_id=chat_id,
                lane=Lane.POST,
                act=DELETE,
                facts={"message_id": card.message_id},
                due_at=at,
                now=at,
            )
        tx.delete(card)
    members = select(col(Member.id)).where(col(Member.community_id) == old_id)
    tx.execute(
        update(Presence)
        .where(col(Presence.chat_id) == chat_id, col(Presence.member_id).in_(members), col(Presence.left_at).is_(None))
        .values(left_at=at)
    )
    tx.execute(delete(SourceLink).where(col(SourceLink.chat_id) == chat_id))
    tx.flush()
