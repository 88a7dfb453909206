"""The Bot API over HTTP: finds the bot, applies the faults, does the call and answers.

Rules: https://core.telegram.org/bots/api#making-requests.
"""

import asyncio
import contextlib
import math
import re
import time
from collections.abc import AsyncIterator, Coroutine
from typing import Any
from urllib.parse import unquote

from aiohttp import web

from sandbox import checks, own
from sandbox.accounts import Bot
from sandbox.checks import METHOD_NAMES, Upload
from sandbox.errors import ApiError, bad, forbidden, too_many
from sandbox.events import Call
from sandbox.faults import FILE, Fault
from sandbox.methods import BY_LOWER_NAME
from sandbox.methods.ask import Ask
from sandbox.requests import MOST_HEADERS, read_call
from sandbox.responses import JsonServer, faulty_answer, hang_up, phrase, refusal, success
from sandbox.world import TEST, World, number_of

HTTP_OK = 200
FORBIDDEN = 403
SHUTDOWN = 0.2
NO_METHOD = "Not Found: method not found"
TOKEN = re.compile(r"[1-9][0-9]*:[^/]+")
ADDRESS = re.compile(r"/(file/)?bot([^/]*)(/test)?/(.*)", re.DOTALL)
"""The path of a file or a method. `/test` is for bots on Telegram's test servers."""


class CutError(Exception):
    """A fault closes the connection."""


