"""The server on this machine's own address: `/healthz`, `/readyz`, `/metrics`, orders of shops, pages of draws."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web

from bot.rules.listen import LOOPBACK, Tcp
from bot.web.draws import DrawPages
from bot.web.guard import PortGuard, PortLimits
from bot.web.health import Vitals
from bot.web.hooks import PATH as ORDERS
from bot.web.hooks import OrderCalls
from bot.web.listening import listening
from bot.web.metrics import CONTENT_TYPE, MetricsPage

NOT_READY = 503


@asynccontextmanager
async def serving(
    vitals: Vitals,
    port: int,
    orders: OrderCalls | None = None,
    draws: DrawPages | None = None,
    limits: PortLimits = PortLimits(),  # noqa: B008  # a frozen value
) -> AsyncIterator[None]:
    """Listen on `port` for the time of the context. `orders` and `draws` are served if they are given.

    Raises:
        OSError: the port can't be opened.
    """
    pages = _Pages(vitals)
    guard = PortGuard(limits)
    app = web.Application(middlewares=[guard.answer])
    app.router.add_get("/healthz", pages.healthz)
    app.router.add_get("/readyz", pages.readyz)
    app.router.add_get("/metrics", pages.metrics)
    if orders is not None:
        app.router.add_route("*", ORDERS, orders.take)
    if draws is not None:
        draws.add_to(app.router)
    async with listening(app, guard, Tcp(LOOPBACK, port)):
        yield


class _Pages:
    """Handlers of the pages about health and metrics."""

    def __init__(self, vitals: Vitals) -> None:
        self._vitals = vitals
        self._metrics = MetricsPage(vitals)

    async def healthz(self, _request: web.Request) -> web.Response:
        """This answer shows that the process lives and its event loop runs."""
        return web.Response(text="alive\n")

    async def readyz(self, _request: web.Request) -> web.Response:
        """`ready`, or with status 503 the reason why the bot isn't ready."""
        problem = await self._vitals.problem()
        if problem is None:
            return web.Response(text="ready\n")
        return web.Response(text=f"not ready: {problem}\n", status=NOT_READY)

    async def metrics(self, _request: web.Request) -> web.Response:
        """All metrics in Prometheus's text format."""
        return web.Response(body=await self._metrics.render(), headers={"Content-Type": CONTENT_TYPE})
