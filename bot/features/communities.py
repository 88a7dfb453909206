"""Communities: made when the bot comes to a group, changed by `/setup`, found by chat or by person."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.bounded import Bounded
from bot.features.shops.founding import GREETED_WITHIN, found, greet
from bot.rules.act import Sender
from bot.rules.place import Place
from bot.rules.shops.arrivals import RoomJoined
from bot.rules.words import Language, reader_language
from bot.store.audit import Deed, record_deed
from bot.store.engine.db import Database
from bot.store.engine.sessions import Tx
from bot.store.members import meet, see
from bot.store.messages.outbox import Terms, rekey
from bot.store.messages.refused import end_all, lose_room
from bot.store.messages.telling import tell_owner
from bot.store.places import Group, Known, find_group, find_people, find_place, place_of, rooms_of
from bot.store.rooms import clear_room, forget_leaving, leave_room, note_link
from bot.store.tables import AuditEntry, Community, FanGroup, Member, Person

CAME = "room.came"
"""The audit log's name for the bot's coming to a chat."""


@dataclass(frozen=True, slots=True)
class Arrived:
    """A group that the bot is in now."""

    group: Group
    fresh: bool
    """Whether it wasn't there before: then it is greeted."""
    is_home: bool
    """Whether it is the shop's home group."""
    founded: bool = False
    """Whether the shop was made just now."""


@dataclass(frozen=True, slots=True)
class Reader:
    """What is known of a person in private."""

    place: Place | None
    language: str | None
    can_write: bool
    dialogue: str | None = None
    """The kind of the dialogue that they have open in private."""


class Communities:
    """Use cases of communities, and a small cache: which community a chat or a person means.

    One process writes, so it knows when what it cached is out of date.
    """

    def __init__(self, db: Database, *, open_to_all: bool) -> None:
        self._db = db
        self.open_to_all = open_to_all
        """Whether strangers' groups may found shops of their own."""
        self._groups: Bounded[int, Group | None] = Bounded(GROUPS_KEPT)
        """Also of chats that are no shop's: anybody can bring the bot to any number of them."""
        self._people: dict[int, Known] = {}
        self._places: Bounded[int, Place] = Bounded(PLACES_KEPT)
        self._links: dict[int, int | None] = {}
        """Discussion groups of channels, as Telegram told since the start."""

    async def group(self, chat_id: int) -> Group | None:
        """The fan group with this chat, if the bot is in it."""
        if chat_id in self._groups:
            return self._groups[chat_id]
        found = self._groups[chat_id] = await self._db.read(find_group, chat_id)
        return found

    async def rooms(self, place: Place) -> list[int]:
        """Chats of the community's groups that the bot is in, the home group first."""
        return await self._db.read(rooms_of, place.community_id)

    async def reader(self, user_id: int, *, private: bool = False) -> Reader:
        """The person's own settings and the community that their private chat means.

        Their first act in a group decides that, and this cache doesn't hear of it. So who writes in private and has
        none is read again.
        """
        known = self._people.get(user_id)
        if known is None or (private and known.community_id is None):
            self.learn(await self._db.read(find_people, {user_id}))
            known = self._people[user_id]
        place = None
        if known.community_id is not None:
            place = self._places.get(known.community_id)
            if place is None:
                place = self._places[known.community_id] = await self._db.read(place_of, known.community_id)
        return Reader(place, known.language, known.can_write, known.dialogue)

    def unknown(self, user_ids: set[int]) -> set[int]:
        """Those of whom nothing is cached."""
        return user_ids - self._people.keys()

    def learn(self, people: dict[int, Known]) -> None:
        """Cache what was read of people: a crowd's taps come by the hundred, and one query serves them all."""
        if len(self._people) + len(people) > PEOPLE_KEPT:
            self._people.clear()
        self._people.update(people)

    async def arrive(
        self,
        chat_id: int,
        title: str,
        owner: Sender,
        language: Language,
        at: datetime,
        *,
        is_admin: bool,
        is_channel: bool = False,
        missing: tuple[str, ...] = (),
        into: int | None = None,
        alone: bool = False,
        linked: int | None = None,
        by: int | None = None,
        tell: bool = True,
        may_found: bool = True,
    ) -> Arrived | None:
        """The bot was added to a chat, or its rights there changed. None for a stranger's group.

        It joins the shop `into`, or with `alone` becomes a shop of its own; see `arrive`. A group is greeted once, and
        the owner is told of each room that joins, unless `tell` says that they just wished so; `by` brought the bot.
        Only a group that `may_found` makes the first shop.
        """
        arrived = await self._db.write(
            come,
            chat_id,
            title,
            owner,
            language,
            at,
            is_admin=is_admin,
            is_channel=is_channel,
            missing=missing,
            into=into,
            alone=alone,
            linked=linked,
            by=by if by is not None else owner.user_id,
            tell=tell,
            open_to_all=self.open_to_all,
            may_found=may_found,
        )
        self.forget()
        return arrived

    async def leave(self, chat_id: int, at: datetime) -> None:
        """The bot was removed from a group: be quiet there."""
        await self._db.write(leave_room, chat_id, at)
        self.forget()

    async def lose(self, chat_id: int, at: datetime) -> None:
        """Telegram refused a message, as the bot isn't in the group any more: be quiet there, and tell the owner."""
        await self._db.write(lose_room, chat_id, at)
        self.forget()

    async def started(self, sender: Sender, *, can_write: bool) -> Reader:
        """A person opened the private chat, or closed it."""
        await self._db.write(set_reachable, sender, can_write=can_write)
        self._people.pop(sender.user_id, None)
        return await self.reader(sender.user_id)

    async def unreachable(self, user_id: int) -> None:
        """Telegram said that this person can't be written to."""
        await self._db.write(mark_unreachable, user_id)
        self._people.pop(user_id, None)

    async def linked(self, channel_id: int, group_id: int | None) -> None:
        """Telegram tells which group is a channel's discussion group: its posts are forwarded there."""
        if channel_id not in self._links or self._links[channel_id] != group_id:
            await self._db.write(note_link, channel_id, group_id)
            if len(self._links) >= LINKS_KEPT:
                self._links.clear()
            self._links[channel_id] = group_id

    async def channels(self) -> list[int]:
        """All channels that the bot is in."""
        return await self._db.read(channels)

    async def place(self, community_id: int) -> Place | None:
        """The shop with this id, if there is one."""
        return await self._db.read(find_place, community_id)

    async def owners(self) -> list[tuple[int, Language]]:
        """Owners who can be written to, and their languages."""
        return await self._db.read(reachable_owners)

    async def turn_to(self, user_id: int, place: Place) -> None:
        """From here on the person's private commands mean this shop."""
        await self._db.write(turn_to, user_id, place.community_id)
        self.forget_person(user_id)

    def forget_person(self, user_id: int) -> None:
        """Drop what is cached of one person: something about them changed."""
        self._people.pop(user_id, None)

    def forget(self) -> None:
        """Drop what is cached: something changed."""
        self._groups.clear()
        self._people.clear()
        self._places.clear()


