"""`kill -9` around the start of a stream: told once, one message doubled a kill at most, none lost, never a lie."""

import asyncio
import contextlib
import os
import random
import signal
import sys
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from typing import Protocol

from sandbox import Bot, Call, Limits, Sandbox
from tests.bot.big_shop import BigShop, is_start, lateness
from tests.bot.process import ROOT

SOON = timedelta(seconds=1)
PAUSE = 1.0
"""Seconds between a kill and the next start, as systemd takes them."""


class Played(Protocol):
    """A shop on the stand-in, of which processes run the bot."""

    telegram: Sandbox
    bot: Bot
    url: str


class Bots:
    """Processes of one bot, one after another, born of a process that has loaded everything once."""

    def __init__(self, shop: Played, nest: asyncio.subprocess.Process) -> None:
        self._shop = shop
        self._nest = nest
        self._running: int | None = None
        self._ahead = 0.0

    @classmethod
    async def of(cls, shop: Played) -> "Bots":
        """Load everything."""
        nest = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "tests.bot.nest",
            cwd=ROOT,
            env={
                **os.environ,
                "BOT_TOKEN": shop.bot.token,
                "TELEGRAM_API_URL": shop.telegram.url,
                "DATABASE_URL": shop.url,
                "LOG_LEVEL": "error",
            },
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
        bots = cls(shop, nest)
        await bots._hears()
        return bots

    async def _hears(self) -> str:
        assert self._nest.stdout is not None
        async with asyncio.timeout(60):
            return (await self._nest.stdout.readline()).decode().strip()

    async def start(self) -> None:
        """Let one run, and wait until it has said hello to Telegram."""
        assert self._nest.stdin is not None
        hellos = self._hellos()
        self._nest.stdin.write(f"{self._ahead}\n".encode())
        self._running = int(await self._hears())
        async with asyncio.timeout(30):
            while self._hellos() == hellos:
                await asyncio.sleep(0.01)

    def _hellos(self) -> int:
        return sum(call.method == "getMe" for call in self._shop.telegram.calls)

    async def kill(self) -> None:
        """End it at once, as a power cut does."""
        assert self._running is not None
        os.kill(self._running, signal.SIGKILL)
        assert await self._hears() == str(self._running)
        self._running = None

    def later(self, seconds: float) -> None:
        """Time passes while no bot runs."""
        self._ahead += seconds
        self._shop.telegram.clock.advance(seconds)

    async def close(self) -> None:
        """End what is left."""
        if self._running is not None:
            await self.kill()
        self._nest.kill()
        await self._nest.wait()


@contextlib.asynccontextmanager
async def stage(url: str, groups: int) -> AsyncIterator[tuple[BigShop, Bots]]:
    """A shop on the real time, and processes of its bot."""
    async with Sandbox(limits=Limits()) as telegram:
        shop = await BigShop.open(telegram, url, groups)
        bots = await Bots.of(shop)
        try:
            yield shop, bots
        finally:
            await bots.close()
        assert [call for call in telegram.calls if call.status == 429] == []


async def accepted(shop: BigShop, count: int, title: str = "Silk night") -> None:
    """Wait for the instant at which so many announcements have been accepted."""
    missing = count - len(shop.announced(title))
    for _ in range(missing):
        await shop.telegram.waits_for_call("sendMessage", lambda call: is_start(call, title), timeout=20)


def doubled(shop: BigShop, title: str = "Silk night") -> int:
    """Messages too many."""
    return sum(max(0, count - 1) for count in shop.told(title).values())


