"""The server itself: addresses, bodies of every kind, limits, and that each answer is Telegram's JSON."""

import asyncio
import json
import tracemalloc
from collections.abc import AsyncIterator
from io import BytesIO
from typing import Any

import aiohttp
import pytest

from sandbox import Limits, Sandbox
from sandbox.requests import MEGABYTE, MOST_FILE
from tests.sandbox.client import SAMPLES, TOKEN, Answer, Api, Scene, keyboard

FORM_TYPE = "application/x-www-form-urlencoded"
MP4 = SAMPLES["video"]
IN_PARTS = {"Content-Type": "multipart/form-data; boundary=b"}
TOO_LARGE = "Request Entity Too Large"


async def post(scene: Scene, method: str, data: Any, **how: Any) -> Answer:
    """A post of any body."""
    async with scene.api.session.post(f"{scene.api.root}/{method}", data=data, **how) as response:
        return Answer(response.status, await response.json())


def form(content: bytes, name: str = "document", count: int = 1, **params: Any) -> aiohttp.FormData:
    """A multipart body with one file, or several."""
    body = aiohttp.FormData()
    for key, value in params.items():
        body.add_field(key, str(value))
    for number in range(count):
        body.add_field(f"{name}{number or ''}", BytesIO(content), filename="film.mp4", content_type="video/mp4")
    return body


def part(name: str, filename: str = "") -> bytes:
    """The head of a part of a body that is written by hand, after the end of the part before."""
    file = f'; filename="{filename}"' if filename else ""
    return f'\r\n--b\r\nContent-Disposition: form-data; name="{name}"{file}\r\n\r\n'.encode()


async def raw(scene: Scene, request: bytes) -> tuple[int, dict[str, Any]]:
    """The answer to bytes that aiohttp's client wouldn't send."""
    host, port = scene.api.url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port), limit=MEGABYTE)
    writer.write(request)
    await writer.drain()
    head, _, body = (await reader.read(-1)).partition(b"\r\n\r\n")
    writer.close()
    await writer.wait_closed()
    assert b"application/json" in head
    return int(head.split(b" ", 2)[1]), json.loads(body)


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("/botnonsense/getMe", 404, "Not Found"),
        ("/bot/getMe", 404, "Not Found"),
        (f"/bot{TOKEN}", 404, "Not Found"),
        ("/nothing", 404, "Not Found"),
        (f"/bot{TOKEN}/", 404, "Not Found: method not found"),
        (f"/bot{TOKEN}/getMe/", 404, "Not Found: method not found"),
        (f"/bot{TOKEN}//getMe", 404, "Not Found: method not found"),
        ("/bot43:OTHER/getMe", 401, "Unauthorized"),
        (f"/bot{TOKEN}/test/getMe", 401, "Unauthorized"),
        (f"/file/bot{TOKEN}/documents/none.csv", 404, "Not Found"),
    ],
)
async def test_addresses(scene: Scene, path: str, status: int, words: str) -> None:
    """A wrong address, a wrong token and a wrong method are told apart, each in JSON."""
    async with scene.api.session.get(scene.api.url + path) as response:
        assert (response.status, await response.json()) == (
            status,
            {"ok": False, "error_code": status, "description": words},
        )


async def test_only_get_and_post(scene: Scene) -> None:
    """Other verbs aren't implemented."""
    async with scene.api.session.put(f"{scene.api.root}/getMe") as response:
        assert (response.status, (await response.json())["description"]) == (501, "Not Implemented")


async def test_bots_of_the_test_servers(scene: Scene) -> None:
    """A bot of Telegram's test servers is called, and its files are fetched, behind /test."""
    other = scene.telegram.add_bot("44:TEST", "other_bot", "Other", test=True)
    api = Api(scene.api.session, scene.api.url, other.token)
    scene.joon.starts(other)
    assert (await api("getMe")).status == 401
    api.root += "/test"
    assert (await api("getMe")).result["username"] == "other_bot"
    body = form(b"abc", chat_id=scene.joon.id)
    async with scene.api.session.post(f"{api.root}/sendDocument", data=body) as response:
        sent = (await response.json())["result"]["document"]
    path = (await api("getFile", file_id=sent["file_id"])).result["file_path"]
    async with scene.api.session.get(f"{scene.api.url}/file/bot{other.token}/test/{path}") as response:
        assert await response.read() == b"abc"


