"""Files by their addresses, and what Telegram makes of bytes that aren't what they are sent as."""

from typing import Any

import aiohttp
import pytest

from sandbox import Document
from sandbox.files import blank_picture
from tests.sandbox.client import SAMPLES, Answer, Scene

MEGABYTE = 1024 * 1024
HTML = Document("", b"<html></html>", "text/html")
LARGE = Document("large.png", blank_picture().ljust(5 * MEGABYTE + 1, b"\0"), "image/png")
FITS = Document("large.png", blank_picture().ljust(5 * MEGABYTE, b"\0"), "image/png")


async def refusal(scene: Scene, method: str, **params: Any) -> str:
    """Why a call to the group is refused."""
    answer = await scene.api(method, chat_id=scene.group.id, **params)
    assert answer.status == 400
    return answer.refusal.removeprefix("Bad Request: ")


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("https://nowhere.example/a.jpg", "failed to get HTTP URL content"),
        ("http://127.0.0.1:8010/a.jpg", "failed to get HTTP URL content"),
        ("nowhere.example/a.jpg", "failed to get HTTP URL content"),
        ("https://shop.example/large.png", "failed to get HTTP URL content"),
        ("https://shop.example/", "wrong type of the web page content"),
        ("https://shop.example/fake.png", "wrong type of the web page content"),
        ("https://x.com/a.pdf", "wrong type of the web page content"),
        ("ftp://shop.example/a.png", "invalid file HTTP URL specified: Unsupported URL protocol"),
        ("https://shop.example:99999/a.png", "wrong HTTP URL specified"),
        ("nothing", "wrong file identifier/HTTP URL specified"),
    ],
)
async def test_photos_by_address(scene: Scene, address: str, words: str) -> None:
    """A photo whose address leads nowhere, to another type or to more than 5 MB is refused; nothing is sent."""
    internet = scene.telegram.internet
    internet.put("https://shop.example/", HTML)
    internet.put("https://shop.example/fake.png", Document("fake.png", b"<html>", "image/png"))
    internet.put("https://shop.example/large.png", LARGE)
    before = len(scene.group.messages)

    assert words == await refusal(scene, "sendPhoto", photo=address)

    assert len(scene.group.messages) == before


async def test_what_is_there(scene: Scene) -> None:
    """What a test put at an address is what is sent, until it is taken away."""
    url = "https://shop.example/silk.png"
    scene.telegram.internet.put(url, FITS)
    sent = (await scene.api("sendPhoto", chat_id=scene.group.id, photo=url)).result
    assert sent["photo"][0]["file_size"] == 5 * MEGABYTE

    scene.telegram.internet.remove(url)

    assert await refusal(scene, "sendPhoto", photo=url) == "failed to get HTTP URL content"
    media = {"type": "photo", "media": url}
    why = await refusal(scene, "editMessageMedia", message_id=sent["message_id"], media=media)
    assert why == "failed to get HTTP URL content"


@pytest.mark.parametrize(("mime", "taken"), [("application/pdf", True), ("application/zip", True), ("text/csv", False)])
async def test_documents_by_address(scene: Scene, mime: str, taken: bool) -> None:
    """Only GIF, PDF and ZIP files are sent as documents by their addresses."""
    scene.telegram.internet.put("https://shop.example/file", Document("file", b"abc", mime))

    answer = await scene.api("sendDocument", chat_id=scene.group.id, document="https://shop.example/file")

    assert answer.body["ok"] is taken


@pytest.mark.parametrize(
    ("method", "content", "becomes"),
    [
        ("sendVideo", SAMPLES["video"], "video"),
        ("sendVideo", b"order;name", "document"),
        ("sendVideo", blank_picture(), "document"),
        ("sendAnimation", SAMPLES["animation"], "animation"),
        ("sendAnimation", SAMPLES["video"], "animation"),
        ("sendAnimation", b"abc", "document"),
        ("sendDocument", SAMPLES["video"], "document"),
    ],
)
async def test_bytes_that_are_something_else(scene: Scene, method: str, content: bytes, becomes: str) -> None:
    """Bytes that aren't a film are sent as a document, whatever they are called."""
    body = aiohttp.FormData({"chat_id": str(scene.group.id)})
    name = method.removeprefix("send").lower()
    body.add_field(name, content, filename="film.mp4", content_type="video/mp4")
    async with scene.api.session.post(f"{scene.api.root}/{method}", data=body) as response:
        sent = Answer(response.status, await response.json()).result

    kinds = [kind for kind in ("video", "animation", "document") if kind in sent]
    assert kinds[0] == becomes
    assert sent[becomes]["file_name"] == "film.mp4"
