"""Limits of an HTTP port: few connections at once, requests that are read within seconds, and always an answer."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, cast

from aiohttp import web

from bot.logs import get_logger

log = get_logger("web")

BAD = 400
"""The first status that tells of a failure."""

Seconds = float
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True)
class PortLimits:
    """Limits of a port. The limits of bodies are where bodies are read."""

    connections: int = 100
    """Connections at once. A further one replaces the one that has waited longest without sending a request."""
    read: Seconds = 10.0
    """From connecting to the end of the headers."""
    whole: Seconds = 60.0
    """From the end of the headers to the end of the answer. A slower reader is cut off."""
    line: int = 8_190
    """Bytes of the first line, and of one header."""
    headers: int = 64
    """Headers of one request."""
    idle: Seconds = 0.0
    """How long a connection stays open for a further request after an answer. With 0 each has one request."""
    lingering: Seconds = 1.0
    """How long the rest of an unwanted body is still read."""


class PortGuard:
    """Keeps connections within the limits, and answers when a handler fails."""

    def __init__(self, limits: PortLimits) -> None:
        self._limits = limits
        self._waiting: dict[asyncio.Transport, asyncio.TimerHandle] = {}
        """Connections whose headers haven't come, the oldest first, each with the timer that cuts it."""
        self._answering: dict[asyncio.Transport, asyncio.TimerHandle] = {}
        """Connections whose request is handled, each with the timer that cuts it."""

    def protocol_factory(self, server: Callable[[], asyncio.Protocol]) -> Callable[[], asyncio.Protocol]:
        """The factory for `create_server`: protocols of `server`, guarded."""
        return lambda: _GuardedProtocol(self, server())

    def admit(self, transport: asyncio.Transport) -> bool:
        """Take a new connection, and start its timer. False if there is no room for it."""
        if self.connections >= self._limits.connections:
            if not self._waiting:
                return False
            oldest = next(iter(self._waiting))
            self.release(oldest)
            oldest.abort()
        loop = asyncio.get_running_loop()
        self._waiting[transport] = loop.call_later(self._limits.read, transport.abort)
        return True

    def release(self, transport: asyncio.Transport) -> None:
        """Forget a connection that has ended, and stop its timer."""
        for timers in (self._waiting, self._answering):
            timer = timers.pop(transport, None)
            if timer is not None:
                timer.cancel()

    @property
    def connections(self) -> int:
        """How many connections there are now."""
        return len(self._waiting) + len(self._answering)

    @web.middleware
    async def answer(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Answer every request. A failure is logged and answered with a line of JSON.

        The connection is closed after the answer, unless it may stay open for further requests.
        """
        transport = request.transport
        if transport is not None and transport in self._waiting:
            self.release(transport)
            loop = asyncio.get_running_loop()
            self._answering[transport] = loop.call_later(self._limits.whole, transport.abort)
        try:
            response = await handler(request)
        except web.HTTPException as answered:
            answered.force_close()
            raise
        except ConnectionError:
            raise  # the caller is gone: nobody reads an answer
        except Exception as error:  # whatever failed, the caller must learn that it may try again
            log.error("page_failed", exc_info=error)
            response = web.json_response({"outcome": "failed"}, status=500)
        if self._limits.idle and response.status < BAD and transport is not None and transport in self._answering:
            self._let_wait(transport)
        else:
            response.force_close()
        return response

    def _let_wait(self, transport: asyncio.Transport) -> None:
        """Let a connection wait for its next request."""
        self.release(transport)
        loop = asyncio.get_running_loop()
        self._waiting[transport] = loop.call_later(self._limits.idle, transport.abort)

    def runner(self, app: web.Application, shutdown: Seconds) -> web.AppRunner:
        """A runner that serves the application within the limits. A stop leaves open requests `shutdown` seconds."""
        limits = self._limits
        return web.AppRunner(
            app,
            access_log=None,
            # Bad requests get a 400. A log line for each would let strangers fill the log.
            logger=_silent_logger(),
            shutdown_timeout=shutdown,
            max_line_size=limits.line,
            max_field_size=limits.line,
            max_headers=limits.headers,
            lingering_time=limits.lingering,
            # A compressed body can unpack to any size. No caller of this port compresses.
            auto_decompress=False,
        )


class _GuardedProtocol(asyncio.Protocol):
    """One connection: passes everything on to the server's own protocol, if the guard admits it."""

    def __init__(self, guard: PortGuard, inner: asyncio.Protocol) -> None:
        self._guard = guard
        self._inner = inner
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        connection = cast("asyncio.Transport", transport)
        if not self._guard.admit(connection):
            connection.abort()
            return
        self._transport = connection
        self._inner.connection_made(connection)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._transport is not None:
            self._guard.release(self._transport)
            self._inner.connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        self._inner.data_received(data)

    def eof_received(self) -> bool | None:
        return self._inner.eof_received()

    def pause_writing(self) -> None:
        self._inner.pause_writing()

    def resume_writing(self) -> None:
        self._inner.resume_writing()


def _silent_logger() -> Any:
    logger = logging.getLogger("bot.web.server")
    logger.disabled = True
    return logger
