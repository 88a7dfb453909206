"""A bot to which the stand-in delivers, with its shop."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any

from aiohttp import ClientSession, web

from bot.web import Deliveries, taking_deliveries
from sandbox import Bot, Chat, Limits, Person, Rights, Sandbox
from tests.bot.conftest import NOON, TOKEN, Stage, start, unexpected_refusals
from tests.bot.test_web import free_port

PATH = "/telegram"
OF_WEBHOOKS = {("getUpdates", 409), ("setWebhook", 400)}
"""What Telegram refuses while a webhook is set, or when it can't be: tests look at what the bot makes of it."""


@dataclass
class Hooked:
    """A shop whose bot may be stopped and started again, by webhook or by polling."""

    telegram: Sandbox
    bot: Bot
    owner: Person
    group: Chat
    url: str
    port: int

    @property
    def address(self) -> str:
        """The setting `WEBHOOK_URL`."""
        return f"http://127.0.0.1:{self.port}{PATH}"

    async def info(self) -> dict[str, Any]:
        """What Telegram tells of the webhook."""
        return dict(await self.call("getWebhookInfo"))

    async def call(self, method: str, **parameters: Any) -> Any:
        """Call the Bot API as another program with the same token does; the result."""
        async with (
            ClientSession() as session,
            session.post(f"{self.telegram.url}/bot{TOKEN}/{method}", json=parameters) as answer,
        ):
            return (await answer.json())["result"]

    @contextlib.asynccontextmanager
    async def polls(self, **more: Any) -> AsyncIterator[Stage]:
        """The bot runs and polls."""
        app, task = start(self.telegram, self.url, **more)
        stage = Stage(self.telegram, app, self.bot, self.owner, self.group, self.url, [task])
        try:
            yield stage
        finally:
            await app.finish()
            await stage.stop()

    @contextlib.asynccontextmanager
    async def hooked(self, address: str | None = None, listen: str | None = None, **more: Any) -> AsyncIterator[Stage]:
        """The bot runs, and Telegram delivers to it."""
        listen = listen or str(self.port)
        async with self.polls(webhook_url=address or self.address, webhook_listen=listen, **more) as stage:
            app = stage.app
            where = settings_listen(listen)
            assert app.wanted is not None
            deliveries = Deliveries(app.wanted, lambda: app.webhook, app.meters)
            async with taking_deliveries(deliveries, where):
                await until(lambda: app.webhook is not None and app.webhook._watch._was_set)
                yield stage


def settings_listen(text: str) -> Any:
    """Where a setting says to listen."""
    from bot.rules.listen import read_listen  # noqa: PLC0415

    return read_listen(text)


async def until(fits: Callable[[], object], seconds: float = 10) -> None:
    """Wait until something is so."""
    async with asyncio.timeout(seconds):
        while not fits():
            await asyncio.sleep(0.005)


@contextlib.asynccontextmanager
async def shop(url: str, *, loopback: bool = True) -> AsyncIterator[Hooked]:
    """A stand-in with a group that the bot isn't in yet."""
    async with Sandbox(limits=Limits.none(), start=NOON, loopback=loopback) as telegram:
        bot = telegram.add_bot(token=TOKEN, username="encore_test_bot", name="Encore", inline=True)
        owner = telegram.add_user("Mina", username="mina", language="en")
        group = telegram.add_group("Silk room", creator=owner)
        yield Hooked(telegram, bot, owner, group, url, free_port())
        refused = unexpected_refusals(telegram)
        assert [call for call in refused if (call.method, call.status) not in OF_WEBHOOKS] == []


async def founds(stage: Stage) -> None:
    """The owner adds the bot to the group."""
    stage.owner.adds(stage.bot, stage.group, Rights.full())
    await stage.owner.waits_for(stage.group, lambda m: m.sender is stage.bot, timeout=10)
    await stage.settled()


@contextlib.asynccontextmanager
async def proxy(target: str, strip: str = "") -> AsyncIterator[str]:
    """A reverse proxy in front of a port or a unix socket; it may take the beginning of the path away. Its address."""
    from aiohttp import TCPConnector, UnixConnector  # noqa: PLC0415

    connector = UnixConnector(target) if target.startswith("/") else TCPConnector()
    base = "http://bot" if target.startswith("/") else target
    async with ClientSession(connector=connector) as session:

        async def passes_on(request: web.BaseRequest) -> web.StreamResponse:
            path = request.path_qs.removeprefix(strip)
            headers = {name: value for name, value in request.headers.items() if name.lower() != "host"}
            url, body = f"{base}{path}", await request.read()
            async with session.request(request.method, url, data=body, headers=headers) as answer:
                kept = {name: answer.headers[name] for name in ("Retry-After",) if name in answer.headers}
                return web.Response(status=answer.status, body=await answer.read(), headers=kept)

        runner = web.ServerRunner(web.Server(passes_on))
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        try:
            yield f"http://127.0.0.1:{runner.addresses[0][1]}"
        finally:
            await runner.cleanup()
