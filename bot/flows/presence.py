"""Write down who is in a room of the shop, as Telegram says, and what follows from it (`rules/fans.py`).

Telegram's answer is as old as the question. If a person was seen to come or go since then, that is newer, and stays.
`asked_at` is a whole second, as Telegram's dates are. What was seen in the same second stays too.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, func, select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.features.gifts import invitations
from bot.features.people.joining import Going, is_present
from bot.flows.come_and_go import go
from bot.rules.act import Sender
from bot.rules.fans import FansPolicy, Found, Known, Where
from bot.rules.gifts.policy import GiftPolicy
from bot.rules.place import Place
from bot.rules.policies import Policies
from bot.store.engine.db import Database
from bot.store.engine.sessions import Tx
from bot.store.members import be_present, enlist, locked_member
from bot.store.moved import came
from bot.store.places import place_of, rooms_of
from bot.store.tables import Member, Person, Presence
from bot.store.tables.base import id_of


@dataclass(frozen=True, slots=True)
class Looked:
    """What Telegram said about one person when it was asked."""

    sender: Sender
    found: Found


class Belonging:
    """Use cases of who is in a room of the shop."""

    def __init__(self, db: Database, policies: Policies) -> None:
        self._db = db
        self._policies = policies
        self._policy = policies[FansPolicy]

    async def known(self, place: Place, user_id: int) -> Known:
        """What is stored of a person's membership."""
        return await self._db.read(known, place.community_id, user_id)

    async def rooms(self, place: Place) -> list[int]:
        """The chat ids of the shop's rooms without the home group and the channel, the oldest first."""
        return await self._db.read(rooms, place)

    async def settle(self, place: Place, looked: Sequence[Looked], asked_at: datetime, *, comes: bool = False) -> None:
        """Write down what Telegram said about people. With `comes`, a stranger who is in a room becomes a member."""
        await self._db.write(settle, place, looked, asked_at, self._policies, comes=comes)

    async def ban(self, place: Place, sender: Sender, at: datetime) -> None:
        """Write down that a person is banned in the home group."""
        await self._db.write(ban, place, sender, at, self._policies[GiftPolicy])

    async def unban(self, place: Place, user_id: int, at: datetime) -> None:
        """Write down that a person isn't banned in the home group any more."""
        await self._db.write(unban, place, user_id, at)

    async def mark_left(self, place: Place, chat_id: int, user_id: int, at: datetime) -> None:
        """Write down that a person isn't in a group: Telegram refused a whisper to them there."""
        await self._db.write(go, Going(place, chat_id, user_id, at, seen=False), self._policies[GiftPolicy])

    async def to_look_at(self, now: datetime) -> tuple[list[tuple[int, Sender]], datetime | None]:
        """A few people to look up now, with the ids of their communities, and when to ask for more; None: unknown."""
        next_at = await self._db.read(next_look)
        if next_at is None or next_at > now:
            return [], next_at
        await self._db.write(skip_confirmed, now, self._policy)
        due = await self._db.read(to_look_at, now, self._policy)
        if len(due) == self._policy.looks:
            return due, now + self._policy.round
        return due, None

    async def people(self, community_id: int, user_ids: Sequence[int]) -> tuple[Place, list[Sender]]:
        """The shop, and the people as Telegram showed them last. Unknown people are left out."""
        return await self._db.read(people, community_id, user_ids)


def known(session: Session, community_id: int, user_id: int) -> Known:
    """What is stored of a person's membership."""
    row = session.execute(
        select(col(Member.left_at), col(Member.banned_at)).where(
            col(Member.community_id) == community_id, col(Member.user_id) == user_id
        )
    ).one_or_none()
    if row is None:
        return Known.NOTHING
    left_at, banned_at = row
    if banned_at is not None:
        return Known.BANNED
    return Known.LEFT if left_at is not None else Known.IN


def rooms(session: Session, place: Place) -> list[int]:
    """The chat ids of the shop's rooms without the home group and the channel, the oldest first."""
    return [chat_id for chat_id in rooms_of(session, place.community_id) if chat_id != place.home_chat]


def people(session: Session, community_id: int, user_ids: Sequence[int]) -> tuple[Place, list[Sender]]:
    """The shop, and the people in the given order. Unknown people are left out."""
    rows = session.execute(select(Person).where(col(Person.user_id).in_(list(user_ids)))).scalars()
    found = {one.user_id: _sender(one) for one in rows}
    return place_of(session, community_id), [found[user_id] for user_id in user_ids if user_id in found]


def _sender(person: Person) -> Sender:
    return Sender(person.user_id, person.name, person.username, person.telegram_language)


