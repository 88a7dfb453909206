"""Reads a call from an HTTP request. Refuses one that is too large or can't be read.

The limits and words are from TDLib's HttpReader.cpp, which Telegram's Bot API server uses, and from
https://core.telegram.org/bots/api#sending-files. Before Telegram's server nginx
refuses bodies that are too large, in the same JSON.
"""

from io import BytesIO
from typing import Any, Protocol
from urllib.parse import parse_qsl

from aiohttp import BodyPartReader, ClientPayloadError, MultipartReader, web
from aiohttp.http_exceptions import HttpProcessingError, LineTooLong

from sandbox.checks import Upload
from sandbox.errors import ApiError, bad
from sandbox.unpack import NotUtf8Error, load_json

MEGABYTE = 1024 * 1024
MOST_FILE = 50 * MEGABYTE
MOST_FILES = 50
MOST_PARAMETERS = MEGABYTE
"""The most bytes of a call's parameters. aiohttp refuses a larger body that isn't multipart."""
MOST_BODY = MOST_FILE + MOST_PARAMETERS
MOST_HEADERS = 256 * 1024
CHUNK = 256 * 1024
FORM = "application/x-www-form-urlencoded"
NOT_UTF8 = "strings must be encoded in UTF-8"
TOO_MUCH = "too much parameters"


class Parts(Protocol):
    """The parts of a multipart body, one after another."""

    async def next(self) -> MultipartReader | BodyPartReader | None:
        """The next part, None after the last."""
        ...


def too_large(why: str = "") -> ApiError:
    """A 413, in the words of Telegram."""
    return ApiError(413, "Request Entity Too Large" + (f": {why}" if why else ""))


async def read_call(request: web.BaseRequest) -> tuple[dict[str, Any], dict[str, Upload]]:
    """The parameters of a query string and of a JSON, form or multipart body; uploads by field name.

    Raises ApiError: 400 for what can't be read, 413 and 431 for what is too large.
    """
    if request.content_length is not None and request.content_length > MOST_BODY:
        raise too_large()
    try:
        return await _read(request)
    except web.HTTPRequestEntityTooLarge:
        raise too_large(TOO_MUCH) from None
    except (UnicodeError, NotUtf8Error):
        raise bad(NOT_UTF8) from None
    except LineTooLong:
        raise ApiError(431, "Request Header Fields Too Large: total headers size exceeded") from None
    except (HttpProcessingError, ClientPayloadError, web.RequestPayloadError):
        raise bad("can't read the request body") from None


async def _read(request: web.BaseRequest) -> tuple[dict[str, Any], dict[str, Upload]]:
    params: dict[str, Any] = dict(request.query)
    uploads: dict[str, Upload] = {}
    if request.method != "POST" or not request.can_read_body:
        return params, uploads
    kind = request.content_type
    if kind == "multipart/form-data":
        try:
            await read_parts(await request.multipart(), params, uploads)
        except (ValueError, AssertionError, RuntimeError) as error:  # aiohttp raises them if it can't split a body
            if isinstance(error, UnicodeError):
                raise
            raise bad("can't parse form data") from None
    else:
        params |= read_plain(kind, await request.read())
    return params, uploads


def read_plain(kind: str, body: bytes) -> dict[str, Any]:
    """The parameters of a JSON or form body. Any other body has none."""
    if kind == "application/json":
        return _json_object(body)
    if kind == FORM:
        return dict(parse_qsl(body.decode(), keep_blank_values=True, errors="strict"))
    return {}


def _json_object(body: bytes) -> dict[str, Any]:
    """Read a JSON body.

    Telegram uses as much of a broken body as it can read; the stand-in refuses it, so that tests fail.
    """
    text = body.decode()
    try:
        read = load_json(text)
    except NotUtf8Error:
        raise
    except ValueError:
        read = None
    if not isinstance(read, dict):
        raise bad("Request body isn't a JSON object")
    return read


async def read_parts(reader: Parts, params: dict[str, Any], uploads: dict[str, Upload]) -> None:
    """Read a multipart body. A part with a file name is an upload: its parameter's value unless `attach://` names it.

    Only one copy of each file is in memory while it is read. Raises ApiError.
    """
    parameters = 0
    while (part := await reader.next()) is not None:
        if not isinstance(part, BodyPartReader) or part.name is None:
            raise bad("field name in multipart/form-data not found")
        if part.filename is None:
            content = await _content(part, MOST_PARAMETERS - parameters, f"{TOO_MUCH} in form data")
            parameters += len(content)
            params[part.name] = content.decode()
            continue
        if len(uploads) == MOST_FILES:
            raise too_large("too much files attached")
        mime = part.headers.get("Content-Type", "application/octet-stream")
        uploads[part.name] = Upload(part.filename, await _content(part, MOST_FILE), mime)
    attached = " ".join(value for value in params.values() if isinstance(value, str) and "attach://" in value)
    params.update({name: upload for name, upload in uploads.items() if f"attach://{name}" not in attached})


async def _content(part: BodyPartReader, most: int, why: str = "") -> bytes:
    """A part's bytes. BytesIO gives its buffer without a copy; joined chunks would need the memory twice."""
    content = BytesIO()
    while chunk := await part.read_chunk(CHUNK):
        content.write(chunk)
        if content.tell() > most:
            raise too_large(why)
    return content.getvalue()
