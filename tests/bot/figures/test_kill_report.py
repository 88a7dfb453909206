"""`kill -9` around a stream's end: the owner gets its report all the same, in private, and no second one."""

import asyncio
import sqlite3
from contextlib import closing

from sandbox import Limits, Message, Rights, Sandbox
from sandbox import Person as Someone
from tests.bot.streams.test_streams import has_button
from tests.bot.test_kill_starts import Bots

TITLES = ("Unheard", "Answered", "Reported")
"""Streams by when the bot is killed: before it handles their end, after its answer, after their report."""
WITHIN = 60.0
"""Seconds after the end within which the owner has the report."""


class Shop:
    """A shop whose bot is another process."""

    def __init__(self, telegram: Sandbox, url: str) -> None:
        self.telegram = telegram
        self.url = url
        self.bot = telegram.add_bot(token="42:TEST", username="encore_test_bot", name="Encore")
        self.owner = telegram.add_user("Mina", language="en")
        self.group = telegram.add_group("Silk room", creator=self.owner, kind="supergroup")

    async def told(self, words: str, after: Message) -> Message:
        """The bot's next private message to the owner with these words."""
        return await self.owner.waits_for(
            self.bot, lambda m: m.sender is self.bot and words in m.text, timeout=90, after=after
        )

    async def ends_a_stream(self, title: str, fan: Someone) -> Message:
        """A stream is planned, goes on air at once, a fan taps in, and it ends; the command that ends it."""
        said = self.owner.says(self.bot, f'/newstream title="{title}" at=+20m length=1h')
        await self.told(title, said)
        said = self.owner.says(self.bot, "/golive")
        card = await self.owner.waits_for(
            self.group, lambda m: title in m.text and has_button(m, "here:"), timeout=90, after=said
        )
        await fan.presses(card, "here:").answered(90)
        return self.owner.says(self.bot, "/endlive")

    def reports(self, title: str) -> list[Message]:
        """The reports of a stream that the owner got."""
        return [
            m
            for m in self.owner.sees(self.bot)
            if title in m.text and "I'm here" in m.text and "checked in" in m.text.lower()
        ]


def is_report(message: Message) -> bool:
    """Whether it is the report of a stream."""
    return "tapped “i'm here”" in message.text.lower()


async def test_killed_around_the_end(sqlite_url: str) -> None:
    """Killed before the command is handled, after its answer, and after the report: each stream is reported once."""
    async with Sandbox(limits=Limits.none()) as telegram:
        shop = Shop(telegram, sqlite_url)
        bots = await Bots.of(shop)
        try:
            await bots.start()
            await opens(shop)
            for title in TITLES:
                await ends_amid_a_kill(shop, bots, title)
            await bots.kill()
            await bots.start()
            await asyncio.sleep(2)
        finally:
            await bots.close()
        assert [len(shop.reports(title)) for title in TITLES] == [1, 1, 1]
        assert [m for m in shop.owner.sees(shop.group) if is_report(m)] == []
    with closing(sqlite3.connect(sqlite_url.removeprefix("sqlite:///"))) as db:
        assert db.execute("SELECT count(*) FROM airing WHERE reported_at >= closed_at").fetchone() == (3,)


async def opens(shop: Shop) -> None:
    """The owner adds the bot and starts it."""
    shop.owner.adds(shop.bot, shop.group, Rights.full())
    await shop.told("", shop.owner.starts(shop.bot))


async def ends_amid_a_kill(shop: Shop, bots: Bots, title: str) -> None:
    """A stream ends, the bot is killed as early as the title says, and the report comes in time."""
    fan = shop.telegram.add_user("Ana", language="en")
    fan.joins(shop.group)
    ended = await shop.ends_a_stream(title, fan)
    if title != "Unheard":
        await shop.told(title, ended)
    if title == "Reported":
        await shop.told("Share it", ended)
    await bots.kill()
    await bots.start()
    await shop.told("Share it", ended)
    (report,) = shop.reports(title)
    assert report.date - ended.date < WITHIN
