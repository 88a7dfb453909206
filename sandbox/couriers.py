"""Delivers a bot's updates to its webhook, as the Bot API server's WebhookActor.cpp does.

Updates wait in lanes. Updates of one lane are sent one at a time and in order; up to `max_connections` lanes send at
the same time. An update that the webhook didn't accept is sent again at once, then after 2, 4, 8 … seconds up to a
random 60 to 120, or when its Retry-After says. These waits run on the stand-in's clock. The stand-in connects to this
machine only.
"""

import asyncio
import heapq
import itertools
import os
import random
import socket
import ssl
from collections import deque
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any
from urllib.parse import SplitResult

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from sandbox.accounts import Bot
from sandbox.checks import Upload
from sandbox.requests import read_parts, read_plain
from sandbox.updates import Update, lane_of

if TYPE_CHECKING:
    from sandbox.world import World

ANSWER_TIME = 60.0
MOST_RETRY_AFTER = 3600
LONGEST_WAIT = 60
GONE = 410
GONE_FOR = 23 * 3600
"""If the webhook answers nothing but 410 for this many seconds, it is removed."""
UNSENT_HEADERS = ("User-Agent", "Accept")
"""Headers that aiohttp adds by itself and Telegram doesn't send."""
NOT_RUN = frozenset({"setwebhook", "deletewebhook", "close", "logout"})
UNVERIFIED = "SSL error {error:0A000086:SSL routines::certificate verify failed}"

Run = Callable[[Bot, str, dict[str, Any], dict[str, Upload]], Coroutine[Any, Any, None]]
"""Does the call in a webhook's answer."""


@dataclass(frozen=True, slots=True)
class Webhook:
    """The URL that gets a bot's updates. `fixed` is the IP address that the bot gave, if any."""

    url: str
    parts: SplitResult
    max_connections: int
    secret: str = field(default="", repr=False)
    fixed: str = ""
    certificate: bytes | None = field(default=None, repr=False)

    @property
    def port(self) -> int:
        """The port, 443 or 80 if the URL has none."""
        return self.parts.port or (443 if self.parts.scheme == "https" else 80)


@dataclass(slots=True, eq=False)
class Lane:
    """Updates that are sent in order. `tries` and `delay` (seconds) belong to the first of them."""

    key: tuple[Any, ...]
    updates: deque[Update] = field(default_factory=deque)
    tries: int = 0
    delay: int = 1
    flying: Update | None = None
    queued: bool = False


class RefusedUpdateError(Exception):
    """The webhook didn't accept an update. `told` is what getWebhookInfo then shows; None changes nothing there."""

    def __init__(self, told: str | None, retry_after: int = 0, status: int = 0) -> None:
        super().__init__(told)
        self.told = told
        self.retry_after = retry_after
        self.status = status


class OneAddress(AbstractResolver):
    """Resolves every host name to the address that setWebhook found."""

    def __init__(self, address: str) -> None:
        self.address = address

    async def resolve(self, host: str, port: int = 0, family: Any = 0) -> list[ResolveResult]:  # noqa: ARG002 - aiohttp's
        """The one address, for any host."""
        kind = socket.AF_INET6 if ":" in self.address else socket.AF_INET
        return [{"hostname": host, "host": self.address, "port": port, "family": kind, "proto": 0, "flags": 0}]

    async def close(self) -> None:
        """Nothing to close."""


