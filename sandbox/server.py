"""The Bot API over HTTP: reads a call, checks it, lets the faults play, answers.

Rules: https://core.telegram.org/bots/api#making-requests.
"""

import asyncio
import json
import math
import time
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import parse_qsl, unquote

from aiohttp import BodyPartReader, web

from sandbox import checks
from sandbox.accounts import Bot
from sandbox.checks import METHOD_NAMES, Upload
from sandbox.errors import ApiError, bad, forbidden, too_many
from sandbox.events import Call
from sandbox.faults import Fault
from sandbox.methods import BY_LOWER_NAME
from sandbox.methods.ask import Ask
from sandbox.world import World, number_of

OWN_METHODS = frozenset({"getupdates", "deletewebhook", "getwebhookinfo", "close", "logout"})
OK = b'{"ok":true,"result":'
FORM = "application/x-www-form-urlencoded"
HTTP_OK = 200
FORBIDDEN = 403
SHUTDOWN = 0.2


class CutError(Exception):
    """A fault closes the connection."""


class AnswerError(Exception):
    """A fault answers in the method's place."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.number)
        self.fault = fault


class Server:
    """Answers for one world."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._closed_until: dict[tuple[int, str, int], float] = {}
        self._running: set[asyncio.Task[web.Response | None]] = set()

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """One request, of a bot or, where there is a page, of a browser."""
        _, first, *rest = request.path.split("/", 3)
        if first in {"", "page"} and self.world.front is not None:
            return await self.world.front(request)
        return await self._of_bot(request, first, rest)

    async def _of_bot(self, request: web.BaseRequest, first: str, rest: list[str]) -> web.StreamResponse:
        """A call of a method, or a file's download."""
        if first == "file" and len(rest) == 2 and rest[0].startswith("bot"):  # noqa: PLR2004 - token and path
            return self._file(rest[0].removeprefix("bot"), rest[1])
        if not first.startswith("bot") or not rest:
            return _refused(ApiError(404, "Not Found"))
        bot = self.world.bots.get(unquote(first.removeprefix("bot")))
        if bot is None:
            return _refused(ApiError(401, "Unauthorized"))
        name = rest[0].lower()
        try:
            params, uploads = await _read(request)
        except ApiError as error:
            self._record(bot, name, {}, error.code, error.description)
            return _refused(error)
        response = await self._to_its_end(name, self._answer(bot, name, params, uploads))
        if response is not None:
            return response
        if request.transport is not None:
            request.transport.abort()
        return web.Response()

    async def _to_its_end(self, name: str, answering: Coroutine[Any, Any, web.Response | None]) -> web.Response | None:
        """A call that was received is done, though its client may be gone; only a poll stops waiting."""
        if name == "getupdates" or not self.world.faults.active:
            return await answering
        task = asyncio.create_task(answering)
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return await asyncio.shield(task)

    async def _answer(
        self, bot: Bot, name: str, params: dict[str, Any], uploads: dict[str, Upload]
    ) -> web.Response | None:
        """The answer to a call, None if its connection is to be cut."""
        try:
            body = await self._faulty(bot, name, params, uploads)
        except ApiError as error:
            self._record(bot, name, params, error.code, error.description)
            return _refused(error)
        except AnswerError as error:
            fault = error.fault
            self._record(bot, name, params, int(fault.number), "a fault answered")
            return web.Response(status=int(fault.number), body=fault.body, headers={"Content-Type": fault.words})
        except CutError:
            self._record(bot, name, params, 0, "the connection was cut")
            return None
        self._record(bot, name, params, HTTP_OK, "")
        return web.Response(body=body, content_type="application/json")

    def stop(self) -> None:
        """Gives up the calls that are still waiting."""
        for task in self._running:
            task.cancel()

    def _file(self, token: str, path: str) -> web.StreamResponse:
        if unquote(token) not in self.world.bots:
            return _refused(ApiError(401, "Unauthorized"))
        for file in self.world.files.values():
            if file.path == path:
                return web.Response(body=file.content, content_type="application/octet-stream")
        return _refused(ApiError(404, "Not Found"))

    def _record(self, bot: Bot, name: str, params: dict[str, Any], status: int, description: str) -> None:
        method = METHOD_NAMES.get(name, name)
        call = Call(method, params, status, description, self.world.clock.now(), bot)
        self.world.calls.append(call)
        self.world.board.show(call)

    async def _faulty(self, bot: Bot, name: str, params: dict[str, Any], uploads: dict[str, Upload]) -> bytes:
        """Does the call between the faults that hit it; half the latency lies before the work, half after."""
        faults = self.world.faults
        lag = faults.latency / 2 if name != "getupdates" else 0.0
        if lag:
            await asyncio.sleep(lag)
        chat_id = number_of(params.get("chat_id", 0))
        self._still_closed(bot, name, chat_id)
        hit = faults.meet(name, chat_id)
        await self._before(bot, name, chat_id, hit)
        body = await self._do(bot, name, params, uploads)
        if lag:
            await asyncio.sleep(lag)
        if any(one.kind == "cut_after" for one in hit):
            raise CutError
        return body

    async def _before(self, bot: Bot, name: str, chat_id: int, hit: list[Fault]) -> None:
        for fault in hit:
            match fault.kind:
                case "slow":
                    await asyncio.sleep(fault.number)
                case "late":
                    await self.world.clock.reaches(self.world.clock.now() + fault.number)
                case "cut_before":
                    raise CutError
                case "answer":
                    raise AnswerError(fault)
                case "refuse":
                    raise forbidden(fault.words) if fault.number == FORBIDDEN else bad(fault.words)
                case "error":
                    raise ApiError(int(fault.number), _server_error(int(fault.number)))
                case "too_many":
                    wait = int(fault.number)
                    self._closed_until[bot.id, name, chat_id] = time.monotonic() + wait
                    raise too_many(wait)

    def _still_closed(self, bot: Bot, name: str, chat_id: int) -> None:
        """After a 429 on demand, this method in this chat stays closed until `retry_after` has passed."""
        if not self._closed_until:
            return
        key = (bot.id, name, chat_id)
        left = self._closed_until.get(key, 0.0) - time.monotonic()
        if left > 0:
            raise too_many(max(1, math.ceil(left)))
        self._closed_until.pop(key, None)

    async def _do(self, bot: Bot, name: str, params: dict[str, Any], uploads: dict[str, Upload]) -> bytes:
        if name in OWN_METHODS:
            return await self._own(bot, METHOD_NAMES[name], checks.read(METHOD_NAMES[name], params))
        found = BY_LOWER_NAME.get(name)
        if found is None:
            raise ApiError(404, f"Not Found: method {METHOD_NAMES.get(name, name)} is not played here")
        method, handler = found
        try:
            result = handler(Ask(self.world, bot, method, checks.read(method, params), uploads))
        except ApiError:
            raise
        except Exception as error:  # a fault of the stand-in's own: the sandbox raises it when it ends
            self.world.failures.append(error)
            raise ApiError(500, "Internal Server Error") from error
        return OK + json.dumps(result, ensure_ascii=False, separators=(",", ":")).encode() + b"}"

    async def _own(self, bot: Bot, method: str, read: dict[str, Any]) -> bytes:
        match method:
            case "getUpdates":
                batch = await bot.queue.poll(
                    int(read.get("offset", 0)),
                    int(read.get("limit", 100)),
                    float(read.get("timeout", 0)),
                    read.get("allowed_updates"),
                )
                return OK + b"[" + b",".join(one.written for one in batch) + b"]}"
            case "getWebhookInfo":
                count = len(bot.queue.pending())
                info = {"url": "", "has_custom_certificate": False, "pending_update_count": count}
                return OK + json.dumps(info).encode() + b"}"
            case "deleteWebhook":
                if read.get("drop_pending_updates"):
                    bot.queue.drop()
                return OK + b'true,"description":"Webhook is already deleted"}'
            case _:
                return OK + b"true}"


