"""What the port lets in: few connections at once, one request each, read within seconds, and always an answer."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, cast

from aiohttp import web

from bot.logs import get_logger

log = get_logger("web")

Seconds = float
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True)
class PortLimits:
    """Bounds of the port. Bodies have their own, where they are read."""

    connections: int = 100
    """At once. When one more comes, the one that has sent no request for longest is cut."""
    read: Seconds = 10.0
    """From connecting to the end of the headers, and from there to the end of the body."""
    whole: Seconds = 60.0
    """From the headers to the end of the answer: who reads slower is cut."""
    line: int = 8_190
    """Bytes of the first line, and of one header."""
    headers: int = 64
    lingering: Seconds = 1.0
    """For how long what is left of a body that nobody wants is read."""


class Door:
    """Makes a guarded connection for each that comes, and answers for what fails inside."""

    def __init__(self, limits: PortLimits) -> None:
        self._limits = limits
        self._unheard: dict[asyncio.Transport, asyncio.TimerHandle] = {}
        """Connections whose headers haven't come, the oldest first, with what cuts them."""
        self._heard: dict[asyncio.Transport, asyncio.TimerHandle] = {}

    def opens_to(self, server: Callable[[], asyncio.Protocol]) -> Callable[[], asyncio.Protocol]:
        """The protocols' factory, for `create_server`."""
        return lambda: _Guarded(self, server())

    def let_in(self, transport: asyncio.Transport) -> bool:
        """Whether there is room for one more."""
        if len(self._unheard) + len(self._heard) >= self._limits.connections:
            if not self._unheard:
                return False
            oldest = next(iter(self._unheard))
            self.let_out(oldest)
            oldest.abort()
        loop = asyncio.get_running_loop()
        self._unheard[transport] = loop.call_later(self._limits.read, transport.abort)
        return True

    def let_out(self, transport: asyncio.Transport) -> None:
        """It is over."""
        for timers in (self._unheard, self._heard):
            timer = timers.pop(transport, None)
            if timer is not None:
                timer.cancel()

    @property
    def inside(self) -> int:
        """How many connections there are now."""
        return len(self._unheard) + len(self._heard)

    @web.middleware
    async def answers(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Answer whatever comes: what fails is one event and one line of JSON, and the connection ends."""
        transport = request.transport
        if transport is not None and transport in self._unheard:
            self.let_out(transport)
            loop = asyncio.get_running_loop()
            self._heard[transport] = loop.call_later(self._limits.whole, transport.abort)
        try:
            response = await handler(request)
        except web.HTTPException as told:
            told.force_close()
            raise
        except ConnectionError:
            raise  # there is nobody to answer
        except Exception as error:  # whatever it is, the other side hears that it may try again
            log.error("page_failed", exc_info=error)
            response = web.json_response({"outcome": "failed"}, status=500)
        response.force_close()
        return response

    def runner(self, app: web.Application, shutdown: Seconds) -> web.AppRunner:
        """Runs the application within the limits."""
        limits = self._limits
        return web.AppRunner(
            app,
            access_log=None,
            # Bad requests are answered with 400; a line each would let strangers fill the log.
            logger=_silent(),
            shutdown_timeout=shutdown,
            max_line_size=limits.line,
            max_field_size=limits.line,
            max_headers=limits.headers,
            lingering_time=limits.lingering,
            # A packed body is as large as whoever sends it likes; nobody who is served here packs.
            auto_decompress=False,
        )


class _Guarded(asyncio.Protocol):
    """One connection: hands everything on to the server's own protocol, if it is let in."""

    def __init__(self, door: Door, inner: asyncio.Protocol) -> None:
        self._door = door
        self._inner = inner
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        there = cast("asyncio.Transport", transport)
        if not self._door.let_in(there):
            there.abort()
            return
        self._transport = there
        self._inner.connection_made(there)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._transport is not None:
            self._door.let_out(self._transport)
            self._inner.connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        self._inner.data_received(data)

    def eof_received(self) -> bool | None:
        return self._inner.eof_received()

    def pause_writing(self) -> None:
        self._inner.pause_writing()

    def resume_writing(self) -> None:
        self._inner.resume_writing()


def _silent() -> Any:
    logger = logging.getLogger("bot.web.server")
    logger.disabled = True
    return logger
