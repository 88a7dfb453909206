"""The shop's rooms: which chats a shop has, which shops a person has, and a room that becomes a shop of its own."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.features.shops.founding import found, greet
from bot.rules.act import Act, Sender
from bot.rules.place import Place, Shop
from bot.rules.shops.arrivals import OwnedShop, RoomFounded, RoomLeft, WhoseRoom
from bot.rules.topics import RoomTopic
from bot.store.audit import Deed, caused_by, record_deed
from bot.store.engine.db import Database
from bot.store.engine.sessions import Tx
from bot.store.members import meet
from bot.store.messages.outbox import Terms, promise
from bot.store.messages.payloads import LEAVE, LeaveChat
from bot.store.messages.telling import tell_person
from bot.store.places import place_of, topic_of
from bot.store.rooms import clear_room
from bot.store.tables import Community, FanGroup, Member, Outbox
from bot.store.tables.messages import Lane, OutboxState

PARTED = "room.parted"
LEFT = "room.left"
FEW = 3
"""With at most so many other shops, Telegram is asked about all of them who their operators are."""
LEFT_AFTER = timedelta(days=7)
"""How long the owner may think about a room; then the bot leaves it."""


_SHOPS: Any = select(
    col(Community.id).label("id"), col(Community.shop).label("shop"), col(Community.owner_id).label("owner_id")
)


@dataclass(frozen=True, slots=True)
class Chat:
    """A chat of a shop that the bot is in."""

    chat_id: int
    title: str
    is_channel: bool
    second: bool
    """Whether it is a group, but not the home group."""
    topic: RoomTopic | None = None
    """Where in a forum its cards and announcements come; None for General."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How the bot stands with a chat in which it is, or was."""

    left: bool
    is_home: bool


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

    async def perhaps_helped_by(self, user_id: int) -> tuple[OwnedShop, ...]:
        """Shops of others whose operator this person may be: Telegram knows."""
        return await self._db.read(perhaps_helped_by, user_id)

    async def shops_of(self, user_id: int) -> tuple[Shop, ...]:
        """Shops that this person's private chat can mean."""
        return await self._db.read(shops_of, user_id)

    async def is_theirs(self, place: Place, user_id: int) -> bool:
        """Whether this shop is one of them. A shop's number in a link or button may be forged."""
        return any(shop.community_id == place.community_id for shop in await self.shops_of(user_id))

    async def all_of(self, place: Place) -> tuple[Chat, ...]:
        """Chats of the shop that the bot is in, the oldest first."""
        return await self._db.read(all_of, place.community_id)

    async def asked_about(self, chat_id: int) -> int | None:
        """The owner who is asked whose this chat is, and hasn't answered; None if nobody is."""
        return await self._db.read(asked_about, chat_id)

    async def ask(self, question: WhoseRoom, owner_id: int, at: datetime, cause: str) -> None:
        """Ask an owner to which shop a chat belongs; without an answer the bot leaves after `LEFT_AFTER`."""
        await self._db.write(ask, question, owner_id, at, cause)

    async def leave(self, act: Act, chat_id: int) -> RoomLeft | None:
        """Take a room out of the shop; None if it is home, or isn't the shop's. The bot has yet to leave the chat."""
        return await self._db.write(leave, act, chat_id)

    async def part(self, act: Act, chat_id: int, owner: Sender) -> RoomFounded | None:
        """Make a group a shop of its own, whose owner is the group's creator; None if there is nothing to part."""
        return await self._db.write(part, act, chat_id, owner)


def standing(session: Session, chat_id: int) -> Standing | None:
    """How the bot stands with a chat."""
    row: Any = session.execute(
        select(col(FanGroup.left_at).label("left_at"), col(FanGroup.is_home).label("is_home")).where(
            col(FanGroup.chat_id) == chat_id
        )
    ).first()
    return Standing(row.left_at is not None, row.is_home) if row is not None else None


def owned_by(session: Session, user_id: int) -> tuple[Shop, ...]:
    """Shops of this person, the oldest first."""
    rows = session.execute(_SHOPS.where(col(Community.owner_id) == user_id).order_by(col(Community.id)))
    return _shops(rows)


def played_by(session: Session, user_id: int) -> tuple[Shop, ...]:
    """Shops of others in which this person is a member, the one joined last first."""
    rows = session.execute(
        _SHOPS.join(Member, col(Member.community_id) == col(Community.id))
        .where(
            col(Member.user_id) == user_id,
            col(Member.left_at).is_(None),
            col(Community.owner_id) != user_id,
        )
        .order_by(col(Member.id).desc())
    )
    return _shops(rows)


