"""A bot's web server on this machine, to which the stand-in delivers."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

Reply = Callable[[dict[str, Any]], Awaitable[web.StreamResponse]]


async def takes(update: dict[str, Any]) -> web.StreamResponse:
    """An empty 200."""
    return web.Response()


@dataclass(eq=False)
class Hook:
    """What came, and how it is answered: by `replies` in turn, then by the last of them for good."""

    url: str = ""
    replies: list[Reply] = field(default_factory=lambda: [takes])
    got: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    at_once: int = 0
    most_at_once: int = 0
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """One delivery."""
        update = await _json(request)
        self.got.append(update)
        self.headers.append(dict(request.headers))
        self.at_once += 1
        self.most_at_once = max(self.at_once, self.most_at_once)
        self.changed.set()
        reply = self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]
        try:
            return await reply(update)
        finally:
            self.at_once -= 1

    async def gets(self, count: int) -> list[dict[str, Any]]:
        """The deliveries, once there are so many; raises TimeoutError."""
        async with asyncio.timeout(5):
            while len(self.got) < count:
                self.changed.clear()
                await self.changed.wait()
        return self.got


async def _json(request: web.BaseRequest) -> dict[str, Any]:
    return dict(await request.json())


@asynccontextmanager
async def serving(secured: ssl.SSLContext | None = None) -> AsyncIterator[Hook]:
    """Serves a hook on a free port."""
    hook = Hook()
    runner = web.ServerRunner(web.Server(hook.handle, access_log=None), shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=secured).start()
    hook.url = f"http{'s' if secured else ''}://127.0.0.1:{runner.addresses[0][1]}/hook"
    try:
        yield hook
    finally:
        await runner.cleanup()
