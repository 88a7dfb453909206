"""Communities: made when the bot comes to a group, changed by `/setup`, found by chat or by person."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, text, update
from sqlmodel import col

from bot.rules.communities import (
    DEFAULT_TIMEZONES,
    Place,
    Setup,
    SetupDone,
)
from bot.rules.words import Language
from bot.store import causes
from bot.store.audit import caused_by, record
from bot.store.db import Database, Tx
from bot.store.members import Sender, meet
from bot.store.outbox import rekey
from bot.store.places import Group, Known, find_group, find_people, groups_chats, place_of
from bot.store.tables import Account, AuditEntry, Community, FanGroup, Member, Person
from bot.store.tables.ledger import AccountKind

SETUP = "setup.changed"

DEFAULT_PERSONA = {Language.KO: "루미", Language.ZH: "小鹿", Language.EN: "Lumi"}
DEFAULT_COIN = {Language.KO: "코인", Language.ZH: "金币", Language.EN: "coins"}


@dataclass(frozen=True, slots=True)
class Arrived:
    """A group that the bot is in now."""

    group: Group
    fresh: bool
    """Whether it wasn't there before: then it is greeted."""


@dataclass(frozen=True, slots=True)
class Reader:
    """What is known of a person in private."""

    place: Place | None
    language: str | None
    can_write: bool


class Communities:
    """Use cases of communities, and a small cache: which community a chat or a person means.

    One process writes, so it knows when what it cached is out of date.
    """

    def __init__(self, db: Database, *, open_to_all: bool) -> None:
        self._db = db
        self._open_to_all = open_to_all
        self._groups: dict[int, Group | None] = {}
        self._people: dict[int, Known] = {}
        self._places: dict[int, Place] = {}

    async def group(self, chat_id: int) -> Group | None:
        """The fan group with this chat, if the bot is in it."""
        if chat_id not in self._groups:
            self._groups[chat_id] = await self._db.read(find_group, chat_id)
        return self._groups[chat_id]

    async def chats(self, place: Place) -> list[int]:
        """Chats of the community that the bot is in."""
        return await self._db.read(groups_chats, place.community_id)

    async def reader(self, user_id: int) -> Reader:
        """The person's own settings and the community that they last used."""
        known = self._people.get(user_id)
        if known is None:
            self.learn(await self._db.read(find_people, {user_id}))
            known = self._people[user_id]
        place = None
        if known.community_id is not None:
            place = self._places.get(known.community_id)
            if place is None:
                place = self._places[known.community_id] = await self._db.read(place_of, known.community_id)
        return Reader(place, known.language, known.can_write)

    def unknown(self, user_ids: set[int]) -> set[int]:
        """Those of whom nothing is cached."""
        return user_ids - self._people.keys()

    def learn(self, people: dict[int, Known]) -> None:
        """Cache what was read of people: a crowd's taps come by the hundred, and one query serves them all."""
        if len(self._people) + len(people) > PEOPLE_KEPT:
            self._people.clear()
        self._people.update(people)

    def used(self, user_id: int, place: Place) -> None:
        """A person used a community just now: their private commands mean it from here on."""
        known = self._people.get(user_id)
        if known is not None and known.community_id != place.community_id:
            self._people[user_id] = replace(known, community_id=place.community_id)

    async def arrive(
        self, chat_id: int, title: str, owner: Sender, language: Language, at: datetime, *, is_admin: bool
    ) -> Arrived | None:
        """The bot was added to a group, or its rights there changed. None for a stranger's group."""
        arrived = await self._db.write(
            arrive, chat_id, title, owner, language, at, is_admin=is_admin, open_to_all=self._open_to_all
        )
        self.forget()
        return arrived

    async def leave(self, chat_id: int, at: datetime) -> None:
        """The bot was removed from a group: be quiet there."""
        await self._db.write(leave, chat_id, at)
        self.forget()

    async def set_up(self, place: Place, actor_id: int, wish: Setup, at: datetime, cause: str) -> SetupDone:
        """Change the shop's settings."""
        done = await self._db.write(set_up, place, actor_id, wish, at, cause)
        self.forget()
        return done

    async def started(self, sender: Sender, *, can_write: bool) -> Reader:
        """A person opened the private chat, or closed it."""
        await self._db.write(set_reachable, sender, can_write=can_write)
        self._people.pop(sender.user_id, None)
        return await self.reader(sender.user_id)

    async def unreachable(self, user_id: int) -> None:
        """Telegram said that this person can't be written to."""
        await self._db.write(mark_unreachable, user_id)
        self._people.pop(user_id, None)

    def forget_person(self, user_id: int) -> None:
        """Drop what is cached of one person: something about them changed."""
        self._people.pop(user_id, None)

    def forget(self) -> None:
        """Drop what is cached: something changed."""
        self._groups.clear()
        self._people.clear()
        self._places.clear()