def perhaps_helped_by(session: Session, user_id: int) -> tuple[OwnedShop, ...]:
    """Shops of others whose operator this person may be.

    Those in which they are a member. Where there are only a few shops, all others: operators needn't be members.
    """
    rows: Any = session.execute(
        _SHOPS.where(col(Community.owner_id) != user_id).order_by(col(Community.id)).limit(FEW + 1)
    ).all()
    if len(rows) > FEW:
        rows = session.execute(
            _SHOPS.join(Member, col(Member.community_id) == col(Community.id))
            .where(col(Member.user_id) == user_id, col(Member.left_at).is_(None), col(Community.owner_id) != user_id)
            .order_by(col(Member.id).desc())
        ).all()
    return tuple(OwnedShop(Shop(row.id, row.shop), row.owner_id) for row in rows)


def _shops(rows: Iterable[Any]) -> tuple[Shop, ...]:
    return tuple(Shop(row.id, row.shop) for row in rows)


def shops_of(session: Session, user_id: int) -> tuple[Shop, ...]:
    """Shops of theirs, then those in which they are a member."""
    return (*owned_by(session, user_id), *played_by(session, user_id))


def all_of(session: Session, community_id: int) -> tuple[Chat, ...]:
    """Chats of the shop that the bot is in, the oldest first."""
    rows = session.execute(
        select(FanGroup)
        .where(col(FanGroup.community_id) == community_id, col(FanGroup.left_at).is_(None))
        .order_by(col(FanGroup.id))
    ).scalars()
    return tuple(
        Chat(
            row.chat_id,
            row.title,
            row.is_channel,
            second=not row.is_channel and not row.is_home,
            topic=topic_of(row.topic_id, row.topic_name, row.topic_closed_at),
        )
        for row in rows
    )


def ask(tx: Tx, question: WhoseRoom, owner_id: int, at: datetime, cause: str) -> None:
    """Promise the question to the owner, once an update, and that the bot leaves later.

    The promise to leave also says that the owner was asked: no other row holds that.
    """
    place = place_of(tx, question.shops[0].community_id)
    key = f"{question.chat_id}:{cause}"
    tell_person(tx, place, owner_id, question, Terms(now=at, key=f"whose:{key}", not_after=at + LEFT_AFTER))
    leaving = Terms(now=at, key=f"leave:{key}", due_at=at + LEFT_AFTER, lane=Lane.BULK)
    promise(tx, place.community_id, question.chat_id, LeaveChat(), leaving)


def asked_about(session: Session, chat_id: int) -> int | None:
    """The owner who is asked whose this chat is, and hasn't answered."""
    return session.execute(
        select(col(Community.owner_id))
        .join(Outbox, col(Outbox.community_id) == col(Community.id))
        .where(col(Outbox.chat_id) == chat_id, col(Outbox.act) == LEAVE, col(Outbox.state) == OutboxState.WAITING)
        .order_by(col(Outbox.id).desc())
        .limit(1)
    ).scalar_one_or_none()


def move_question(tx: Tx, old_chat_id: int, new_chat_id: int) -> None:
    """A group that an owner is asked about has a new id."""
    tx.execute(
        update(Outbox)
        .where(col(Outbox.chat_id) == old_chat_id, col(Outbox.act) == LEAVE, col(Outbox.state) == OutboxState.WAITING)
        .values(chat_id=new_chat_id)
    )


def leave(tx: Tx, act: Act, chat_id: int) -> RoomLeft | None:
    """Take a room out of the shop: nothing is promised there any more. The home group can't be taken out."""
    room = tx.execute(
        select(FanGroup)
        .where(
            col(FanGroup.chat_id) == chat_id,
            col(FanGroup.community_id) == act.community_id,
            col(FanGroup.is_home).is_(False),
        )
        .with_for_update()
    ).scalar_one_or_none()
    if room is None:
        return None
    if room.left_at is None:
        room.left_at, room.is_admin = act.at, False
        record_deed(tx, Deed(act.community_id, act.actor_id, act.at), LEFT, room.title)
        tx.flush()
    return RoomLeft(room.title)


def part(tx: Tx, act: Act, chat_id: int, owner: Sender) -> RoomFounded | None:
    """Make a group a shop of its own: its fans' coins and coupons stay where they were earned.

    What hangs in the group of the old shop is taken down; what was promised there isn't sent.
    """
    place, at = act.place, act.at
    if caused_by(tx, place.community_id, act.cause) is not None:
        return RoomFounded(place.shop, place.community_id)
    room = tx.execute(
        select(FanGroup)
        .where(col(FanGroup.chat_id) == chat_id, col(FanGroup.community_id) == place.community_id)
        .with_for_update()
    ).scalar_one_or_none()
    if room is None or room.is_channel or room.is_home or room.left_at is not None:
        return None
    meet(tx, owner, None)
    community_id = found(tx, room.title, owner.user_id, place.language, at)
    clear_room(tx, place.community_id, community_id, chat_id, at)
    room.community_id, room.is_home = community_id, True
    tx.flush()
    # Only the new shop's entry holds the cause.
    record_deed(tx, Deed(place.community_id, act.actor_id, at), PARTED, room.title)
    record_deed(tx, Deed(community_id, act.actor_id, at, act.cause), PARTED, room.title)
    greet(tx, place_of(tx, community_id), chat_id, at)
    return RoomFounded(room.title, community_id)
