"""Files that people and bots send, and their ids."""

from typing import Any

import aiohttp
import pytest

from sandbox import Bot, Document
from sandbox.methods import files as get_file_method
from tests.sandbox.client import TOKEN, Answer, Api, Scene

PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"


def picture(width: int, height: int) -> bytes:
    """The head of a PNG of that size, which is all that is looked at."""
    return PNG + width.to_bytes(4, "big") + height.to_bytes(4, "big")


ORDERS = Document("orders.csv", b"order;name\n1;Mina\n", "text/csv")


async def upload(scene: Scene, method: str, part: str, content: bytes = b"abc", **params: Any) -> Answer:
    """A multipart post with one file, called `part`."""
    body = aiohttp.FormData()
    for name, value in ({"chat_id": scene.group.id} | params).items():
        body.add_field(name, str(value))
    body.add_field(part, content, filename="r.csv", content_type="text/csv")
    async with scene.api.session.post(f"{scene.api.root}/{method}", data=body) as response:
        return Answer(response.status, await response.json())


async def download(scene: Scene, path: str, token: str = TOKEN) -> tuple[int, bytes]:
    """The status and the bytes of a file's address."""
    async with scene.api.session.get(f"{scene.api.url}/file/bot{token}/{path}") as response:
        return response.status, await response.read()


async def test_a_person_sends_a_document(scene: Scene) -> None:
    """The bot gets a document, asks for its path and downloads it."""
    scene.mina.starts(scene.bot)
    scene.mina.says(scene.bot, "today's orders", document=ORDERS)

    got = (await scene.api.read_all())[-1]["message"]

    assert (
        got["document"]["file_name"],
        got["document"]["mime_type"],
        got["caption"],
    ) == ("orders.csv", "text/csv", "today's orders")
    file = (await scene.api("getFile", file_id=got["document"]["file_id"])).result
    assert (200, ORDERS.content) == await download(scene, file["file_path"])
    assert (await download(scene, file["file_path"], "43:OTHER"))[0] == 401
    assert (await download(scene, "documents/none.csv"))[0] == 404


async def test_a_photo(scene: Scene) -> None:
    """A photo comes as a list of sizes."""
    scene.joon.says(scene.group, photo=Document("a.jpg", b"jpg"))

    got = (await scene.api.read_all())[-1]["message"]

    assert list(got["photo"][0]) == ["file_id", "file_unique_id", "file_size", "width", "height"]


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (picture(4096, 2048), (2560, 1280)),
        (picture(300, 200), (300, 200)),
        (picture(9000, 1001), "PHOTO_INVALID_DIMENSIONS"),
        (picture(2100, 100), "PHOTO_INVALID_DIMENSIONS"),
        (b"order;name", "IMAGE_PROCESS_FAILED"),
    ],
)
async def test_a_photos_size(scene: Scene, content: bytes, what: Any) -> None:
    """A large photo is made smaller; what isn't a picture, is too large or too long is refused."""
    sent = await upload(scene, "sendPhoto", "photo", content)
    if isinstance(what, str):
        assert f"Bad Request: {what}" == sent.refusal
    else:
        size = sent.result["photo"][0]
        assert what == (size["width"], size["height"])


async def test_a_photo_is_replaced(scene: Scene) -> None:
    """A message's photo makes place for another file that comes with the edit; a sticker takes nobody's place."""
    sent = (await upload(scene, "sendPhoto", "photo", picture(80, 60), caption="Silk")).result
    edit = {"message_id": sent["message_id"], "media": '{"type":"photo","media":"attach://new","caption":"Wool"}'}
    edited = (await upload(scene, "editMessageMedia", "new", picture(60, 80), **edit)).result
    assert (edited["caption"], edited["photo"][0]["height"]) == ("Wool", 80)
    again = await scene.api("editMessageCaption", chat_id=scene.group.id, message_id=sent["message_id"])
    assert "caption" not in again.result
    sticker = edit | {"media": '{"type":"sticker","media":"attach://new"}'}
    refused = await upload(scene, "editMessageMedia", "new", b"sticker", **sticker)
    assert refused.refusal == 'Bad Request: can\'t parse InputMedia: type "sticker" is unsupported'


@pytest.mark.parametrize("part", ["document", "attached"])
async def test_a_bot_uploads(scene: Scene, part: str) -> None:
    """An upload fills the parameter of its name, or the one that says `attach://`."""
    extra: dict[str, Any] = {"document": "attach://attached"} if part == "attached" else {}

    sent = (await upload(scene, "sendDocument", part, caption="<b>r</b>", parse_mode="HTML", **extra)).result

    assert (sent["document"]["file_name"], sent["caption"]) == ("r.csv", "r")
    again = await scene.api("sendDocument", chat_id=scene.group.id, document=sent["document"]["file_id"])
    assert sent["document"]["file_unique_id"] == again.result["document"]["file_unique_id"]


async def test_refused_files(scene: Scene) -> None:
    """Missing uploads, unknown ids, wrong kinds and long captions are refused."""
    photo = (await upload(scene, "sendPhoto", "photo", picture(80, 60))).result["photo"][0]["file_id"]

    async def refusal(method: str, **params: Any) -> str:
        return (await scene.api(method, chat_id=scene.group.id, **params)).refusal

    assert (
        await refusal("sendDocument", document="attach://nothing") == "Bad Request: there is no document in the request"
    )
    assert await refusal("sendPhoto", photo="abc") == "Bad Request: wrong file identifier/HTTP URL specified"
    assert await refusal("sendDocument", document=photo) == "Bad Request: can't use file of type Photo as Document"
    assert await refusal("sendPhoto", photo=photo, caption="a" * 1025) == "Bad Request: message caption is too long"
    assert await refusal("sendPhoto") == 'Bad Request: parameter "photo" of sendPhoto is missing'
    assert (await upload(scene, "sendPhoto", "photo", b"")).refusal == "Bad Request: file must be non-empty"
    stray = await upload(scene, "sendMessage", "document", text="x")
    assert stray.refusal == 'Bad Request: unknown parameter "document" in sendMessage'


async def test_ids_are_each_bots_own(scene: Scene) -> None:
    """Another bot's file id is worth nothing, though the unique id is the same."""
    sent = (await upload(scene, "sendDocument", "document")).result["document"]
    other: Bot = scene.telegram.add_bot("43:OTHER", "other_bot", "Other")

    answer = await Api(scene.api.session, scene.api.url, other.token)("getFile", file_id=sent["file_id"])

    assert answer.refusal == "Bad Request: wrong file_id or the file is temporarily unavailable"


async def test_large_files(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """A bot doesn't download what is larger than the limit."""
    monkeypatch.setattr(get_file_method, "MOST_DOWNLOAD", 10)
    scene.joon.says(scene.group, document=ORDERS)
    number = (await scene.api.read_all())[-1]["message"]["document"]["file_id"]

    assert (await scene.api("getFile", file_id=number)).refusal == "Bad Request: file is too big"


async def test_ephemeral_file(scene: Scene) -> None:
    """A file can be sent to one person only, and its caption edited."""
    sent = await scene.api(
        "sendPhoto",
        chat_id=scene.group.id,
        photo="https://x.com/a.jpg",
        ephemeral_message_parameters={"receiver_user_id": scene.joon.id},
    )
    ids = {
        "chat_id": scene.group.id,
        "receiver_user_id": scene.joon.id,
        "ephemeral_message_id": sent.result["ephemeral_message_id"],
    }

    assert (await scene.api("editEphemeralMessageCaption", **ids, caption="yours")).result is True

    assert scene.joon.sees(scene.group)[-1].text == "yours"
