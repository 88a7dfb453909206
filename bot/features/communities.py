"""Communities: which one a chat or a person means, and who can be written to in private."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.bounded import Bounded
from bot.features.shops.arrivals import Arrival, Arrived, take_up
from bot.rules.act import Occasion, Origin, Sender
from bot.rules.calendar import day_of
from bot.rules.notes import Did
from bot.rules.place import Place
from bot.rules.rights import Role
from bot.rules.words import Language, reader_language
from bot.single_flight import SingleFlight
from bot.store.engine.db import Database
from bot.store.engine.peers import Peers
from bot.store.engine.sessions import Tx
from bot.store.members import meet, member_id_of, update_profile
from bot.store.messages.refused import lose_room
from bot.store.notes import note
from bot.store.places import Group, Known, find_group, find_people, find_place, place_of, rooms_of
from bot.store.rooms import leave_room, note_link
from bot.store.shown import count_lost
from bot.store.staff_roles import reachable_helpers
from bot.store.tables import Community, FanGroup, Member, Person


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

    Whoever changes something makes this forget it, here and in other processes.
    """

    def __init__(self, db: Database, *, open_to_all: bool, peers: Peers | None = None) -> None:
        self._db = db
        self._peers = peers or Peers()
        self._forgot = 0
        """How often something was forgotten. What was read before that isn't cached after it."""
        self._reads = SingleFlight()
        self.open_to_all = open_to_all
        """Whether strangers' groups may found shops of their own."""
        self._groups: Bounded[int, Group | None] = Bounded(GROUPS_KEPT)
        """Also of chats that are no shop's: anybody can bring the bot to any number of them."""
        self._people: dict[int, Known] = {}
        self._places: Bounded[int, Place] = Bounded(PLACES_KEPT)
        self._links: dict[int, int | None] = {}
        """Discussion groups of channels, as Telegram told since the start."""
        self._peers.hear(FORGET, lambda _: self._drop_all())
        self._peers.hear(FORGET_PERSON, self._drop_person)
        self._peers.hear(FORGET_LINK, lambda channel_id: self._links.pop(channel_id, None))
        self._peers.on_missed(self._drop_all)

    async def group(self, chat_id: int) -> Group | None:
        """The fan group with this chat, if the bot is in it."""
        if chat_id in self._groups:
            return self._groups[chat_id]
        forgot = self._forgot
        found = await self._reads.read(("group", chat_id, forgot), lambda: self._db.read(find_group, chat_id))
        if forgot == self._forgot:
            self._groups[chat_id] = found
        return found

    async def rooms(self, place: Place) -> list[int]:
        """Chats of the community's groups that the bot is in, the home group first."""
        return await self._db.read(rooms_of, place.community_id)

    async def reader(self, user_id: int, *, private: bool = False) -> Reader:
        """The person's own settings and the community that their private chat means.

        A person's first act in a group decides that, and this cache doesn't hear of it. So a person without a
        community is read again when they write in private. Where several processes work everybody is: what somebody
        writes now may answer what another process asked a moment ago.
        """
        known = self._people.get(user_id)
        if known is None or (private and (known.community_id is None or self._peers.several)):
            forgot = self._forgot
            known = (await self._db.read(find_people, {user_id}))[user_id]
            if forgot == self._forgot:
                self.learn({user_id: known})
        place = await self._place(known.community_id) if known.community_id is not None else None
        return Reader(place, known.language, known.can_write, known.dialogue)

    async def _place(self, community_id: int) -> Place:
        place = self._places.get(community_id)
        if place is None:
            forgot = self._forgot
            place = await self._reads.read(
                ("place", community_id, forgot), lambda: self._db.read(place_of, community_id)
            )
            if forgot == self._forgot:
                self._places[community_id] = place
        return place

    def unknown(self, user_ids: set[int]) -> set[int]:
        """Those of whom nothing is cached."""
        # `user_ids - self._people.keys()` would walk through all people that are cached.
        return {user_id for user_id in user_ids if user_id not in self._people}

    def learn(self, people: dict[int, Known]) -> None:
        """Cache what was read of people: a crowd's taps come by the hundred, and one query serves them all."""
        if len(self._people) + len(people) > PEOPLE_KEPT:
            self._people.clear()
        self._people.update(people)

    async def arrive(self, arrival: Arrival) -> Arrived | None:
        """The bot was added to a chat, or its rights there changed; see `take_up`. None for a stranger's group."""
        arrived = await self._db.write(take_up, arrival, open_to_all=self.open_to_all)
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

    async def started(self, sender: Sender, *, can_write: bool, at: datetime | None = None) -> Reader:
        """A person opened the private chat, or closed it at `at`."""
        await self._db.write(set_reachable, sender, can_write=can_write, at=at)
        self.forget_person(sender.user_id)
        return await self.reader(sender.user_id)

    async def unreachable(self, user_id: int) -> None:
        """Telegram said that this person can't be written to."""
        await self._db.write(mark_unreachable, user_id)
        self.forget_person(user_id)

    async def linked(self, channel_id: int, group_id: int | None) -> None:
        """Telegram tells which group is a channel's discussion group: its posts are forwarded there."""
        if channel_id not in self._links or self._links[channel_id] != group_id:
            await self._db.write(note_link, channel_id, group_id)
            if len(self._links) >= LINKS_KEPT:
                self._links.clear()
            self._links[channel_id] = group_id
            self._peers.tell(FORGET_LINK, channel_id)

    async def channels(self) -> list[int]:
        """All channels that the bot is in."""
        return await self._db.read(channels)

    async def place(self, community_id: int) -> Place | None:
        """The shop with this id, if there is one."""
        return await self._db.read(find_place, community_id)

    async def owners(self) -> list[tuple[int, Language]]:
        """Owners who can be written to, and their languages."""
        return await self._db.read(reachable_owners)

    async def helpers(self) -> list[tuple[int, Language, Role]]:
        """People to whom an owner gave a role and who can be written to, with their languages."""
        return await self._db.read(reachable_helpers)

    async def turn_to(self, user_id: int, place: Place) -> None:
        """From now on the person's private commands mean this shop."""
        await self._db.write(turn_to, user_id, place.community_id)
        self.forget_person(user_id)

    def forget_person(self, user_id: int) -> None:
        """Drop what is cached of one person, as something about them changed."""
        self._drop_person(user_id)
        self._peers.tell(FORGET_PERSON, user_id)

    def forget(self) -> None:
        """Drop what is cached: something changed."""
        self._drop()
        self._peers.tell(FORGET)

    def _drop_person(self, user_id: int) -> None:
        self._forgot += 1
        self._people.pop(user_id, None)

    def _drop(self) -> None:
        self._forgot += 1
        self._groups.clear()
        self._people.clear()
        self._places.clear()

    def _drop_all(self) -> None:
        self._drop()
        self._links.clear()