PEOPLE_KEPT = 20_000
LINKS_KEPT = 1_000
GROUPS_KEPT = 10_000
PLACES_KEPT = 1_000


def come(
    tx: Tx,
    chat_id: int,
    title: str,
    owner: Sender,
    language: Language,
    at: datetime,
    *,
    is_admin: bool,
    is_channel: bool,
    missing: tuple[str, ...],
    into: int | None,
    alone: bool,
    linked: int | None,
    by: int,
    tell: bool,
    open_to_all: bool,
    may_found: bool,
) -> Arrived | None:
    """Take up a chat; the greeting, and the note to the owner, are promised in the same commit."""
    arrived = arrive(
        tx,
        chat_id,
        title,
        owner,
        language,
        at,
        is_admin=is_admin,
        is_channel=is_channel,
        into=into,
        alone=alone,
        open_to_all=open_to_all,
        may_found=may_found,
    )
    if arrived is None:
        return None
    if is_channel:
        note_link(tx, chat_id, linked)
    elif linked is not None:
        note_link(tx, linked, chat_id)
    if not arrived.fresh:
        return arrived
    place = arrived.group.place
    forget_leaving(tx, chat_id)
    record_deed(tx, Deed(place.community_id, by, at), CAME, title)
    if not is_channel:
        greet(tx, place, chat_id, at, missing)
    if tell and not arrived.is_home:
        joined = RoomJoined(title, place.shop, chat_id, is_channel=is_channel, may_part=True)
        key = f"joined:{chat_id}:{at.timestamp():.0f}"
        tell_owner(tx, place, joined, Terms(now=at, key=key, not_after=at + GREETED_WITHIN))
    return arrived