def settle(
    tx: Tx, place: Place, looked: Sequence[Looked], asked_at: datetime, policies: Policies, *, comes: bool = False
) -> None:
    """Write down what Telegram said about people. Members are locked in the order of their user ids."""
    policy, gift_policy = policies[FansPolicy], policies[GiftPolicy]
    for one in sorted(looked, key=lambda each: each.sender.user_id):
        user_id, found = one.sender.user_id, one.found
        if found.free:
            unban(tx, place, user_id, asked_at)
        look_at = None
        if found.where is Where.BANNED:
            ban(tx, place, one.sender, asked_at, gift_policy)
        elif found.where is Where.OUT:
            mark_outside(tx, place, user_id, asked_at, gift_policy)
        elif found.where is Where.IN and found.chat_id is not None:
            mark_inside(tx, place, one.sender, found.chat_id, asked_at, comes=comes)
            look_at = asked_at + policy.look_again_after
        else:
            look_at = asked_at + policy.retry_after
        tx.execute(
            update(Member)
            .where(
                col(Member.community_id) == place.community_id,
                col(Member.user_id) == user_id,
                col(Member.look_at) <= asked_at,
            )
            .values(look_at=look_at)
        )


def mark_inside(tx: Tx, place: Place, sender: Sender, chat_id: int, asked_at: datetime, *, comes: bool) -> None:
    """Write down that a person is in a room. They get no welcome, because they may have been there for long."""
    member = locked_member(tx, place.community_id, sender.user_id)
    if member is None and comes:
        enlist(tx, place.community_id, sender, asked_at)
        member = locked_member(tx, place.community_id, sender.user_id)
    if member is None or (member.left_at is not None and member.left_at >= asked_at):
        return
    be_present(tx, id_of(member), chat_id, asked_at)
    if member.banned_at is None:
        was_out = member.left_at is not None
        member.left_at = None
        tx.flush()
        if was_out:
            came(tx, sender.user_id, sender.username)


def mark_outside(tx: Tx, place: Place, user_id: int, asked_at: datetime, gift_policy: GiftPolicy) -> None:
    """Write down that a person is in no room of the shop. Pending rewards for their joining are cancelled."""
    member = locked_member(tx, place.community_id, user_id)
    if member is None:
        return
    tx.execute(
        update(Presence)
        .where(
            col(Presence.member_id) == member.id,
            col(Presence.left_at).is_(None),
            col(Presence.joined_at) < asked_at,
        )
        .values(left_at=asked_at)
    )
    if member.left_at is None and not is_present(tx, id_of(member)):
        member.left_at = asked_at
        tx.flush()
        invitations.cancel_if_gone(tx, place, user_id, asked_at, gift_policy)


def ban(tx: Tx, place: Place, sender: Sender, at: datetime, gift_policy: GiftPolicy) -> None:
    """Write down a ban in the home group, which counts in every room. A stranger becomes a member who has left."""
    member = locked_member(tx, place.community_id, sender.user_id)
    if member is None:
        enlist(tx, place.community_id, sender, at)
        member = locked_member(tx, place.community_id, sender.user_id)
        if member is None:
            raise LookupError("a member that was just made is gone")
    at_home = (col(Presence.member_id) == member.id, col(Presence.chat_id) == place.home_chat)
    let_in_since = tx.execute(select(exists().where(*at_home, col(Presence.joined_at) > at))).scalar_one()
    if let_in_since:
        return
    tx.execute(update(Presence).where(*at_home, col(Presence.left_at).is_(None)).values(left_at=at))
    if member.banned_at is None:
        member.banned_at = at
        member.left_at = member.left_at or at
        tx.flush()
        invitations.cancel_if_gone(tx, place, sender.user_id, at, gift_policy)


def unban(tx: Tx, place: Place, user_id: int, at: datetime) -> None:
    """Write down that the ban is over. A person who is in another room is a fan again, others when they come."""
    member = locked_member(tx, place.community_id, user_id)
    if member is None or member.banned_at is None or member.banned_at > at:
        return
    member.banned_at = None
    if is_present(tx, id_of(member)):
        member.left_at = None
    tx.flush()


def next_look(session: Session) -> datetime | None:
    """When the next member is to be looked up; None if nobody is."""
    return session.execute(select(func.min(col(Member.look_at)))).scalar_one()


def skip_confirmed(tx: Tx, now: datetime, policy: FansPolicy) -> None:
    """Put off the look at members who left, or who were seen to come: Telegram reports when that changes."""
    confirmed = exists().where(col(Presence.member_id) == col(Member.id), col(Presence.left_at).is_(None))
    tx.execute(
        update(Member)
        .where(col(Member.look_at) <= now, (col(Member.left_at).is_not(None)) | confirmed)
        .values(look_at=now + policy.look_again_after)
    )


def to_look_at(session: Session, now: datetime, policy: FansPolicy) -> list[tuple[int, Sender]]:
    """A few members whose look is due, the longest due first, each with the id of their community."""
    rows = session.execute(
        select(col(Member.community_id), Person)
        .join(Person, col(Person.user_id) == col(Member.user_id))
        .where(col(Member.look_at) <= now)
        .order_by(col(Member.look_at), col(Member.id))
        .limit(policy.looks)
    ).all()
    return [(community_id, _sender(person)) for community_id, person in rows]
