"""`python -m benchmarks.sending`: a private post to all fans and a stream's start in all rooms, due at one instant.

The whole bot runs as a process of its own against the stand-in, with Telegram's limits on. Meanwhile fans check in and
ask for their card in private. Told are: refusals for going too fast (429), the rate against Telegram's 30 a second,
when the 50th and the last room heard, and how long fans waited for an answer.

20,000 fans take eleven minutes, which nothing but Telegram's limit decides. `--fans` takes fewer.
"""

import argparse
import asyncio
import os
import random
import statistics
import tempfile
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import insert
from sqlmodel import col, select

from benchmarks.checkin import process, say
from bot.features.posts.sendings import send
from bot.features.shops.arrivals import Arrival, arrive
from bot.features.streams.plans import plan
from bot.rules.act import Act, Sender
from bot.rules.place import Place
from bot.rules.posting import Content, LinkButton
from bot.rules.posts.audience import Audience
from bot.rules.posts.sendings import NewSending, SendingBegun, SendingPolicy
from bot.rules.streams.streams import NewStream, StreamPolicy
from bot.rules.words import Language
from bot.store.contents import content_to_facts
from bot.store.engine.db import Database
from bot.store.engine.schema import migrate
from bot.store.engine.sessions import Tx
from bot.store.tables import Account, Member, Presence
from bot.store.tables import Person as PersonRow
from bot.store.tables.base import id_of
from bot.store.tables.posts import Post
from sandbox import Bot, Call, Chat, Limits, Message, Person, Rights, Sandbox

TOKEN = "42:TEST"
AHEAD = timedelta(seconds=40)
"""How long before everything is due the bot starts. This is enough for it to run in time."""
LIMIT = 30.0
"""Messages a second that Telegram takes."""
EVERY = 0.25
"""Seconds between two fans who ask for something."""
PRIVATE_TURN = 4
"""Every so many of them asks in private, where the answer counts against Telegram's limit."""
POST = Content("<b>New scarves</b> are here 🎁", buttons=(LinkButton("See them", "https://shop.example/scarves"),))
TITLE = "Silk night"