def arrive(
    tx: Tx,
    chat_id: int,
    title: str,
    owner: Sender,
    language: Language,
    at: datetime,
    *,
    is_admin: bool,
    open_to_all: bool,
    is_channel: bool = False,
    into: int | None = None,
    alone: bool = False,
    may_found: bool = True,
) -> Arrived | None:
    """Find or make the community of a chat that the bot has come to.

    A room of a shop is taken up again, unless it is meant to join another one now. Else it joins the shop `into`;
    without that a new shop is made, if this is the first one (and the group `may_found` it), it is to stand `alone`, or
    strangers are welcome (`OPEN=true`) beside the first: the chat is its home group. A channel makes no shop.
    """
    if tx.get_bind().dialect.name == "postgresql":
        # Two updates tell of the same arrival at once (the membership, the first message): one by one, please.
        tx.execute(text("LOCK TABLE fan_group IN SHARE ROW EXCLUSIVE MODE"))
    known = tx.execute(select(FanGroup).where(col(FanGroup.chat_id) == chat_id).with_for_update()).scalar_one_or_none()
    meet(tx, owner, None)
    if known is not None:
        fresh = known.left_at is not None
        known.left_at, known.is_admin, known.title = None, is_admin, title
        if fresh:
            end_all(tx, chat_id, at)
        if fresh and into is not None and known.community_id != into and not known.is_home:
            clear_room(tx, known.community_id, into, chat_id, at)
            known.community_id = into
        return _arrived(tx, chat_id, fresh=fresh, is_home=known.is_home)
    community_id = into
    if community_id is None:
        first = tx.execute(select(func.count()).select_from(Community)).scalar_one() == 0
        welcome = may_found if first else open_to_all
        if is_channel or not (welcome or alone):
            return None
        community_id = found(tx, title, owner.user_id, language, at)
    is_home = into is None
    tx.add(
        FanGroup(
            community_id=community_id,
            chat_id=chat_id,
            title=title,
            is_admin=is_admin,
            is_channel=is_channel,
            is_home=is_home,
            joined_at=at,
        )
    )
    tx.execute(
        update(Person)
        .where(col(Person.user_id) == owner.user_id, col(Person.community_id).is_(None))
        .values(community_id=community_id)
    )
    return _arrived(tx, chat_id, fresh=True, is_home=is_home, founded=into is None)


def _arrived(tx: Tx, chat_id: int, *, fresh: bool, is_home: bool, founded: bool = False) -> Arrived | None:
    tx.flush()
    group = find_group(tx, chat_id)
    return Arrived(group, fresh, is_home, founded) if group is not None else None


def move(tx: Tx, old_chat_id: int, new_chat_id: int, at: datetime) -> int | None:
    """Re-key a group that became a supergroup; its community, or None if it isn't one of ours (any more)."""
    group = tx.execute(
        select(FanGroup).where(col(FanGroup.chat_id) == old_chat_id).with_for_update()
    ).scalar_one_or_none()
    if group is None:
        return None
    twin = tx.execute(select(FanGroup).where(col(FanGroup.chat_id) == new_chat_id)).scalar_one_or_none()
    if twin is not None:
        group.left_at = at  # the new id came first, as a group of its own
        if group.is_home and twin.community_id == group.community_id:
            group.is_home = False
            tx.flush()
            twin.is_home = True
    else:
        group.chat_id = new_chat_id
        # Topics are known by their first messages, whose ids are void now.
        group.topic_id = group.topic_name = group.topic_closed_at = None
    tx.flush()
    forget_leaving(tx, new_chat_id)
    rekey(tx, old_chat_id, new_chat_id)
    # Anonymous administrators are known by the group's id: what they did, and gave away, stays theirs.
    tx.execute(
        update(AuditEntry)
        .where(col(AuditEntry.community_id) == group.community_id, col(AuditEntry.actor_id) == old_chat_id)
        .values(actor_id=new_chat_id)
    )
    return group.community_id


def channels(session: Session) -> list[int]:
    """All channels that the bot is in."""
    return list(
        session.execute(
            select(col(FanGroup.chat_id)).where(col(FanGroup.is_channel), col(FanGroup.left_at).is_(None))
        ).scalars()
    )


def set_reachable(tx: Tx, sender: Sender, *, can_write: bool) -> None:
    """Note whether a person may be written to; someone new in private belongs to the only shop, if there is one."""
    meet(tx, sender, None)
    see(tx, sender, None)
    person = tx.get_one(Person, sender.user_id, populate_existing=True)
    person.can_write = can_write
    if person.community_id is None:
        person.community_id = _only_home(tx, sender.user_id)
    tx.flush()


def _only_home(tx: Tx, user_id: int) -> int | None:
    mine = tx.execute(select(col(Member.community_id)).where(col(Member.user_id) == user_id)).scalars().all()
    shops = mine or tx.execute(select(col(Community.id)).limit(2)).scalars().all()
    return shops[0] if len(shops) == 1 else None


def reachable_owners(session: Session) -> list[tuple[int, Language]]:
    """Owners who can be written to, and their languages."""
    rows = session.execute(
        select(Person, func.min(col(Community.language)))
        .join(Community, col(Community.owner_id) == col(Person.user_id))
        .where(col(Person.can_write).is_(True))
        .group_by(col(Person.user_id))
        .order_by(col(Person.user_id))
    ).all()
    return [(row[0].user_id, reader_language(row[0].language, row[0].telegram_language, row[1])) for row in rows]


def turn_to(tx: Tx, user_id: int, community_id: int) -> None:
    """Let a person's private chat mean this shop."""
    tx.execute(update(Person).where(col(Person.user_id) == user_id).values(community_id=community_id))


def mark_unreachable(tx: Tx, user_id: int) -> None:
    """Telegram refused a private message to them."""
    tx.execute(update(Person).where(col(Person.user_id) == user_id).values(can_write=False))
