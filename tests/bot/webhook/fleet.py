"""Several processes of one bot on PostgreSQL, behind a proxy to which the stand-in delivers."""

import asyncio
import contextlib
import signal
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path

from aiohttp import ClientConnectorError, ClientError, ClientSession, web

from sandbox import Limits, Message, Sandbox
from tests.bot.big_shop import BigShop
from tests.bot.conftest import NOON, is_card
from tests.bot.process import UP, Running, in_time, running
from tests.bot.test_web import free_port

PATH = "/shop/telegram"
UNHINDERED = """
from datetime import timedelta
from bot.features.attention.warnings import StaffWarnings
StaffWarnings.grace = timedelta(0)
"""
"""Scenes drop many cards within minutes: they go at once."""


class Front:
    """A reverse proxy: each delivery goes to the next process; one that can't be reached is left out."""

    def __init__(self) -> None:
        self.ports: list[int] = []
        self.port = 0
        self._turn = 0

    @contextlib.asynccontextmanager
    async def serving(self) -> AsyncIterator[None]:
        """Serve for the time of the context."""
        async with ClientSession() as session:

            async def passes_on(request: web.BaseRequest) -> web.StreamResponse:
                body = await request.read()
                headers = {name: value for name, value in request.headers.items() if name.lower() != "host"}
                for port in self._next():
                    url = f"http://127.0.0.1:{port}{request.path_qs}"
                    try:
                        async with session.request(request.method, url, data=body, headers=headers) as answer:
                            return web.Response(status=answer.status, body=await answer.read())
                    except ClientConnectorError:
                        continue
                    except ClientError:  # it ended in the middle: nobody knows whether it took the update
                        return web.Response(status=502)
                return web.Response(status=502)

            runner = web.ServerRunner(web.Server(passes_on))
            await runner.setup()
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            self.port = runner.addresses[0][1]
            try:
                yield
            finally:
                await runner.cleanup()

    def _next(self) -> list[int]:
        self._turn += 1
        start = self._turn % len(self.ports) if self.ports else 0
        return self.ports[start:] + self.ports[:start]


@dataclass(eq=False)
class Worker:
    """One of the processes."""

    running: Running
    port: int

    def has_logged(self, event: str) -> bool:
        """Whether it has logged an event."""
        return any(f'"event": "{event}"' in line for line in self.running.lines)

    @property
    def lives(self) -> bool:
        """Whether it runs."""
        return self.running.process.returncode is None


@dataclass(eq=False)
class Fleet:
    """The processes of a shop's bot."""

    shop: BigShop
    folder: Path
    front: Front
    stack: contextlib.AsyncExitStack
    workers: list[Worker] = field(default_factory=list)

    @property
    def telegram(self) -> Sandbox:
        """The stand-in."""
        return self.shop.telegram

    async def start(self, **more: str) -> Worker:
        """One process more; the proxy sends it deliveries once it takes them."""
        port = free_port()
        variables = {
            "BOT_TOKEN": self.shop.bot.token,
            "TELEGRAM_API_URL": self.telegram.url,
            "DATABASE_URL": self.shop.url,
            "WEBHOOK_URL": f"http://127.0.0.1:{self.front.port}{PATH}",
            "WEBHOOK_LISTEN": str(port),
            **more,
        }
        first = f"{in_time(self.telegram)}\n{UNHINDERED}"
        worker = Worker(await self.stack.enter_async_context(running(self.folder, first, **variables)), port)
        self.workers.append(worker)
        await worker.running.logs("started")
        self.front.ports.append(port)
        return worker

    @property
    def leader(self) -> Worker:
        """The process that leads."""
        (leads,) = [worker for worker in self.workers if worker.lives and worker.has_logged("leads")]
        return leads

    @property
    def followers(self) -> list[Worker]:
        """Processes that don't lead."""
        return [worker for worker in self.workers if worker.lives and not worker.has_logged("leads")]

    async def led(self) -> float:
        """Wait until one leads; after how many seconds it did."""
        began = time.monotonic()
        async with asyncio.timeout(UP):
            while not any(worker.lives and worker.has_logged("leads") for worker in self.workers):
                await asyncio.sleep(0.005)
        return time.monotonic() - began

    async def kill(self, worker: Worker) -> None:
        """`kill -9`."""
        worker.running.process.send_signal(signal.SIGKILL)
        await worker.running.process.wait()
        self.front.ports.remove(worker.port)

    async def ends(self, worker: Worker) -> int:
        """SIGTERM; its exit code."""
        code = await worker.running.stops()
        self.front.ports.remove(worker.port)
        return code

    def cards(self, title: str) -> dict[int, list[Message]]:
        """Drops with this title, by group."""
        groups = self.shop.chats[:-1]
        return {chat.id: [m for m in self.telegram.messages(chat) if is_card(m) and title in m.text] for chat in groups}

    async def all_told(self, title: str) -> None:
        """Wait until every group has its card."""
        await until(lambda: all(self.cards(title).values()))


async def until(fits: Callable[[], object], seconds: float = 60) -> float:
    """Wait until something is so; after how many seconds it was."""
    began = time.monotonic()
    async with asyncio.timeout(seconds):
        while not fits():
            await asyncio.sleep(0.005)
    return time.monotonic() - began


@contextlib.asynccontextmanager
async def fleet(url: str, folder: Path, groups: int, processes: int = 2) -> AsyncIterator[Fleet]:
    """A shop whose bot runs as several processes, one of which leads."""
    async with contextlib.AsyncExitStack() as stack:
        telegram = await stack.enter_async_context(
            Sandbox(limits=Limits.none(), latency=0.003, start=NOON, loopback=True)
        )
        shop = await BigShop.open(telegram, url, groups)
        front = Front()
        await stack.enter_async_context(front.serving())
        ours = Fleet(shop, folder, front, await stack.enter_async_context(contextlib.AsyncExitStack()))
        await asyncio.gather(*(ours.start() for _ in range(processes)))
        await ours.led()
        yield ours