async def test_a_file_of_fifty_megabytes(scene: Scene) -> None:
    """A film of 50 MB arrives, and is held about once while it does; a bot can't fetch it back, as it is over 20 MB."""

    async def film() -> AsyncIterator[bytes]:
        yield part("chat_id") + str(scene.group.id).encode() + part("video", "film.mp4") + MP4
        for left in range(MOST_FILE - len(MP4), 0, -MEGABYTE):
            yield bytes(min(left, MEGABYTE))
        yield b"\r\n--b--\r\n"

    await scene.api("getMe")
    tracemalloc.start()
    try:
        sent = await post(scene, "sendVideo", film(), headers=IN_PARTS)
        held = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert sent.result["video"]["file_size"] == MOST_FILE
    assert held < 1.6 * MOST_FILE
    refused = await scene.api("getFile", file_id=sent.result["video"]["file_id"])
    assert (refused.status, refused.refusal) == (400, "Bad Request: file is too big")


async def test_a_file_that_is_too_large(scene: Scene) -> None:
    """A file over 50 MB is refused, whether its size is announced or not; a call after it works."""

    async def chunks() -> AsyncIterator[bytes]:
        yield part("document", "a")
        for _ in range(51):
            yield bytes(MEGABYTE)

    announced = await post(scene, "sendDocument", form(bytes(MOST_FILE + 1), chat_id=scene.group.id))
    streamed = await post(scene, "sendDocument", chunks(), headers=IN_PARTS)

    assert (413, TOO_LARGE) == (announced.status, announced.refusal) == (streamed.status, streamed.refusal)
    assert (await scene.api("getMe")).status == 200


async def test_a_photo_that_is_too_large(scene: Scene) -> None:
    """A photo has at most 10 MB."""
    picture = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + (80).to_bytes(4, "big") * 2
    size = 10 * MEGABYTE
    fits = await post(scene, "sendPhoto", form(picture.ljust(size, b"\0"), "photo", chat_id=scene.group.id))
    over = await post(scene, "sendPhoto", form(picture.ljust(size + 1, b"\0"), "photo", chat_id=scene.group.id))

    assert fits.result["photo"][0]["file_size"] == size
    why = f"file of size {size + 1} bytes is too big for a photo; the maximum size is {size} bytes"
    assert over.refusal == f"Bad Request: {why}"


async def test_parameters_that_are_too_large(scene: Scene) -> None:
    """A call has at most a megabyte of parameters and 50 files, in each way of posting."""
    long = "a" * (MEGABYTE + 1)
    told, typed = BytesIO(json.dumps({"chat_id": 1, "text": long}).encode()), BytesIO(f"chat_id=1&text={long}".encode())
    answers = [
        await post(scene, "sendMessage", told, headers={"Content-Type": "application/json"}),
        await post(scene, "sendMessage", typed, headers={"Content-Type": FORM_TYPE}),
        await post(scene, "sendDocument", BytesIO(part("caption") + long.encode()), headers=IN_PARTS),
        await post(scene, "sendDocument", form(b"a", count=51, chat_id=scene.group.id)),
    ]

    assert [(one.status, one.refusal.removeprefix(TOO_LARGE)) for one in answers] == [
        (413, ": too much parameters"),
        (413, ": too much parameters"),
        (413, ": too much parameters in form data"),
        (413, ": too much files attached"),
    ]


async def test_long_lines(scene: Scene) -> None:
    """A query string or a header of 200 KB is read, one of over 256 KB is refused in JSON."""
    async with scene.api.session.get(f"{scene.api.root}/sendMessage?chat_id=1&text={'a' * 200_000}") as response:
        assert (await response.json())["description"] == "Bad Request: text is too long"
    line = f"GET /bot{TOKEN}/getMe?a={'a' * 300_000} HTTP/1.1\r\nHost: x\r\n\r\n"
    header = f"GET /bot{TOKEN}/getMe HTTP/1.1\r\nHost: x\r\nX-Long: {'a' * 300_000}\r\n\r\n"
    for request in (line, header):
        status, body = await raw(scene, request.encode())
        assert (status, body["error_code"]) == (431, 431)
        assert body["description"] == "Request Header Fields Too Large: total headers size exceeded"


