"""HTTP responses: a result, a refusal, or what a broken server would send."""

import asyncio
import json
import math
from http import HTTPStatus
from typing import Any

from aiohttp import web
from aiohttp.http_exceptions import LineTooLong
from aiohttp.web_protocol import RequestHandler

from sandbox.errors import ApiError
from sandbox.faults import Fault

PIECES = 10
"""The most pieces in which a slow body is sent."""
WORDS = {413: "Request Entity Too Large"}
"""Telegram's phrases that differ from Python's."""


def phrase(code: int) -> str:
    """The words of an HTTP status, as Telegram's server and nginx write them."""
    try:
        return WORDS.get(code) or HTTPStatus(code).phrase
    except ValueError:
        return "Error"


def success(body: bytes) -> web.Response:
    """A successful JSON answer."""
    return web.Response(body=body, content_type="application/json")


def refusal(error: ApiError) -> web.Response:
    """A refusal as the Bot API writes it. A 429 also has a Retry-After header."""
    body: dict[str, Any] = {"ok": False, "error_code": error.code, "description": error.description}
    if error.parameters:
        body["parameters"] = error.parameters
    wait = (error.parameters or {}).get("retry_after")
    return web.Response(
        body=json.dumps(body, ensure_ascii=False).encode(),
        status=error.code,
        headers={"Retry-After": str(wait)} if wait is not None else None,
        content_type="application/json",
    )


def hang_up(request: web.BaseRequest) -> web.Response:
    """Close the connection. aiohttp needs a response, which is never sent."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


async def faulty_answer(request: web.BaseRequest, fault: Fault) -> web.StreamResponse:
    """The answer of a fault: its bytes, in pieces if it is slow, and only the first ones if it cuts the body."""
    headers = {"Content-Type": fault.words, **fault.headers}
    if fault.keeps is None and not fault.lasts:
        return web.Response(status=int(fault.number), body=fault.body, headers=headers)
    response = web.StreamResponse(status=int(fault.number), headers=headers)
    response.content_length = len(fault.body)
    await response.prepare(request)
    kept = fault.body if fault.keeps is None else fault.body[: fault.keeps]
    size = max(1, math.ceil(len(kept) / PIECES)) if fault.lasts else max(1, len(kept))
    pieces = [kept[start : start + size] for start in range(0, len(kept), size)]
    for piece in pieces:
        if fault.lasts:
            await asyncio.sleep(fault.lasts / len(pieces))
        await response.write(piece)
    if fault.keeps is not None and request.transport is not None:
        request.transport.close()
    return response


class JsonErrors(RequestHandler):
    """A connection that answers in Telegram's JSON also when aiohttp can't read a request or a handler fails."""

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,  # noqa: ARG002 - aiohttp's own words, which Telegram doesn't say
    ) -> web.StreamResponse:
        """The answer to a request that isn't HTTP, or whose handler failed."""
        if request.writer.output_size > 0:
            raise ConnectionError("a part of the answer has been sent")
        if isinstance(exc, LineTooLong):
            error = ApiError(431, "Request Header Fields Too Large: total headers size exceeded")
        else:
            error = ApiError(status, phrase(status))
        response = refusal(error)
        response.force_close()
        return response


class JsonServer(web.Server):
    """A server whose errors are JSON too."""

    def __call__(self) -> RequestHandler:
        """A new connection."""
        return JsonErrors(self, loop=self._loop, **self._kwargs)
