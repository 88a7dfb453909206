"""A shop with many groups and a channel, as it is after months: nobody is greeted, everything is on record."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.features.communities import set_reachable
from bot.features.streams.plans import plan
from bot.rules.act import Sender
from bot.rules.place import Place
from bot.rules.streams.streams import NewStream, StreamMade, StreamPolicy
from bot.running import App
from bot.store.engine.db import Database
from bot.store.engine.sessions import Tx
from bot.store.tables import FanGroup, Member, Outbox, Stream, Subscription
from bot.store.tables import Person as PersonRow
from bot.telegram.pacer import Limits as PacerLimits
from sandbox import Bot, Call, Chat, Limits, Message, Person, Rights, Sandbox
from sandbox.chats import ChatKind
from tests.bot.conftest import NOON, start, unexpected_refusals
from tests.features.scene import act_of, shop

GROUPS = 50
POLICY = StreamPolicy()


def sender(person: Person) -> Sender:
    """A person as the store knows them."""
    return Sender(person.id, person.name, person.username, person.language)


@dataclass
class BigShop:
    """What a test of starts plays on; the bot isn't running yet."""

    telegram: Sandbox
    bot: Bot
    owner: Person
    url: str
    place: Place
    chats: list[Chat]
    """Its groups, then its channel."""
    planned: int = 0
    fans: list[Person] = field(default_factory=list)
    waited_before: float = 0.0

    @classmethod
    async def open(cls, telegram: Sandbox, url: str, groups: int, kind: ChatKind = "supergroup") -> "BigShop":
        """Write a shop down whose bot is in all its groups and its channel."""
        bot = telegram.add_bot(token="42:TEST", username="encore_test_bot", name="Encore")
        owner = telegram.add_user("Mina", username="mina", language="en")
        chats = [telegram.add_group(f"Room {number}", creator=owner, kind=kind) for number in range(groups)]
        channel = telegram.add_channel("Silk news", creator=owner)
        for chat in (*chats, channel):
            owner.adds(bot, chat, Rights(can_post_messages=True) if chat is channel else Rights.full())
        async with Database.open(url) as db:
            place = await shop(db, sender(owner), chats[0].id)
            for chat in chats[1:]:
                await shop(db, sender(owner), chat.id, into=place.community_id, title=chat.title)
            await db.write(_write_to_owner, sender(owner))
            await db.write(_add_channel, place.community_id, channel.id)
        telegram.private(bot, owner).opened = True
        bot.queue.drop()
        return cls(telegram, bot, owner, url, place, [*chats, channel])

    def now(self) -> datetime:
        """The present instant of the stand-in."""
        return datetime.fromtimestamp(self.telegram.clock.now(), UTC)

    async def plans(self, starts_in: timedelta, title: str = "Silk night", **more: object) -> datetime:
        """Plan a stream through its feature, as the owner's command does; its instant, a whole second."""
        at = self.now()
        self.planned += 1
        starts_at = (at + starts_in + timedelta(seconds=1)).replace(microsecond=0)
        wish = NewStream(title, starts_at, **more)  # type: ignore[arg-type]
        async with Database.open(self.url) as db:
            made = await db.write(
                plan, act_of(self.place, sender(self.owner), at, f"42:plan{self.planned}"), wish, POLICY
            )
        assert isinstance(made, StreamMade)
        assert made.groups == len(self.chats)
        return wish.at

    async def subscribes(self, count: int, number: int) -> None:
        """Many fans open the private chat and ask to be reminded of stream `number`."""
        new = [self.telegram.add_user(f"Fan {len(self.fans) + i}", language="ko") for i in range(count)]
        async with Database.open(self.url) as db:
            stream_id = await db.read(_stream_id, number)
            await db.write(_ask_all, self.place, new, stream_id, self.now())
        for fan in new:
            self.telegram.private(self.bot, fan).opened = True
        self.fans += new

    def announced(self, title: str = "Silk night", since: int = 0) -> list[Call]:
        """Accepted announcements of a stream, in order, among the calls after the first `since`."""
        return [
            call
            for call in self.telegram.calls[since:]
            if call.method == "sendMessage" and call.status == 200 and is_start(call, title)
        ]

    def told(self, title: str = "Silk night") -> dict[int, int]:
        """How many announcements of a stream each chat shows, by its id."""
        return {chat.id: len(self.cards(chat, title)) for chat in self.chats}

    def cards(self, chat: Chat, title: str = "Silk night") -> list[Message]:
        """Announcements that a chat shows; the morning card, which names the day's stream too, is none."""
        return [
            m
            for m in self.telegram.messages(chat)
            if m.sender in {self.bot, None} and title in m.text and m.buttons and not is_morning(m)
        ]

    def untold(self, title: str = "Silk night") -> list[Chat]:
        """Chats that don't show its announcement yet."""
        return [chat for chat in self.chats if not self.cards(chat, title)]

    async def all_told(self, seconds: float, title: str = "Silk night") -> None:
        """Wait until every chat shows its announcement."""
        async with asyncio.timeout(seconds):
            while not all(self.cards(chat, title) for chat in self.chats):
                await asyncio.sleep(0.01)

    @property
    def waited(self) -> float:
        """Seconds that other processes took from bot, stand-in and test since just before the start."""
        return max(0.0, waited_for_a_core() - self.waited_before)

    async def _look_at_cores(self, planned: datetime) -> None:
        await asyncio.sleep(max(0.0, (planned - self.now()).total_seconds() - 1))
        self.waited_before = waited_for_a_core()

    async def drained(self, db: Database, seconds: float = 10) -> None:
        """Wait until nothing that is due waits to be sent."""
        async with asyncio.timeout(seconds):
            while await db.read(_due, self.now()):
                await asyncio.sleep(0.02)