async def test_kills_before_amid_and_after_a_start(sqlite_url: str) -> None:
    """Killed before the start, three times while it is told, and right after: everyone hears, a kill doubles one."""
    dice = random.Random(11)
    async with stage(sqlite_url, groups=50) as (shop, bots):
        planned = await shop.plans(timedelta(seconds=4))
        await bots.start()
        await asyncio.sleep(max(0.0, (planned - shop.now()).total_seconds() - dice.uniform(0.05, 0.4)))
        await bots.kill()
        assert shop.announced() == []
        told = 0
        for kills in range(1, 4):
            await asyncio.sleep(PAUSE)
            await bots.start()
            told += dice.randint(6, 14)
            await accepted(shop, told)
            # At the acceptance itself, the mark still to come; or anywhere in the time of the next few.
            await asyncio.sleep(dice.choice([0.0, dice.uniform(0.0, 0.1)]))
            await bots.kill()
            assert doubled(shop) < kills
        await bots.start()
        await shop.all_told(15)
        assert doubled(shop) <= 3
        await asyncio.sleep(dice.uniform(0.0, 0.05))
        await bots.kill()
        await bots.start()
        await asyncio.sleep(1)
        assert doubled(shop) <= 4
        assert set(shop.told().values()) <= {1, 2}
        assert min(lateness(shop.announced(), planned)) >= 0.0


async def test_a_start_told_late_or_not_at_all(sqlite_url: str) -> None:
    """Thirty minutes late the rest hear of it; what is over, or began an hour ago, isn't told any more."""
    async with stage(sqlite_url, groups=20) as (shop, bots):
        for title, length, pause, told_late in (
            ("Half an hour", timedelta(hours=3), 30, True),
            ("Over by then", timedelta(minutes=20), 25, False),
            ("An hour ago", timedelta(hours=3), 61, False),
        ):
            await shop.plans(SOON, title, length=length)
            await bots.start()
            await accepted(shop, 5, title)
            await bots.kill()
            heard = len(shop.announced(title))
            bots.later(60 * pause)
            await bots.start()
            if told_late:
                await shop.all_told(15, title)
            else:
                await asyncio.sleep(1.5)
                assert len(shop.announced(title)) == heard
            assert doubled(shop, title) <= 1
            await bots.kill()


async def test_killed_between_an_act_and_its_telling(sqlite_url: str) -> None:
    """A delay, then a cancellation, whose telling a kill cut short: each is heard by all, by one twice at most."""
    async with stage(sqlite_url, groups=8) as (shop, bots):
        await shop.plans(timedelta(hours=2), remind=())
        await shop.subscribes(6, 1)
        await bots.start()
        everyone = {chat.id for chat in shop.chats} | {fan.id for fan in shop.fans}
        for command, tells in (("/delay 15m", tells_of_delay), ("/cancelstream", tells_of_end)):
            shop.owner.says(shop.bot, command)
            await shop.telegram.waits_for_call("sendMessage", tells(shop), timeout=20)
            await bots.kill()
            await asyncio.sleep(PAUSE)
            await bots.start()
            async with asyncio.timeout(15):
                while {call.params["chat_id"] for call in heard(shop, tells)} != everyone:
                    await asyncio.sleep(0.02)
            await asyncio.sleep(0.5)
            assert len(heard(shop, tells)) <= len(everyone) + 1
        assert shop.announced() == []


Tells = Callable[[BigShop], Callable[[Call], bool]]


def tells_of_delay(shop: BigShop) -> Callable[[Call], bool]:
    """Whether a call tells others than the owner of the new time."""
    return lambda call: notice(shop, call) and "⏰" in call.params["text"]


def tells_of_end(shop: BigShop) -> Callable[[Call], bool]:
    """Whether a call tells others than the owner that it won't be."""
    return lambda call: notice(shop, call) and "🙏" in call.params["text"]


def notice(shop: BigShop, call: Call) -> bool:
    """Whether a call tells a chat or a fan something of the stream."""
    return call.method == "sendMessage" and call.status == 200 and call.params["chat_id"] != shop.owner.id


def heard(shop: BigShop, tells: Tells) -> list[Call]:
    """All calls that told it."""
    return [call for call in shop.telegram.calls if call.method == "sendMessage" and tells(shop)(call)]