async def test_an_address_without_a_slash(scene: Scene) -> None:
    """A request of no path is not found."""
    status, body = await raw(scene, b"OPTIONS * HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    assert (status, body["description"]) == (404, "Not Found")


@pytest.mark.parametrize("request_line", [b"nonsense\r\n\r\n", b"GET / HTTP/1.1\r\nno colon\r\n\r\n"])
async def test_what_is_no_http(scene: Scene, request_line: bytes) -> None:
    """What isn't HTTP gets a 400 in JSON."""
    assert await raw(scene, request_line) == (400, {"ok": False, "error_code": 400, "description": "Bad Request"})


DEEP = b'{"chat_id":1,"text":' + b"[" * 3000 + b"]" * 3000 + b"}"


@pytest.mark.parametrize(
    ("kind", "body", "words"),
    [
        ("application/json", b"{", "Request body isn't a JSON object"),
        ("application/json", b"[1]", "Request body isn't a JSON object"),
        ("application/json", DEEP, "Request body isn't a JSON object"),
        ("application/json", b'{"text":"\\ud83d"}', "strings must be encoded in UTF-8"),
        ("application/json", b'{"text":"\xe9"}', "strings must be encoded in UTF-8"),
        (FORM_TYPE, b"text=%E9", "strings must be encoded in UTF-8"),
        (FORM_TYPE, b'reply_markup={"a":"\\ud83d"}', "strings must be encoded in UTF-8"),
        (FORM_TYPE, b"reply_markup=" + b"[" * 3000, 'parameter "reply_markup" of sendMessage: can\'t parse JSON'),
        ("multipart/form-data", b"abc", "can't parse form data"),
        ("multipart/form-data; boundary=b", b"abc", "can't parse form data"),
        (IN_PARTS["Content-Type"], b"--b\r\n\r\nabc\r\n--b--\r\n", "field name in multipart/form-data not found"),
        (IN_PARTS["Content-Type"], part("text") + b"\xe9\r\n--b--\r\n", "strings must be encoded in UTF-8"),
    ],
)
async def test_bodies_that_cannot_be_read(scene: Scene, kind: str, body: bytes, words: str) -> None:
    """A broken body is a 400 in JSON, and never a fault of the stand-in's own."""
    answer = await post(scene, "sendMessage", body, headers={"Content-Type": kind})

    assert (answer.status, answer.refusal) == (400, f"Bad Request: {words}")


async def test_a_body_that_is_no_gzip(scene: Scene) -> None:
    """A body that isn't packed as it says is a 400 in JSON."""
    headers = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
    async with scene.api.session.post(f"{scene.api.root}/getMe", data=b"abc", headers=headers) as response:
        assert (response.status, (await response.json())["error_code"]) == (400, 400)


async def test_unknown_parameters_can_be_ignored(session: aiohttp.ClientSession) -> None:
    """A stand-in that isn't strict ignores what Telegram ignores, nested too, and keeps a button's first action."""
    async with Sandbox(limits=Limits.none(), strict=False) as telegram:
        bot, joon = telegram.add_bot(), telegram.add_user("Joon")
        joon.starts(bot)
        api = Api(session, telegram.url)
        board = keyboard("Go")
        board["inline_keyboard"][0][0] |= {"url": "https://t.me/x", "colour": "red"}
        sent = await api("sendMessage", chat_id=joon.id, text="x", reply_markup=board, disable_web_page_preview=True)
        other = {"keyboard": [[{"text": "Go", "shade": 1}]], "wide": True}
        typed = await api("sendMessage", chat_id=joon.id, text="y", reply_markup=other)
        wrong = await api("sendMessage", chat_id=joon.id, text="y", reply_markup={"keyboard": 1})

    assert sent.result["reply_markup"]["inline_keyboard"] == [[{"text": "Go", "url": "https://t.me/x"}]]
    assert typed.body["ok"]
    assert wrong.status == 400


WILD = ["1e999", "-1e999", "NaN", "1" * 5000, "9" * 400, '"' + "9" * 400 + '"', "[[]]", "{}", "null", "true", '""']


@pytest.mark.parametrize("value", WILD, ids=range(len(WILD)))
async def test_wild_values(scene: Scene, value: str) -> None:
    """No value of a parameter, however wild, is a fault of the stand-in's own."""
    calls = {
        "getUpdates": ("offset", "limit", "timeout", "allowed_updates"),
        "setWebhook": ("url", "max_connections", "secret_token", "ip_address", "certificate"),
        "sendMessage": ("chat_id", "text", "message_thread_id", "reply_markup", "reply_parameters"),
        "getChatMember": ("chat_id", "user_id"),
        "deleteMessages": ("message_ids",),
        "getFile": ("file_id",),
    }
    for method, names in calls.items():
        for name in names:
            usual = {"chat_id": scene.group.id, "text": "x", "user_id": scene.joon.id, "url": "https://x.com"}
            sound = ",".join(f'"{key}":{json.dumps(one)}' for key, one in usual.items() if key != name)
            fitting = sound if method == "sendMessage" else ""
            body = f"{{{','.join(filter(None, (fitting, f'{json.dumps(name)}:{value}')))}}}"
            answer = await post(scene, method, body, headers={"Content-Type": "application/json"})
            assert answer.status in {200, 400}, (method, name, answer.body)
