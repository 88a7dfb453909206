"""Albums, and files that aren't photos or documents."""

import json
from typing import Any

import aiohttp
import pytest

from sandbox import CannotDoError, Document, Permissions
from sandbox.files import blank_picture
from tests.sandbox.client import Answer, Scene

HEADS = {
    "video": b"\0\0\0\x18ftypmp42",
    "animation": b"GIF89a",
    "audio": b"ID3\x04",
    "voice": b"OggS\0",
}
"""How files of these kinds start; of others any bytes will do."""


async def album(scene: Scene, media: list[dict[str, Any]], chat_id: int | None = None, **params: Any) -> Answer:
    """sendMediaGroup as a multipart post; each `attach://` name gets a file."""
    body = aiohttp.FormData()
    body.add_field("chat_id", str(scene.group.id if chat_id is None else chat_id))
    body.add_field("media", json.dumps(media))
    for name, value in params.items():
        body.add_field(name, json.dumps(value))
    parts = {str(one["media"]).removeprefix("attach://"): one["type"] for one in media if "attach" in str(one["media"])}
    for name, kind in parts.items():
        if name != "missing":
            body.add_field(name, HEADS.get(kind, blank_picture()), filename=name, content_type="image/png")
    async with scene.api.session.post(f"{scene.api.root}/sendMediaGroup", data=body) as response:
        return Answer(response.status, await response.json())


def item(kind: str = "photo", name: str = "one", **more: Any) -> dict[str, Any]:
    """An InputMedia."""
    return {"type": kind, "media": f"attach://{name}", **more}


async def test_an_album(scene: Scene) -> None:
    """Its messages share a media_group_id, keep their order, their own captions and the reply."""
    asked = scene.joon.says(scene.group, "pictures?")

    sent = (
        await album(
            scene,
            [item(caption="<b>Silk</b>", parse_mode="HTML"), item("video", "two", duration=7), item(name="three")],
            reply_parameters={"message_id": asked.message_id},
            protect_content=True,
        )
    ).result

    assert len({one["media_group_id"] for one in sent}) == 1
    assert [one["message_id"] for one in sent] == sorted(one["message_id"] for one in sent)
    assert ["photo" in one for one in sent] == [True, False, True]
    assert (sent[0]["caption"], sent[0]["caption_entities"][0]["type"], sent[1]["video"]["duration"]) == (
        "Silk",
        "bold",
        7,
    )
    assert all(one["reply_to_message"]["message_id"] == asked.message_id for one in sent)
    assert all(one["has_protected_content"] for one in sent)


async def test_one_item_is_no_album(scene: Scene) -> None:
    """A single item is sent as an ordinary message."""
    sent = (await album(scene, [item()])).result

    assert len(sent) == 1
    assert "media_group_id" not in sent[0]


REFUSED: list[tuple[str, list[dict[str, Any]], str]] = [
    ("none", [], "there are no messages to send"),
    ("eleven", [item()] * 11, "too many messages to send as an album"),
    ("animation", [item("animation")], "can't parse InputMedia: type \"animation\" can't be used in sendMediaGroup"),
    ("sticker", [item(), item("sticker")], 'can\'t parse InputMedia: type "sticker" is unsupported'),
    ("no upload", [item(), item(name="missing")], "can't parse InputMedia: media not found"),
    ("document among photos", [item(), item("document")], "document can't be mixed with other media types"),
    ("music among videos", [item("audio"), item("video")], "audio can't be mixed with other media types"),
    (
        "captions above and below",
        [item(show_caption_above_media=True), item()],
        "parameter show_caption_above_media must be the same for all messages",
    ),
    ("long caption", [item(), item(caption="a" * 1025)], "message caption is too long"),
    (
        "broken caption",
        [item(), item(caption="<b>", parse_mode="HTML")],
        "can't parse entities: Can't find end tag corresponding to start tag \"b\"",
    ),
]