def _server_error(code: int) -> str:
    return {500: "Internal Server Error", 502: "Bad Gateway", 503: "Service Unavailable"}.get(code, "Error")


def _refused(error: ApiError) -> web.Response:
    body: dict[str, Any] = {"ok": False, "error_code": error.code, "description": error.description}
    if error.parameters:
        body["parameters"] = error.parameters
    wait = (error.parameters or {}).get("retry_after")
    headers = {"Retry-After": str(wait)} if wait is not None else None
    return web.Response(
        body=json.dumps(body, ensure_ascii=False).encode(),
        status=error.code,
        headers=headers,
        content_type="application/json",
    )


async def _read(request: web.BaseRequest) -> tuple[dict[str, Any], dict[str, Upload]]:
    """The parameters of a query string and of a JSON, form or multipart body; uploads by field name."""
    params: dict[str, Any] = dict(request.query)
    uploads: dict[str, Upload] = {}
    if request.method != "POST" or not request.can_read_body:
        return params, uploads
    kind = request.content_type
    if kind == "multipart/form-data":
        await _read_multipart(request, params, uploads)
    elif kind == "application/json":
        params |= _json_object(await request.read())
    elif kind == FORM:
        params.update(parse_qsl((await request.read()).decode(), keep_blank_values=True))
    return params, uploads


def _json_object(body: bytes) -> dict[str, Any]:
    try:
        read = json.loads(body)
    except ValueError:
        read = None
    if not isinstance(read, dict):
        raise bad("Request body isn't a JSON object")
    return read


async def _read_multipart(request: web.BaseRequest, params: dict[str, Any], uploads: dict[str, Upload]) -> None:
    """A part with a file name is an upload; it fills the parameter of its name, if there is one."""
    reader = await request.multipart()
    while (part := await reader.next()) is not None:
        if not isinstance(part, BodyPartReader) or part.name is None:
            raise bad("wrong multipart body")
        content = bytes(await part.read())
        if part.filename is None:
            params[part.name] = content.decode()
            continue
        mime = part.headers.get("Content-Type", "application/octet-stream")
        uploads[part.name] = Upload(part.filename, content, mime)
    attached = " ".join(value for value in params.values() if isinstance(value, str) and "attach://" in value)
    params.update({name: upload for name, upload in uploads.items() if f"attach://{name}" not in attached})


@asynccontextmanager
async def serving(world: World, port: int = 0) -> AsyncIterator[str]:
    """Serves on 127.0.0.1; gives the URL."""
    server = Server(world)
    http = web.Server(server.handle, handler_cancellation=True, access_log=None)
    runner = web.ServerRunner(http, shutdown_timeout=SHUTDOWN)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", port, backlog=1024)
    await site.start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        server.stop()
        await runner.cleanup()