class AnswerError(Exception):
    """A fault answers instead of the method."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.number)
        self.fault = fault


class Server:
    """Answers for one world."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._closed_until: dict[tuple[int, str, int], float] = {}
        self._running: set[asyncio.Task[bytes]] = set()
        world.webhooks.run = self.run_unheard

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer one request: of a bot, or of a browser if a page is shown."""
        first = request.path.removeprefix("/").partition("/")[0]
        if first in {"", "page"} and self.world.front is not None:
            return await self.world.front(request)
        try:
            return await self._answer_bot(request)
        except ApiError as error:
            return refusal(error)
        except AnswerError as error:
            return await faulty_answer(request, error.fault)
        except CutError:
            return hang_up(request)

    async def _answer_bot(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer a call of a method, or the download of a file."""
        found = ADDRESS.fullmatch(request.path)
        is_file, token, test, rest = found.groups() if found is not None else (None, "", None, "")
        bot = self.world.bots.get(unquote(token) + (TEST if test else ""))
        if bot is None or is_file:
            await self._apply_faults(
                None, FILE if is_file else "", 0, self.world.faults.take_hits(FILE if is_file else "", 0)
            )
        if found is None or not TOKEN.fullmatch(unquote(token)):
            raise ApiError(404, "Not Found")
        if bot is None:
            raise ApiError(401, "Unauthorized")
        if is_file:
            return self._send_file(rest)
        if request.method not in {"GET", "POST"}:
            raise ApiError(501, "Not Implemented")
        return success(await self._call(request, bot, rest.lower()))

    def _send_file(self, path: str) -> web.StreamResponse:
        for file in self.world.files.values():
            if file.path == path:
                return web.Response(body=file.content, content_type="application/octet-stream")
        raise ApiError(404, "Not Found")

    async def _call(self, request: web.BaseRequest, bot: Bot, name: str) -> bytes:
        try:
            params, uploads = await read_call(request)
        except ApiError as error:
            self._record(bot, name, {}, error.code, error.description)
            raise
        return await self._run_to_the_end(name, self.run(bot, name, params, uploads))

    async def _run_to_the_end(self, name: str, answering: Coroutine[Any, Any, bytes]) -> bytes:
        """Finish a call even if its client disconnects. Only a poll is ended then."""
        if name == "getupdates" or not self.world.faults.active:
            return await answering
        task = asyncio.create_task(answering)
        self._running.add(task)
        task.add_done_callback(self._finished)
        return await asyncio.shield(task)

    def _finished(self, task: "asyncio.Task[bytes]") -> None:
        self._running.discard(task)
        if not task.cancelled():
            task.exception()  # marks the exception as read: the client, who was told of it, may be gone

    async def run(self, bot: Bot, name: str, params: dict[str, Any], uploads: dict[str, Upload]) -> bytes:
        """Do a call and record how it ended. Raises ApiError; AnswerError and CutError if a fault says so."""
        try:
            body = await self._run_between_faults(bot, name, params, uploads)
        except ApiError as error:
            self._record(bot, name, params, error.code, error.description)
            raise
        except AnswerError as error:
            self._record(bot, name, params, int(error.fault.number), "a fault answered")
            raise
        except CutError:
            self._record(bot, name, params, 0, "the connection was cut")
            raise
        self._record(bot, name, params, HTTP_OK, "")
        return body

    async def run_unheard(self, bot: Bot, name: str, params: dict[str, Any], uploads: dict[str, Upload]) -> None:
        """Do a call that came in a webhook's answer. Nobody is told how it ended."""
        with contextlib.suppress(ApiError, AnswerError, CutError):
            await self.run(bot, name, params, uploads)

    def stop(self) -> None:
        """Cancel the calls that are still running."""
        for task in self._running:
            task.cancel()

    def _record(self, bot: Bot, name: str, params: dict[str, Any], status: int, description: str) -> None:
        method = METHOD_NAMES.get(name, name)
        call = Call(method, params, status, description, self.world.clock.now(), bot)
        self.world.calls.append(call)
        self.world.board.wake_watchers(call)

    async def _run_between_faults(
        self, bot: Bot, name: str, params: dict[str, Any], uploads: dict[str, Upload]
    ) -> bytes:
        """Do the call with the faults that hit it. Half of the latency passes before the call, half after it."""
        faults = self.world.faults
        lag = faults.latency / 2 if name != "getupdates" else 0.0
        if lag:
            await asyncio.sleep(lag)
        chat_id = number_of(params.get("chat_id", 0))
        self._check_reopened(bot, name, chat_id)
        hit = faults.take_hits(name, chat_id)
        await self._apply_faults(bot, name, chat_id, hit)
        body = await self._answer_method(bot, name, params, uploads)
        if lag:
            await asyncio.sleep(lag)
        if any(one.kind == "cut_after" for one in hit):
            raise CutError
        return body

    async def _apply_faults(self, bot: Bot | None, name: str, chat_id: int, hit: list[Fault]) -> None:
        for fault in hit:
            match fault.kind:
                case "slow":
                    await asyncio.sleep(fault.number)
                case "late":
                    await self.world.clock.wait_until(self.world.clock.now() + fault.number)
                case "cut_before":
                    raise CutError
                case "answer":
                    raise AnswerError(fault)
                case "refuse":
                    raise forbidden(fault.words) if fault.number == FORBIDDEN else bad(fault.words)
                case "error":
                    raise ApiError(int(fault.number), phrase(int(fault.number)))
                case "too_many":
                    wait = int(fault.number)
                    if bot is not None:
                        self._closed_until[bot.id, name, chat_id] = time.monotonic() + wait
                    raise too_many(wait)

    def _check_reopened(self, bot: Bot, name: str, chat_id: int) -> None:
        """After a 429 on demand, this method in this chat stays closed until `retry_after` has passed."""
        if not self._closed_until:
            return
        key = (bot.id, name, chat_id)
        left = self._closed_until.get(key, 0.0) - time.monotonic()
        if left > 0:
            raise too_many(max(1, math.ceil(left)))
        self._closed_until.pop(key, None)

    async def _answer_method(self, bot: Bot, name: str, params: dict[str, Any], uploads: dict[str, Upload]) -> bytes:
        own.check_session(self.world, bot)
        strict = self.world.strict
        if name in own.NAMES:
            method = METHOD_NAMES[name]
            return await own.answer(self.world, bot, method, checks.read(method, params, strict=strict), uploads)
        found = BY_LOWER_NAME.get(name)
        of_today = "ephemeral" in name or name == "sendrichmessage"
        if found is not None and of_today and not self.world.knows_whispers:
            raise ApiError(404, "Not Found: method not found")
        if found is None:
            known = METHOD_NAMES.get(name)
            raise ApiError(404, f"Not Found: method {known} is not played here" if known else NO_METHOD)
        method, handler = found
        try:
            result = handler(Ask(self.world, bot, method, checks.read(method, params, strict=strict), uploads))
        except ApiError:
            raise
        except Exception as error:  # an error in the stand-in itself: Sandbox raises it at its end
            self.world.failures.append(error)
            raise ApiError(500, "Internal Server Error") from error
        return own.success(result)


@contextlib.asynccontextmanager
async def serving(world: World, port: int = 0) -> AsyncIterator[str]:
    """Serve on 127.0.0.1, and give the URL."""
    server = Server(world)
    http = JsonServer(
        server.handle,
        handler_cancellation=True,
        access_log=None,
        max_line_size=MOST_HEADERS,
        max_field_size=MOST_HEADERS,
    )
    runner = web.ServerRunner(http, shutdown_timeout=SHUTDOWN)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", port, backlog=1024)
    await site.start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        server.stop()
        await world.webhooks.close()
        await runner.cleanup()