@contextlib.asynccontextmanager
async def big_shop(url: str, groups: int = GROUPS, kind: ChatKind = "supergroup") -> AsyncIterator[BigShop]:
    """A shop under Telegram's own limits; in the end nothing was refused that no test foresees."""
    async with Sandbox(limits=Limits(), start=NOON) as telegram:
        yield await BigShop.open(telegram, url, groups, kind)
    assert unexpected_refusals(telegram) == []


@contextlib.asynccontextmanager
async def at_work(shop: BigShop, planned: datetime | None = None) -> AsyncIterator[App]:
    """The bot with its own limits, stopped in the end; for a planned start it is noted how busy the machine was."""
    running, task = start(shop.telegram, shop.url, PacerLimits())
    looking = asyncio.create_task(shop._look_at_cores(planned or shop.now()))
    try:
        yield running
    finally:
        looking.cancel()
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
        if running.engine.session._session is not None:
            await running.engine.session._session.close()
        await running.close()


def is_morning(message: Message) -> bool:
    """Whether it is a morning card: tests that run by the real clock get it when it is morning in Seoul."""
    return any(button.callback_data == "checkin" for button in message.buttons)


def is_start(call: Call, title: str) -> bool:
    """Whether a call announces the start of a stream."""
    text = str(call.params.get("text", ""))
    return title in text and "here:" in str(call.params.get("reply_markup", ""))


def waited_for_a_core() -> float:
    """Seconds for which threads of this process could have run, but other processes had the cores (Linux tells)."""
    told = 0.0
    for file in Path("/proc/self/task").glob("*/schedstat"):
        with contextlib.suppress(OSError):  # a thread that has just ended
            told += int(file.read_text().split()[1]) / 1e9
    return told


def lateness(calls: list[Call], planned: datetime) -> list[float]:
    """Seconds from the planned instant to each acceptance."""
    return [call.at - planned.timestamp() for call in calls]


def _write_to_owner(tx: Tx, owner: Sender) -> None:
    set_reachable(tx, owner, can_write=True)


def _add_channel(tx: Tx, community_id: int, chat_id: int) -> None:
    tx.add(
        FanGroup(
            community_id=community_id,
            chat_id=chat_id,
            title="Silk news",
            is_admin=True,
            is_channel=True,
            joined_at=datetime(2026, 11, 2, tzinfo=UTC),
        )
    )


def _stream_id(session: Session, number: int) -> int:
    return int(session.execute(select(col(Stream.id)).where(col(Stream.number) == number)).scalar_one() or 0)


def _ask_all(tx: Tx, place: Place, people: list[Person], stream_id: int, at: datetime) -> None:
    tx.execute(
        insert(PersonRow),
        [{"user_id": one.id, "name": one.name, "telegram_language": one.language, "can_write": True} for one in people],
    )
    tx.execute(
        insert(Member), [{"community_id": place.community_id, "user_id": one.id, "joined_at": at} for one in people]
    )
    members = tx.execute(select(col(Member.id)).where(col(Member.user_id).in_([one.id for one in people]))).scalars()
    tx.execute(insert(Subscription), [{"stream_id": stream_id, "member_id": member, "at": at} for member in members])


def _due(session: Session, now: datetime) -> int:
    return int(
        session.execute(
            select(func.count())
            .select_from(Outbox)
            .where(col(Outbox.state).in_(("waiting", "sending")), col(Outbox.due_at) <= now)
        ).scalar_one()
    )