@dataclass
class Bench:
    """A shop on the stand-in."""

    telegram: Sandbox
    url: str
    bot: Bot
    owner: Person
    rooms: list[Chat]
    fans: list[Person]
    due_at: datetime = field(default_factory=lambda: datetime.now(UTC) + AHEAD)  # noqa: TID251  # the bot's real time
    waits: list[float] = field(default_factory=list)
    unheard: int = 0
    cpu: float = 0.0
    """The part of a core that the bot used while everything left."""

    @classmethod
    async def open(cls, telegram: Sandbox, url: str, rooms: int, fans: int) -> "Bench":
        """A shop with so many rooms and fans, all of whom said yes to promotion."""
        bot = telegram.add_bot(token=TOKEN, username="encore_bench_bot", name="Encore")
        owner = telegram.add_user("Mina", username="mina", language="en")
        chats = [telegram.add_group(f"Room {number}", creator=owner, kind="supergroup") for number in range(rooms)]
        people = [telegram.add_user(f"Fan {number}", language="en") for number in range(fans)]
        for chat in chats:
            owner.adds(bot, chat, Rights.full())
        for fan in people:
            telegram.private(bot, fan).opened = True
            fan.joins(chats[0])
        bot.queue.drop()
        bench = cls(telegram, url, bot, owner, chats, people)
        await bench.write_down()
        return bench

    async def write_down(self) -> None:
        """Fill the database: the shop, its fans, a stream and a post that are due at once."""
        await migrate(self.url)
        now = datetime.now(UTC)  # noqa: TID251  # the bot runs on the real time
        owner = Sender(self.owner.id, "Mina", "mina", "en")
        async with Database.open(self.url) as db:
            place: Place | None = None
            for chat in self.rooms:
                into = place.community_id if place is not None else None
                arrival = Arrival(chat.id, chat.title, owner, Language.EN, now, is_admin=True, into=into)
                arrived = await db.write(arrive, arrival, open_to_all=True)
                if arrived is None:
                    raise RuntimeError("the shop wasn't made")
                place = place or arrived.group.place
            if place is None:
                raise RuntimeError("a shop needs a room")
            await db.write(add_fans, place.community_id, [fan.id for fan in self.fans], self.rooms[0].id, now)
            post_id = await db.write(add_post, place.community_id, now)
            self.due_at = (datetime.now(UTC) + AHEAD).replace(microsecond=0)  # noqa: TID251
            wish = NewStream(TITLE, self.due_at, remind=())
            await db.write(plan, Act(place, owner, now, "bench:1", owner.user_id), wish, StreamPolicy())
            asked = NewSending(post_id=post_id, content=POST, audience=Audience.in_private(""), due_at=self.due_at)
            begun = await db.write(send, Act(place, owner, now, "bench:2", owner.user_id), asked, SendingPolicy())
            if not isinstance(begun, SendingBegun) or begun.fans != len(self.fans):
                raise RuntimeError(f"the post wasn't taken: {begun}")

    @property
    def posted(self) -> list[Call]:
        """Accepted private messages of the post, in order."""
        return [call for call in self.sent if "New scarves" in str(call.params.get("text"))]

    @property
    def announced(self) -> list[Call]:
        """Accepted announcements of the start, in order."""
        return [call for call in self.sent if "here:" in str(call.params.get("reply_markup"))]

    @property
    def sent(self) -> list[Call]:
        """All accepted messages."""
        return [call for call in self.telegram.calls if call.method == "sendMessage" and call.status == 200]

    @property
    def refused(self) -> int:
        """How many calls were refused as too many."""
        return sum(call.status == 429 for call in self.telegram.calls)

    async def ask(self) -> None:
        """Let fans ask for something from when it is due until cancelled."""
        await asyncio.sleep(max(0.0, self.due_at.timestamp() - time.time()))  # noqa: TID251
        dice = random.Random(7)  # noqa: S311  # who asks: no secret
        asking: set[asyncio.Task[None]] = set()
        turn = 0
        try:
            while True:
                turn += 1
                one = asyncio.create_task(self._asks(dice.choice(self.fans), private=turn % PRIVATE_TURN == 0))
                asking.add(one)
                one.add_done_callback(asking.discard)
                await asyncio.sleep(EVERY)
        finally:
            await asyncio.wait(asking, timeout=5) if asking else None

    async def _asks(self, fan: Person, *, private: bool) -> None:
        room = self.telegram.private(self.bot, fan) if private else self.rooms[0]
        said = fan.says(self.bot if private else room, "/me" if private else "/checkin")
        begun = time.perf_counter()

        def answers(message: Message) -> bool:
            mine = private or message.only_for is fan
            return mine and message.sender is self.bot and "New scarves" not in message.text

        try:
            await fan.waits_for(room, answers, timeout=5, after=said)
        except TimeoutError:
            self.unheard += 1
        else:
            self.waits.append(time.perf_counter() - begun)

    async def measure(self) -> None:
        """Run the bot until everything has left."""
        folder = str(Path(self.url.removeprefix("sqlite:///")).parent)
        env = {"BOT_TOKEN": TOKEN, "TELEGRAM_API_URL": self.telegram.url, "DATABASE_URL": self.url, "TMPDIR": folder}
        asking = asyncio.create_task(self.ask())
        async with process("-m", "bot", "run", env=env) as child:
            await self.telegram.waits_for_call("getMe", timeout=60)
            if time.time() > self.due_at.timestamp():  # noqa: TID251
                raise RuntimeError("the bot wasn't up in time: the machine is too busy to measure anything")
            await asyncio.sleep(max(0.0, self.due_at.timestamp() - time.time()))  # noqa: TID251
            begun, used = time.perf_counter(), cpu_seconds(child.pid)
            most = AHEAD.total_seconds() + 60 + (len(self.fans) + len(self.rooms)) / LIMIT * 1.3
            async with asyncio.timeout(most):
                # The stand-in counts calls; it has no event for so many of them.
                while len(self.posted) < len(self.fans) or len(self.announced) < len(self.rooms):  # noqa: ASYNC110
                    await asyncio.sleep(0.5)
            self.cpu = (cpu_seconds(child.pid) - used) / (time.perf_counter() - begun)
            asking.cancel()
            await asyncio.wait([asking])

    def tell(self) -> None:
        """Print what was measured."""
        posted, due = [call.at for call in self.posted], self.due_at.timestamp()
        rooms = sorted(call.at - due for call in self.announced)
        twice = len(posted) - len({call.params["chat_id"] for call in self.posted})
        begun, ended = min(*posted, due + rooms[0]), max(*posted, due + rooms[-1])
        counted = sum(begun <= call.at <= ended for call in self.sent if not is_whisper(call))
        rate = (counted - 1) / (ended - begun)
        say(f"\n{len(posted):,} private messages and {len(rooms)} rooms, due at once:")
        say(f"  refused as too many (429): {self.refused}; sent twice: {twice}")
        say(f"  rate, with answers in private: {rate:.2f} a second, {rate / LIMIT:.1%} of Telegram's limit")
        for count in sorted({min(50, len(rooms)), len(rooms)}):
            say(f"  {count} rooms had heard of the start after {rooms[count - 1]:.2f} s")
        say(f"  the bot used {self.cpu:.0%} of a core")
        waits = sorted(self.waits)
        if waits:
            p50, p99 = statistics.median(waits), waits[int(len(waits) * 0.99)]
            say(f"  {len(waits)} answers to fans: p50 {p50 * 1000:.0f} ms, p99 {p99 * 1000:.0f} ms")
            say(f"  {self.unheard} fans had no answer within five seconds")


