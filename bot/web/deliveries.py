"""Telegram's deliveries: each is one update, with the secret that only Telegram and the bot know.

A call without the secret, by another method or to another path gets the same answer, before its body is read. With the
secret it is Telegram's: a body that can't be read is set aside as an update that was polled would be, so that Telegram
doesn't bring it again for a day.
"""

import asyncio
import hmac
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from aiohttp import web

from bot.meters import Meters
from bot.rules.listen import Listen
from bot.rules.webhook import Wanted, fits_path, segments_of
from bot.telegram.webhook import Taken, Webhook
from bot.updates import Sound, Unread, read_body, unread_beginning
from bot.web.guard import PortGuard, PortLimits
from bot.web.listening import listening

SECRET = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105  # the header's name
BODY_SECONDS = 10.0
LARGEST_BODY = 2 * 1024 * 1024
"""Bytes that are kept of a body. An update of Telegram's is a few kilobytes long."""
LIMITS = PortLimits(connections=300, idle=60.0)
"""Telegram makes 100 deliveries at the same time at most. The others are strangers, or wait without a request."""
RETRY_AFTER = {Taken.BUSY: 1, Taken.STOPPING: 2, Taken.AWAY: 5}
"""Seconds after which Telegram shall bring an update again. Else it would wait ever longer, up to two minutes."""


class SlowBodyError(Exception):
    """The body doesn't come, or ends too early."""


class Deliveries:
    """Answers Telegram's deliveries."""

    def __init__(self, wanted: Wanted, webhook: Callable[[], Webhook | None], meters: Meters) -> None:
        """`webhook` gives what stores updates; None before it runs."""
        self._secret = wanted.secret.encode()
        self._segments = wanted.segments
        self._webhook = webhook
        self._meters = meters

    async def take(self, request: web.Request) -> web.Response:
        """Answer 200 after the update was stored, or 503 if it can't be now.

        Raises:
            HTTPNotFound: it is no delivery of Telegram's.
        """
        if not self._is_telegrams(request):
            self._meters.deliveries["strange"] += 1
            raise web.HTTPNotFound
        webhook = self._webhook()
        try:
            update = await _read_update(request)
        except SlowBodyError:
            self._meters.deliveries["slow"] += 1
            return _refusal(Taken.BUSY)
        taken = await webhook.take(update) if webhook is not None else Taken.STOPPING
        self._meters.deliveries[taken] += 1
        return web.Response() if taken is Taken.STORED else _refusal(taken)

    def _is_telegrams(self, request: web.Request) -> bool:
        given = request.headers.get(SECRET, "").encode(errors="surrogateescape")
        has_secret = hmac.compare_digest(given, self._secret)
        fits = request.method == "POST" and fits_path(segments_of(request.path), self._segments)
        return has_secret and fits


@asynccontextmanager
async def taking_deliveries(deliveries: Deliveries, where: Listen, limits: PortLimits = LIMITS) -> AsyncIterator[None]:
    """Listen for Telegram's deliveries for the time of the context.

    Raises:
        OSError: it can't listen there.
    """
    guard = PortGuard(limits)
    app = web.Application(middlewares=[guard.answer])
    app.router.add_route("*", "/{path:.*}", deliveries.take)
    async with listening(app, guard, where):
        yield


async def _read_update(request: web.Request) -> Sound | Unread:
    """Read an update from a body. What is longer than the limit is read and thrown away, so that the answer is heard.

    Raises:
        SlowBodyError: the body doesn't come in time.
    """
    body = bytearray()
    is_whole = True
    try:
        async with asyncio.timeout(BODY_SECONDS):
            while piece := await request.content.readany():
                room = LARGEST_BODY - len(body)
                is_whole = is_whole and len(piece) <= room
                body += piece[:room]
    except (TimeoutError, web.RequestPayloadError):
        raise SlowBodyError from None
    return read_body(bytes(body)) if is_whole else unread_beginning(bytes(body))


def _refusal(taken: Taken) -> web.Response:
    return web.Response(status=503, headers={"Retry-After": str(RETRY_AFTER[taken])})