class Courier:
    """Delivers for one webhook, from `start` until `stop`."""

    def __init__(
        self, world: "World", bot: Bot, hook: Webhook, address: str, run: Run | None, remove: Callable[[Bot], None]
    ) -> None:
        self.world, self.bot, self.hook, self.address = world, bot, hook, address
        self.last_error: tuple[int, str] | None = None
        self._run, self._remove = run, remove
        self._lanes: dict[tuple[Any, ...], Lane] = {}
        self._ready: list[tuple[float, int, Lane]] = []
        """Heap of lanes that wait to send, by the time when their first update is due, then in order of arrival."""
        self._turns = itertools.count()
        self._woken = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        self._free = hook.max_connections
        self._gone_since: float | None = None
        self._session: aiohttp.ClientSession | None = None
        self._dice = random.Random(bot.id)  # noqa: S311 - a repeatable die, no secret

    def start(self) -> None:
        """Deliver the pending updates, and all new ones from now on."""
        self.bot.queue.taker = self
        self.reload()
        self._spawn(self._deliver_all())

    def stop(self) -> None:
        """Stop delivering, and end the requests in progress."""
        if self.bot.queue.taker is self:
            self.bot.queue.taker = None
        for task in self._tasks:
            task.cancel()
        if self._session is not None:
            self._spawn(self._session.close())
            self._session = None

    async def stopped(self) -> None:
        """Wait until the requests of a stopped courier have ended."""
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def wake(self) -> None:
        """Look again at what is due: there is a new update, or the clock was moved."""
        self._woken.set()

    def take(self, update: Update) -> None:
        """Deliver a new update."""
        self._lane(update).updates.append(update)
        self._schedule(self._lane(update), self.world.clock.now())
        self.wake()

    def reload(self) -> None:
        """Read the bot's queue again, because updates were dropped or are sent once more."""
        for lane in self._lanes.values():
            lane.updates.clear()
        for update in self.bot.queue.pending():
            lane = self._lane(update)
            if update is not lane.flying:
                lane.updates.append(update)
        for lane in self._lanes.values():
            self._schedule(lane, self.world.clock.now())
        self.wake()

    def _lane(self, update: Update) -> Lane:
        key = lane_of(update)
        return self._lanes.setdefault(key, Lane(key))

    def _schedule(self, lane: Lane, at: float) -> None:
        if lane.updates and lane.flying is None and not lane.queued:
            lane.queued = True
            heapq.heappush(self._ready, (at, next(self._turns), lane))

    def _spawn(self, work: Any) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _deliver_all(self) -> None:
        clock = self.world.clock
        while True:
            self._woken.clear()
            while self._free and self._ready and self._ready[0][0] <= clock.now():
                _, _, lane = heapq.heappop(self._ready)
                lane.queued = False
                self._send_first(lane)
            due = self._ready[0][0] - clock.now() if self._ready and self._free else None
            try:
                async with asyncio.timeout(due):
                    await self._woken.wait()
            except TimeoutError:
                continue

    def _send_first(self, lane: Lane) -> None:
        now = self.world.clock.now()
        while lane.updates and lane.updates[0].expires <= now:
            self._finish(lane, lane.updates.popleft())
        if not lane.updates:
            self._lanes.pop(lane.key, None)
            return
        lane.flying = lane.updates.popleft()
        self._free -= 1
        self._spawn(self._send(lane, lane.flying))

    async def _send(self, lane: Lane, update: Update) -> None:
        """Try to deliver one update. Afterwards the next one of its lane is due, or the same one later."""
        due = self.world.clock.now()
        try:
            await self._post(update)
        except RefusedUpdateError as refused:
            due = self._try_later(lane, update, refused)
        else:
            self._gone_since = None
            self._finish(lane, update)
        finally:
            lane.flying = None
            self._free += 1
        self._schedule(lane, due)
        if not lane.updates:
            self._lanes.pop(lane.key, None)
        self.wake()

    def _finish(self, lane: Lane, update: Update) -> None:
        """Forget an update that was accepted or has expired."""
        self.bot.queue.forget(update)
        lane.tries, lane.delay = 0, 1

    def _try_later(self, lane: Lane, update: Update, refused: RefusedUpdateError) -> float:
        """When the update is sent again (epoch seconds). An update that expires before that is dropped."""
        now = self.world.clock.now()
        if refused.told is not None:
            self.last_error = (int(now), refused.told)
        self._count_gone(refused.status, now)
        wait = min(max(refused.retry_after, 0), MOST_RETRY_AFTER)
        if not wait and lane.tries:
            lane.delay = min(self._dice.randint(LONGEST_WAIT, 2 * LONGEST_WAIT), lane.delay * 2)
            wait = lane.delay
        if now + wait > update.expires:
            self._finish(lane, update)
            return now
        lane.tries += 1
        if update in self.bot.queue:
            lane.updates.appendleft(update)
        return now + wait

    def _count_gone(self, status: int, now: float) -> None:
        if status != GONE:
            self._gone_since = None
        elif self._gone_since is None:
            self._gone_since = now
        elif now > self._gone_since + GONE_FOR:
            self._remove(self.bot)

    async def _post(self, update: Update) -> None:
        """Send one update. Raises RefusedUpdateError unless the webhook answers 2xx in time."""
        address = ip_address(self.address)
        if not address.is_loopback:
            raise RefusedUpdateError("Connection timed out")
        headers = {"Content-Type": "application/json", "Connection": "keep-alive", "Accept-Encoding": "gzip, deflate"}
        if self.hook.secret:
            headers["X-Telegram-Bot-Api-Secret-Token"] = self.hook.secret
        try:
            async with (
                asyncio.timeout(ANSWER_TIME),
                self._get_session().post(
                    self.hook.parts.geturl(),
                    data=update.written,
                    headers=headers,
                    skip_auto_headers=UNSENT_HEADERS,
                    allow_redirects=False,
                ) as answer,
            ):
                await self._read_answer(answer)
        except TimeoutError:
            raise RefusedUpdateError("Read timeout expired") from None
        except aiohttp.ClientConnectorCertificateError:
            raise RefusedUpdateError(UNVERIFIED) from None
        except aiohttp.ClientSSLError as error:
            raise RefusedUpdateError(f"SSL error {{{error.os_error}}}") from None
        except aiohttp.ClientOSError as error:
            raise RefusedUpdateError(os.strerror(error.errno) if error.errno else None) from None
        except (aiohttp.ClientError, ValueError):
            raise RefusedUpdateError(None) from None

    def _get_session(self) -> aiohttp.ClientSession:
        if self._session is None:
            secured: ssl.SSLContext | bool = True
            if self.hook.certificate is not None:
                secured = ssl.create_default_context(cadata=self.hook.certificate.decode())
            connector = aiohttp.TCPConnector(
                resolver=OneAddress(self.address), ssl=secured, limit=self.hook.max_connections
            )
            self._session = aiohttp.ClientSession(connector=connector, timeout=aiohttp.ClientTimeout(total=None))
        return self._session

    async def _read_answer(self, answer: aiohttp.ClientResponse) -> None:
        if not 200 <= answer.status <= 299:  # noqa: PLR2004 - success
            told = f"Wrong response from the webhook: {answer.status} {answer.reason}"
            wait = answer.headers.get("Retry-After", "")
            raise RefusedUpdateError(told, int(wait) if wait.isdigit() else 0, answer.status)
        params, uploads = await _call_in(answer)
        method = str(params.pop("method", "")).lower()
        if method and method not in NOT_RUN and not method.startswith("get") and self._run is not None:
            self._spawn(self._run(self.bot, method, params, uploads))


async def _call_in(answer: aiohttp.ClientResponse) -> tuple[dict[str, Any], dict[str, Upload]]:
    """The call in a webhook's answer. If the answer can't be read there is no call; the update counts as accepted."""
    params: dict[str, Any] = {}
    uploads: dict[str, Upload] = {}
    try:
        if answer.content_type == "multipart/form-data":
            await read_parts(aiohttp.MultipartReader.from_response(answer), params, uploads)
        else:
            params |= read_plain(answer.content_type, await answer.read())
    except Exception:  # noqa: BLE001 - whatever the bot answered
        return {}, {}
    return params, uploads