def cpu_seconds(pid: int) -> float:
    """Seconds of a core that a process has used (Linux tells)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def is_whisper(call: Call) -> bool:
    """Whether a message counts against no limit, as only one person in the room sees it."""
    return "ephemeral_message_parameters" in call.params


def add_fans(tx: Tx, community_id: int, users: list[int], chat_id: int, at: datetime) -> None:
    """Write fans down as they are after months."""
    for start in range(0, len(users), 500):
        some = users[start : start + 500]
        tx.execute(
            insert(PersonRow),
            [
                {"user_id": one, "name": f"Fan {one}", "telegram_language": "en", "can_write": True, "community_id": 1}
                for one in some
            ],
        )
        tx.execute(
            insert(Member),
            [{"community_id": community_id, "user_id": one, "joined_at": at, "promotion_since": at} for one in some],
        )
        members = list(tx.execute(select(col(Member.id)).where(col(Member.user_id).in_(some))).scalars())
        tx.execute(insert(Presence), [{"member_id": one, "chat_id": chat_id, "joined_at": at} for one in members])
        tx.execute(
            insert(Account),
            [{"community_id": community_id, "kind": "member", "member_id": one, "balance": 0} for one in members],
        )


def add_post(tx: Tx, community_id: int, at: datetime) -> int:
    """Write the post down, and return its id."""
    post = Post(community_id=community_id, number=1, content=content_to_facts(POST), made_at=at)
    tx.add(post)
    tx.flush()
    return id_of(post)


async def main() -> None:
    """Make the shop, run the bot, tell what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fans", type=int, default=1_500)
    parser.add_argument("--rooms", type=int, default=200)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="encore-bench-") as folder:
        async with Sandbox(limits=Limits(), latency=0.005) as telegram:
            bench = await Bench.open(telegram, f"sqlite:///{folder}/bench.db", options.rooms, options.fans)
            await bench.measure()
            bench.tell()


if __name__ == "__main__":
    asyncio.run(main())