PEOPLE_KEPT = 20_000


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
) -> Arrived | None:
    """Find or make the community of a group that the bot has come to.

    A group that was known is taken up again; a group of someone who owns a shop here joins that shop; else a new
    shop is made, if this is the first one or strangers are welcome (`OPEN=true`).
    """
    if tx.get_bind().dialect.name == "postgresql":
        # Two updates tell of the same arrival at once (the membership, the first message): one by one, please.
        tx.execute(text("LOCK TABLE fan_group IN SHARE ROW EXCLUSIVE MODE"))
    known = tx.execute(select(FanGroup).where(col(FanGroup.chat_id) == chat_id).with_for_update()).scalar_one_or_none()
    if known is not None:
        fresh = known.left_at is not None
        known.left_at, known.is_admin, known.title = None, is_admin, title
        return _arrived(tx, chat_id, fresh=fresh)
    meet(tx, owner, None)
    community_id = (
        tx.execute(
            select(col(Community.id)).where(col(Community.owner_id) == owner.user_id).order_by(col(Community.id))
        )
        .scalars()
        .first()
    )
    if community_id is None:
        first = tx.execute(select(func.count()).select_from(Community)).scalar_one() == 0
        if not first and not open_to_all:
            return None
        community_id = _found(tx, title, owner, language, at)
    tx.add(FanGroup(community_id=community_id, chat_id=chat_id, title=title, is_admin=is_admin, joined_at=at))
    tx.execute(
        update(Person)
        .where(col(Person.user_id) == owner.user_id, col(Person.community_id).is_(None))
        .values(community_id=community_id)
    )
    return _arrived(tx, chat_id, fresh=True)


def _arrived(tx: Tx, chat_id: int, *, fresh: bool) -> Arrived | None:
    tx.flush()
    group = find_group(tx, chat_id)
    return Arrived(group, fresh) if group is not None else None


def _found(tx: Tx, title: str, owner: Sender, language: Language, at: datetime) -> int:
    community = Community(
        shop=title,
        language=language,
        timezone=DEFAULT_TIMEZONES[language],
        persona=DEFAULT_PERSONA[language],
        coin=DEFAULT_COIN[language],
        owner_id=owner.user_id,
        made_at=at,
    )
    tx.add(community)
    tx.flush()
    if community.id is None:
        raise LookupError("the community has no id after its flush")
    tx.add(Account(community_id=community.id, kind=AccountKind.SHOP))
    tx.flush()
    return community.id


def leave(tx: Tx, chat_id: int, at: datetime) -> None:
    """Mark a group as left."""
    tx.execute(
        update(FanGroup)
        .where(col(FanGroup.chat_id) == chat_id, col(FanGroup.left_at).is_(None))
        .values(left_at=at, is_admin=False)
    )


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
    else:
        group.chat_id = new_chat_id
    tx.flush()
    rekey(tx, old_chat_id, new_chat_id)
    return group.community_id


def set_up(tx: Tx, place: Place, actor_id: int, wish: Setup, at: datetime, cause: str) -> SetupDone:
    """Change what was asked for and write down what it was before."""
    done = caused_by(tx, place.community_id, cause)
    if done is not None and done.answer is not None:
        return causes.from_json(SetupDone, done.answer)
    community = tx.execute(
        select(Community).where(col(Community.id) == place.community_id).with_for_update()
    ).scalar_one()
    asked: dict[str, Any] = {name: value for name in Setup.__slots__ if (value := getattr(wish, name)) is not None}
    before = {name: getattr(community, name) for name in asked if getattr(community, name) != asked[name]}
    after = {name: str(asked[name]) for name in before}
    for name, value in after.items():
        setattr(community, name, value)
    tx.flush()
    audit_id = None
    entry = None
    if after:
        entry = record(
            tx,
            community_id=place.community_id,
            actor_id=actor_id,
            act=SETUP,
            subject=", ".join(sorted(after)),
            at=at,
            cause=cause,
            before=before,
            after=after,
        )
        audit_id = entry.id
    outcome = SetupDone(
        shop=community.shop,
        language=Language(community.language),
        timezone=community.timezone,
        persona=community.persona,
        coin=community.coin,
        changed=tuple(sorted(after)),
        audit_id=audit_id,
    )
    if entry is not None:
        entry.answer = causes.to_json(outcome)
    return outcome


def undo_setup(tx: Tx, place: Place, entry: AuditEntry) -> bool:
    """Put back what the settings were before an act; False if they were changed again since."""
    community = tx.execute(
        select(Community).where(col(Community.id) == place.community_id).with_for_update()
    ).scalar_one()
    if any(getattr(community, name) != value for name, value in (entry.after or {}).items()):
        return False
    for name, value in (entry.before or {}).items():
        setattr(community, name, value)
    tx.flush()
    return True


def set_reachable(tx: Tx, sender: Sender, *, can_write: bool) -> None:
    """Note whether a person may be written to; someone new in private belongs to the only shop, if there is one."""
    meet(tx, sender, None)
    person = tx.get_one(Person, sender.user_id)
    person.can_write = can_write
    person.name, person.username, person.telegram_language = sender.name, sender.username, sender.language
    if person.community_id is None:
        person.community_id = _only_home(tx, sender.user_id)
    tx.flush()


def _only_home(tx: Tx, user_id: int) -> int | None:
    mine = tx.execute(select(col(Member.community_id)).where(col(Member.user_id) == user_id)).scalars().all()
    homes = mine or tx.execute(select(col(Community.id)).limit(2)).scalars().all()
    return homes[0] if len(homes) == 1 else None


def mark_unreachable(tx: Tx, user_id: int) -> None:
    """Telegram refused a private message to them."""
    tx.execute(update(Person).where(col(Person.user_id) == user_id).values(can_write=False))
