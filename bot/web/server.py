"""What listens on this machine's own address: `/healthz`, `/readyz`, `/metrics`, the shop's orders, pages of draws."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web

from bot.web.door import Door, PortLimits
from bot.web.draws import DrawPages
from bot.web.health import Vitals
from bot.web.hooks import PATH as ORDERS
from bot.web.hooks import OrderCalls
from bot.web.metrics import CONTENT_TYPE, Numbers

HOST = "127.0.0.1"
NOT_READY = 503
SHUTDOWN_SECONDS = 0.5


@asynccontextmanager
async def serving(
    vitals: Vitals,
    port: int,
    orders: OrderCalls | None = None,
    draws: DrawPages | None = None,
    limits: PortLimits = PortLimits(),  # noqa: B008  # a frozen value
) -> AsyncIterator[None]:
    """Listen while this lasts.

    Raises:
        OSError: the port can't be had.
    """
    pages = _Pages(vitals)
    door = Door(limits)
    app = web.Application(middlewares=[door.answers])
    app.router.add_get("/healthz", pages.healthz)
    app.router.add_get("/readyz", pages.readyz)
    app.router.add_get("/metrics", pages.metrics)
    if orders is not None:
        app.router.add_route("*", ORDERS, orders.take)
    if draws is not None:
        draws.add_to(app.router)
    runner = door.runner(app, SHUTDOWN_SECONDS)
    await runner.setup()
    try:
        if runner.server is None:
            raise RuntimeError("the runner was set up")
        loop = asyncio.get_running_loop()
        listening = await loop.create_server(door.opens_to(runner.server), HOST, port)
        try:
            yield
        finally:
            listening.close()
    finally:
        await runner.cleanup()


class _Pages:
    """The pages' handlers."""

    def __init__(self, vitals: Vitals) -> None:
        self._vitals = vitals
        self._numbers = Numbers(vitals)

    async def healthz(self, _request: web.Request) -> web.Response:
        """The process lives and its loop answers: this line is the proof."""
        return web.Response(text="alive\n")

    async def readyz(self, _request: web.Request) -> web.Response:
        """Ready, or the reason why not."""
        problem = await self._vitals.problem()
        if problem is None:
            return web.Response(text="ready\n")
        return web.Response(text=f"not ready: {problem}\n", status=NOT_READY)

    async def metrics(self, _request: web.Request) -> web.Response:
        """Every number."""
        return web.Response(body=await self._numbers.page(), headers={"Content-Type": CONTENT_TYPE})
