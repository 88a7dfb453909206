"""Two processes of one bot over one another: one works, the other waits for it or ends; each group is told once."""

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from pathlib import Path

from sqlalchemy import select
from sqlmodel import col

from bot.__main__ import IN_USE
from bot.store.engine.db import Database
from bot.store.engine.sessions import Rx
from bot.store.tables import Outbox
from bot.store.tables.messages import OutboxState
from sandbox import Limits, Sandbox
from tests.bot.big_shop import BigShop
from tests.bot.process import Running, running

GROUPS = 60
LEAD = timedelta(minutes=20)
"""From now to the stream's planned start; the owner says that it begins once both processes are up."""
UP = 120.0
"""Seconds that two processes may take to be up on a busy machine."""


class Pair:
    """Two processes of a shop's bot, and those that the service starts after them."""

    def __init__(self, shop: BigShop, start: Callable[[], Awaitable[Running]], one: Running, other: Running) -> None:
        self.shop = shop
        self.start = start
        self.one = one
        self.other = other

    async def meets_the_start(self) -> tuple[Running, Running]:
        """The process that works, having told a quarter of the groups that it begins, and the one that waits for it."""
        async with asyncio.timeout(UP):
            while not any("started" in names(process) for process in (self.one, self.other)):
                await asyncio.sleep(0.02)
        works, waits = (self.one, self.other) if "started" in names(self.one) else (self.other, self.one)
        await waits.logs("database_in_use", seconds=UP)
        self.shop.owner.says(self.shop.bot, "/golive")
        async with asyncio.timeout(UP):
            while len(self.shop.announced()) < GROUPS // 4:
                await asyncio.sleep(0.005)
        return works, waits

    async def serves(self, process: Running) -> Running:
        """Wait until it works; on a machine so busy that its 15 s were over, the one that the service starts then."""
        while process.process.returncode is None and "started" not in names(process):
            await asyncio.sleep(0.02)
        return process if process.process.returncode is None else await self.serves(await self.start())

    @property
    def doubled(self) -> int:
        """Announcements too many."""
        return sum(max(0, count - 1) for count in self.shop.told().values())


def names(process: Running) -> list[str]:
    """The events that a process has logged."""
    return [event["event"] for event in process.events]


@contextlib.asynccontextmanager
async def at_once(url: str, folder: Path) -> AsyncIterator[Pair]:
    """Two processes that start in the same moment, and a stream that will begin in all groups of their shop."""
    async with Sandbox(limits=Limits()) as telegram:
        shop = await BigShop.open(telegram, url, GROUPS)
        await shop.plans(LEAD)
        variables = {"BOT_TOKEN": shop.bot.token, "TELEGRAM_API_URL": telegram.url, "DATABASE_URL": url}
        async with contextlib.AsyncExitStack() as stack:

            async def start() -> Running:
                return await stack.enter_async_context(running(folder, **variables))

            yield Pair(shop, start, await start(), await start())
        assert [call for call in telegram.calls if call.status in {409, 429}] == []


async def test_a_start_over_one_another(url: str, tmp_path: Path) -> None:
    """The one that works is stopped amid the start, the other takes over: 60 groups and the channel hear it once."""
    async with at_once(url, tmp_path) as pair:
        works, waits = await pair.meets_the_start()
        assert "started" not in names(waits)
        assert await works.stops() == 0
        async with asyncio.timeout(UP):
            works = await pair.serves(waits)
        await pair.shop.all_told(UP)
        await asyncio.sleep(1)
        assert pair.doubled == 0
        assert await works.stops() == 0


async def test_the_one_before_hangs(url: str, tmp_path: Path) -> None:
    """While it hangs the other ends after 15 s; once it is killed a third takes over: only what hung may come twice."""
    async with at_once(url, tmp_path) as pair:
        works, waits = await pair.meets_the_start()
        works.process.send_signal(signal.SIGSTOP)
        assert await waits.ends(UP) == 1
        assert waits.lines[-1] == f"encore: {IN_USE}"
        works.process.send_signal(signal.SIGKILL)
        async with Database.open(url) as db:
            hung = await db.read(_being_sent)
        third = await pair.start()
        await third.logs("started", seconds=UP)
        assert "database_in_use" not in names(third)
        await pair.shop.all_told(UP)
        await asyncio.sleep(0.5)
        assert pair.doubled <= hung
        assert max(pair.shop.told().values()) <= 2
        assert await third.stops() == 0


def _being_sent(rx: Rx) -> int:
    """How many messages are on their way, as the database knows."""
    return len(rx.execute(select(col(Outbox.id)).where(col(Outbox.state) == OutboxState.SENDING)).all())


async def test_a_stop_while_it_waits_for_the_one_before(url: str, tmp_path: Path) -> None:
    """On both databases: who waits for the lock stops at once and cleanly, and the one before goes on."""
    async with Sandbox(limits=Limits.none()) as telegram:
        bot = telegram.add_bot(token="42:TEST", username="encore_test_bot")
        variables = {"BOT_TOKEN": bot.token, "TELEGRAM_API_URL": telegram.url, "DATABASE_URL": url}
        async with running(tmp_path, **variables) as works:
            await works.logs("started", seconds=UP)
            async with running(tmp_path, **variables) as waits:
                await waits.logs("database_in_use", seconds=UP)
                assert await waits.stops() == 0
                assert names(waits)[-1] == "database_in_use"
            assert await works.stops() == 0
