"""Many private posts while Telegram makes trouble, or the bot is killed: each arrives, once where that can be known."""

import asyncio
import contextlib
import random
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Row, insert, select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.features.posts.sendings import Sendings, send
from bot.features.shops.arrivals import Arrival, arrive
from bot.rules.act import Sender
from bot.rules.posting import Content
from bot.rules.posts.audience import Audience
from bot.rules.posts.sendings import NewSending, Progress, SendingBegun, SendingPolicy
from bot.rules.words import Language
from bot.store.contents import content_to_facts
from bot.store.engine.db import Database
from bot.store.engine.schema import migrate
from bot.store.engine.sessions import Tx
from bot.store.tables import Account, Member, Outbox
from bot.store.tables import Person as PersonRow
from bot.store.tables.base import id_of
from bot.store.tables.messages import OutboxState
from bot.store.tables.posts import Post
from bot.telegram.pacer import Limits as PacerLimits
from sandbox import Bot, Fault, Limits, Person, Rights, Sandbox
from tests.bot.conftest import start
from tests.bot.test_kill_starts import Bots
from tests.features.scene import act_of

FANS = 200
KILLS = 4
WORDS = "New scarves"
POLICY = SendingPolicy(chunk=50)


class Crowd:
    """A shop with many fans who said yes, and a post to all of them that is due at once."""

    def __init__(self, telegram: Sandbox, url: str) -> None:
        self.telegram = telegram
        self.url = url
        self.bot: Bot = telegram.add_bot(token="42:TEST", username="encore_test_bot", name="Encore")
        self.owner = telegram.add_user("Mina", language="en")
        self.group = telegram.add_group("Silk room", creator=self.owner, kind="supergroup")
        self.fans: list[Person] = []
        self.sending = 0

    def now(self) -> datetime:
        """The present instant of the stand-in."""
        return datetime.fromtimestamp(self.telegram.clock.now(), UTC)

    async def gather(self) -> None:
        """Write everything down; the bot isn't running yet."""
        self.owner.adds(self.bot, self.group, Rights.full())
        self.fans = [self.telegram.add_user(f"Fan {number}", language="en") for number in range(FANS)]
        for fan in self.fans:
            self.telegram.private(self.bot, fan).opened = True
        self.bot.queue.drop()
        owner = Sender(self.owner.id, "Mina", None, "en")
        room = Arrival(self.group.id, "Silk room", owner, Language.EN, self.now(), is_admin=True)
        async with Database.open(self.url) as db:
            arrived = await db.write(arrive, room, open_to_all=True)
            assert arrived is not None
            place = arrived.group.place
            await db.write(_add_fans, place.community_id, [fan.id for fan in self.fans], self.now())
            post_id = await db.write(_add_post, place.community_id, self.now())
            wish = NewSending(post_id=post_id, content=Content(WORDS), audience=Audience.in_private(""))
            begun = await db.write(send, act_of(place, owner, self.now()), wish, POLICY)
        assert isinstance(begun, SendingBegun)
        assert begun.fans == FANS
        self.sending = begun.sending_id

    async def promise(self) -> None:
        """Let the clock promise it to everybody."""
        async with Database.open(self.url) as db:
            await Sendings(db, POLICY).run_due(self.now())

    def arrived(self) -> Counter[int]:
        """How often each fan sees the post, by how often that is."""
        seen = [
            sum(WORDS in message.text for message in self.telegram.messages(self.telegram.private(self.bot, fan)))
            for fan in self.fans
        ]
        return Counter(seen)

    async def all_left(self, db: Database, seconds: float) -> None:
        """Wait until nothing waits any more."""
        async with asyncio.timeout(seconds):
            while await db.read(_open):
                await asyncio.sleep(0.05)


