"""Posts through the real bot on the stand-in: what staff have sent, without the words by which they ask for it."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.features.communities import set_reachable
from bot.features.posts.sendings import Sendings
from bot.rules.act import Act, Sender
from bot.rules.fans import Room
from bot.rules.place import Place
from bot.rules.posting import Content, Media, MediaKind
from bot.rules.posts.audience import Audience
from bot.rules.posts.sendings import ChangeDone, NewSending, SendingBegun
from bot.rules.rights import Role
from bot.store.contents import content_to_facts
from bot.store.engine.sessions import Tx
from bot.store.members import standing
from bot.store.places import find_group
from bot.store.tables import Account, Community, FanGroup, Member
from bot.store.tables.base import id_of
from bot.store.tables.posts import Post, PostCopy
from sandbox import Chat, Document, Message, Person
from sandbox.files import FileKind, blank_picture
from tests.bot.conftest import Stage

AWHILE_AGO = datetime(2026, 11, 1, tzinfo=UTC)
KINDS: dict[MediaKind, tuple[FileKind, bytes]] = {
    MediaKind.PHOTO: ("photo", blank_picture()),
    MediaKind.VIDEO: ("video", b"\0\0\0\x18ftypmp42"),
    MediaKind.ANIMATION: ("animation", b"GIF89a"),
    MediaKind.DOCUMENT: ("document", b"care"),
}


@dataclass
class Posting:
    """The posts of a stage's shop."""

    stage: Stage
    place: Place
    causes: int = 0

    @classmethod
    async def on(cls, stage: Stage) -> "Posting":
        """The posts of the shop whose group the bot was brought to."""
        group = await stage.app.db.read(find_group, stage.group.id)
        assert group is not None
        return cls(stage, group.place)

    @property
    def sendings(self) -> Sendings:
        """What handlers ask for."""
        found: Sendings = self.stage.app.dispatcher["sendings"]
        return found

    def act(self) -> Act:
        """A fresh act of the owner's."""
        self.causes += 1
        owner = self.stage.owner
        sender = Sender(owner.id, owner.name, None, "en")
        return Act(self.place, sender, self.stage.app.clock.now(), f"1:{self.causes}", owner.id, Role.OWNER)

    def foresee(self, words: str) -> None:
        """Take the refusals with these words out of the calls, which are looked through in the end."""
        calls = self.stage.telegram.calls
        calls[:] = [call for call in calls if words not in call.description]

    def media(self, kind: MediaKind, *, spoiler: bool = False) -> Media:
        """A file that the bot has been sent."""
        stored, content = KINDS[kind]
        file = self.stage.group.world.store(stored, Document(f"file.{kind.value}", content))
        return Media(kind, file.id_for(self.stage.bot), spoiler)

    async def send(self, content: Content, audience: Audience | None = None, **wish: Any) -> int:
        """Send a new post, and wait until it has left; the sending."""
        begun = await self.try_to_send(content, audience, **wish)
        assert isinstance(begun, SendingBegun)
        await self.stage.app.jobs.tick()
        if "due_at" not in wish:
            await self.stage.all_sent()
        return begun.sending_id

    async def try_to_send(self, content: Content, audience: Audience | None = None, **wish: Any) -> object:
        """Send a new post; what comes of it."""
        post_id = await self.stage.app.db.write(_post, self.place.community_id, content)
        asked = NewSending(post_id=post_id, content=content, audience=audience or Audience.everywhere(), **wish)
        return await self.sendings.send(self.act(), asked)

    async def names_contact(self, contact: str) -> None:
        """The owner says how the shop can be reached, as promotion in Korea has to."""
        named = update(Community).where(col(Community.id) == self.place.community_id).values(contact=contact)
        await self.stage.app.db.write(_run, named)

    async def moves_to_another_shop(self, room: Chat) -> None:
        """A room belongs to another shop from now on."""
        app = self.stage.app
        other = await app.db.write(_found, self.place.community_id)
        await app.db.write(_run, update(FanGroup).where(col(FanGroup.chat_id) == room.id).values(community_id=other))
        app.communities.forget()

    async def changed(self, sending_id: int) -> ChangeDone:
        """What the last change reached, once it was tried everywhere."""
        await self.stage.app.jobs.tick()
        await self.stage.all_sent()
        found = await self.sendings.changed(self.place.community_id, sending_id)
        assert isinstance(found, ChangeDone)
        return found

    async def says_yes(self, fan: Person) -> None:
        """A fan starts the bot, and says yes to promotion."""
        sender = Sender(fan.id, fan.name, None, "en", Room(self.stage.group.id))
        fan.starts(self.stage.bot)
        await self.stage.settled()
        await self.stage.app.db.write(_says_yes, self.place.community_id, sender, self.stage.app.clock.now())
        await self.seems_reachable(fan)

    async def seems_reachable(self, fan: Person) -> None:
        """The bot believes that it may write to a fan."""
        sender = Sender(fan.id, fan.name, None, "en")
        await self.stage.app.db.write(set_reachable, sender, can_write=True)

    async def copies(self) -> list[PostCopy]:
        """All copies, in the order of their making."""

        def read(session: Session) -> list[PostCopy]:
            found = session.execute(select(PostCopy).order_by(col(PostCopy.id))).scalars().all()
            session.expunge_all()
            return list(found)

        return await self.stage.app.db.read(read)

    def seen(self) -> list[Message]:
        """What everybody in the group sees of the bot, but for its greeting."""
        return [
            message
            for message in self.stage.owner.sees(self.stage.group)
            if message.sender is self.stage.bot and message.only_for is None and not message.service
        ]


def _found(tx: Tx, like: int) -> int:
    """A shop like another one."""
    shop = tx.get_one(Community, like)
    other = Community(**{**shop.model_dump(exclude={"id", "salt"}), "shop": "Other"})
    tx.add(other)
    tx.flush()
    account = Account(community_id=id_of(other), kind="shop")
    tx.add(account)
    tx.flush()
    return id_of(other)


def _run(tx: Tx, statement: Any) -> None:
    tx.execute(statement)


def _post(tx: Tx, community_id: int, content: Content) -> int:
    number = len(tx.execute(select(col(Post.id)).where(col(Post.community_id) == community_id)).all()) + 1
    post = Post(community_id=community_id, number=number, content=content_to_facts(content), made_at=AWHILE_AGO)
    tx.add(post)
    tx.flush()
    return id_of(post)


def _says_yes(tx: Tx, community_id: int, sender: Sender, at: Any) -> None:
    member = standing(tx, community_id, sender, at)
    tx.execute(update(Member).where(col(Member.id) == member.member_id).values(promotion_since=at))