FORGET = "forget"
"""The word that anything of shops, rooms or people may have changed."""
FORGET_PERSON = "forget_person"
FORGET_LINK = "forget_link"
PEOPLE_KEPT = 20_000
LINKS_KEPT = 1_000
GROUPS_KEPT = 10_000
PLACES_KEPT = 1_000


def channels(session: Session) -> list[int]:
    """All channels that the bot is in."""
    return list(
        session.execute(
            select(col(FanGroup.chat_id)).where(col(FanGroup.is_channel), col(FanGroup.left_at).is_(None))
        ).scalars()
    )


def set_reachable(tx: Tx, sender: Sender, *, can_write: bool, at: datetime | None = None) -> None:
    """Note whether a person may be written to; someone new in private belongs to the only shop, if there is one."""
    meet(tx, sender, None)
    update_profile(tx, sender, None)
    person = tx.get_one(Person, sender.user_id, populate_existing=True)
    begins = can_write and not person.can_write
    if at is not None and person.can_write and not can_write:
        count_lost(tx, sender.user_id, at)
    person.can_write = can_write
    if person.community_id is None:
        person.community_id = _only_home(tx, sender.user_id)
    tx.flush()
    if begins and at is not None and person.community_id is not None:
        _note_start(tx, person.community_id, sender.user_id, at)


def _note_start(tx: Tx, community_id: int, user_id: int, at: datetime) -> None:
    """Remember it of a member of the shop that their private chat means."""
    member_id = member_id_of(tx, community_id, user_id)
    if member_id is not None:
        day = day_of(at, place_of(tx, community_id).timezone)
        note(tx, member_id, Did.START, Occasion(at, day, Origin(None, None)))


def _only_home(tx: Tx, user_id: int) -> int | None:
    mine = tx.execute(select(col(Member.community_id)).where(col(Member.user_id) == user_id)).scalars().all()
    shops = mine or tx.execute(select(col(Community.id)).limit(2)).scalars().all()
    return shops[0] if len(shops) == 1 else None


def reachable_owners(session: Session) -> list[tuple[int, Language]]:
    """Owners who can be written to, and their languages."""
    rows = session.execute(
        select(Person, func.min(col(Community.language)).label("shops_language"))
        .join(Community, col(Community.owner_id) == col(Person.user_id))
        .where(col(Person.can_write).is_(True))
        .group_by(col(Person.user_id))
        .order_by(col(Person.user_id))
    ).all()
    return [
        (
            row.Person.user_id,
            reader_language(row.Person.language, row.Person.telegram_language, row.shops_language),
        )
        for row in rows
    ]


def turn_to(tx: Tx, user_id: int, community_id: int) -> None:
    """Let a person's private chat mean this shop."""
    tx.execute(update(Person).where(col(Person.user_id) == user_id).values(community_id=community_id))


def mark_unreachable(tx: Tx, user_id: int) -> None:
    """Telegram refused a private message to them."""
    tx.execute(update(Person).where(col(Person.user_id) == user_id).values(can_write=False))