def _add_fans(tx: Tx, community_id: int, users: list[int], at: datetime) -> None:
    people = [{"user_id": one, "name": "Fan", "telegram_language": "en", "can_write": True} for one in users]
    tx.execute(insert(PersonRow), people)
    joined = at - timedelta(days=40)
    members = [
        {"community_id": community_id, "user_id": one, "joined_at": joined, "promotion_since": joined} for one in users
    ]
    tx.execute(insert(Member), members)
    ids = tx.execute(select(col(Member.id)).where(col(Member.user_id).in_(users))).scalars()
    accounts = [{"community_id": community_id, "kind": "member", "member_id": one, "balance": 0} for one in ids]
    tx.execute(insert(Account), accounts)


def _add_post(tx: Tx, community_id: int, at: datetime) -> int:
    post = Post(community_id=community_id, number=1, content=content_to_facts(Content(WORDS)), made_at=at)
    tx.add(post)
    tx.flush()
    return id_of(post)


def _open(session: Session) -> Row[Any] | None:
    states = (OutboxState.WAITING, OutboxState.SENDING)
    return session.execute(
        select(col(Outbox.id)).where(col(Outbox.state).in_(states), col(Outbox.act) == "share_post").limit(1)
    ).first()


def _poison(tx: Tx, user_id: int) -> None:
    tx.execute(update(Outbox).where(col(Outbox.chat_id) == user_id).values(facts={"copy_id": "none"}))


def _hits(fault: Fault, most: int) -> int:
    return most - (fault.times or 0)


async def test_each_arrives_once_through_all_troubles(sqlite_url: str) -> None:
    """With 429s, 500s, pages of HTML and cuts at random nobody is left out; only a lost answer doubles a message.

    One row that can't be read and one fan whom Telegram refuses strangely hold nobody up.
    """
    await migrate(sqlite_url)
    async with Sandbox(limits=Limits.none()) as telegram:
        crowd = Crowd(telegram, sqlite_url)
        await crowd.gather()
        await crowd.promise()
        poisoned, strange = crowd.fans[0], crowd.fans[1]
        async with Database.open(sqlite_url) as db:
            await db.write(_poison, poisoned.id)
        faults = telegram.faults
        faults.refuse("sendMessage", "PEER_FLOOD_OF_A_NEW_KIND", chat=telegram.private(crowd.bot, strange), times=None)
        most = FANS // 10
        for set_fault in (faults.error, faults.answer, faults.cut_before):
            set_fault("sendMessage", times=most, probability=0.1)
        faults.too_many("sendMessage", retry_after=1, times=most, probability=0.1)
        cut = faults.cut_after("sendMessage", times=most, probability=0.05)

        app, task = start(telegram, sqlite_url, PacerLimits(per_second=150.0))
        try:
            await crowd.all_left(app.db, 60)
            progress = await Sendings(app.db, POLICY).progress(1, crowd.sending)
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
            await app.close()

        arrived = crowd.arrived()
        lost_answers = _hits(cut, most)
        assert arrived[0] == 2, "the poisoned row, and the fan whom Telegram refuses"
        assert sum(arrived.values()) == FANS
        assert sum((times - 1) * fans for times, fans in arrived.items() if times) <= lost_answers
        assert isinstance(progress, Progress)
        assert (progress.sent, progress.waiting) == (FANS - 2, 0)


async def test_a_kill_loses_nobody(sqlite_url: str) -> None:
    """`kill -9` at random moments of a large sending: everybody gets it, and one message a kill is doubled at most."""
    await migrate(sqlite_url)
    dice = random.Random(7)  # when it is killed: no secret
    async with Sandbox(limits=Limits()) as telegram:
        crowd = Crowd(telegram, sqlite_url)
        await crowd.gather()
        bots = await Bots.of(crowd)
        try:
            for _ in range(KILLS):
                await bots.start()
                await asyncio.sleep(dice.uniform(0.3, 1.2))
                await bots.kill()
            await bots.start()
            async with Database.open(sqlite_url) as db:
                await crowd.all_left(db, 60)
                async with asyncio.timeout(30):
                    while crowd.arrived()[0]:
                        await asyncio.sleep(0.1)
        finally:
            await bots.close()
        arrived = crowd.arrived()
        assert sum((times - 1) * fans for times, fans in arrived.items()) <= KILLS
        assert [call for call in telegram.calls if call.status == 429] == []