@pytest.mark.parametrize(("media", "why"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
async def test_refused_albums(scene: Scene, media: list[dict[str, Any]], why: str) -> None:
    """What isn't an album is refused in Telegram's words, and nothing of it is sent."""
    before = len(scene.group.messages)

    answer = await album(scene, media)

    assert (400, f"Bad Request: {why}") == (answer.status, answer.refusal)
    assert before == len(scene.group.messages)


async def test_items_are_read_before_the_chat(scene: Scene) -> None:
    """A wrong item is told before a wrong chat, a wrong chat before a wrong number of items."""
    assert "can't parse InputMedia" in (await album(scene, [item(name="missing")], chat_id=1)).refusal
    assert (await album(scene, [item()] * 11, chat_id=1)).refusal == "Bad Request: chat not found"


async def test_rights_for_every_kind(plain_scene: Scene) -> None:
    """A plain bot needs the permission of each kind in the album."""
    scene = plain_scene
    scene.group.permissions = Permissions(can_send_videos=False)

    answer = await album(scene, [item(), item("video", "two")])

    assert answer.refusal == "Bad Request: not enough rights to send videos to the chat"
    assert (await album(scene, [item(), item(name="two")])).status == 200


async def test_an_album_of_a_person(scene: Scene) -> None:
    """Bots get each picture as a message of its own, with the same media_group_id."""
    pictures = [Document(f"{name}.png", blank_picture(), "image/png") for name in "abc"]

    scene.joon.posts_album(scene.group, *pictures, caption="unboxing")

    told = [one["message"] for one in await scene.api.read_all()]
    assert len(told) == 3
    assert len({one["media_group_id"] for one in told}) == 1
    assert [one.get("caption") for one in told] == ["unboxing", None, None]
    with pytest.raises(ValueError, match="2 to 10"):
        scene.joon.posts_album(scene.group, pictures[0])
    scene.group.permissions = Permissions(can_send_photos=False)
    with pytest.raises(CannotDoError):
        scene.joon.posts_album(scene.group, *pictures)


async def test_an_album_keeps_its_kinds(scene: Scene) -> None:
    """In an album a photo becomes a video, but no document."""
    sent = (await album(scene, [item(), item(name="two")])).result
    known = (await album(scene, [item("document"), item("document", "two")])).result[0]["document"]["file_id"]
    edit = {"chat_id": scene.group.id, "message_id": sent[0]["message_id"]}

    refused = await scene.api("editMessageMedia", **edit, media={"type": "document", "media": known})

    assert refused.refusal == "Bad Request: can't change media type in the album"


KINDS = [
    ("sendAudio", "audio", {"duration": 200, "title": "Silk", "performer": "Mina"}),
    ("sendVoice", "voice", {"duration": 4}),
    ("sendVideoNote", "video_note", {"length": 360, "duration": 2}),
    ("sendSticker", "sticker", {"emoji": "🎁"}),
    ("sendVideo", "video", {"width": 640, "height": 360, "duration": 99_999}),
    ("sendAnimation", "animation", {"width": 20, "height": 10, "duration": 1}),
]


@pytest.mark.parametrize(("method", "kind", "said"), KINDS, ids=[row[1] for row in KINDS])
async def test_what_is_said_of_a_file(scene: Scene, method: str, kind: str, said: dict[str, Any]) -> None:
    """A file keeps what its first sender said of it, within Telegram's bounds, and is forwarded by its id."""
    body = aiohttp.FormData()
    for name, value in {"chat_id": scene.group.id, **said}.items():
        body.add_field(name, str(value))
    body.add_field(kind, HEADS.get(kind, b"bytes"), filename="a.bin")
    async with scene.api.session.post(f"{scene.api.root}/{method}", data=body) as response:
        sent = Answer(response.status, await response.json()).result

    expected = said | ({"duration": 86_400} if said.get("duration") == 99_999 else {})
    assert expected == {name: sent[kind][name] for name in said}
    again = await scene.api(method, chat_id=scene.group.id, **{kind: sent[kind]["file_id"]})
    assert expected == {name: again.result[kind][name] for name in said}
    missing = await scene.api(method, chat_id=scene.group.id, **{kind: "attach://nothing"})
    assert missing.refusal == f"Bad Request: there is no {kind.replace('_', ' ')} in the request"
