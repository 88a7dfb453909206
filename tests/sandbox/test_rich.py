"""Rich messages: blocks and HTML, their limits, buttons, edits, and whispered ones."""

from typing import Any

import pytest

from sandbox import Permissions
from tests.sandbox.client import Answer, Scene, keyboard
from tests.sandbox.test_albums import album, item


def paragraph(text: Any = "a") -> dict[str, Any]:
    """A block of words."""
    return {"type": "paragraph", "text": text}


def cell(text: str, **more: Any) -> dict[str, Any]:
    """A table's cell."""
    return {"text": text, "align": "left", "valign": "middle", **more}


def nested(depth: int) -> dict[str, Any]:
    """Details inside of details, that deep."""
    block = paragraph()
    for _ in range(depth - 1):
        block = {"type": "details", "summary": "more", "blocks": [block]}
    return block


async def send(scene: Scene, rich: dict[str, Any], **params: Any) -> Answer:
    """sendRichMessage in the group."""
    return await scene.api("sendRichMessage", chat_id=scene.group.id, rich_message=rich, **params)


HEAD = [cell("day", is_header=True), cell("fans", is_header=True)]
FOURTH = {"blocks": [paragraph("new")], "type": "i", "value": 4}
REPORT: list[dict[str, Any]] = [
    {"type": "heading", "text": "This week", "size": 2},
    {"type": "table", "cells": [HEAD, [cell("Mon"), cell("41")]]},
    {"type": "list", "items": [FOURTH, {"blocks": [paragraph("old")]}]},
    {"type": "details", "summary": {"type": "bold", "text": "By source"}, "blocks": [paragraph("video 12")]},
    {"type": "divider"},
]


async def test_a_report(scene: Scene) -> None:
    """Blocks come back as they were sent, a list's items with the labels that are shown."""
    sent = (await send(scene, {"blocks": REPORT}, reply_markup=keyboard("More"))).result

    rich = sent["rich_message"]
    assert [one["type"] for one in rich["blocks"]] == ["heading", "table", "list", "details", "divider"]
    assert [one["label"] for one in rich["blocks"][2]["items"]] == ["iv.", "•"]
    assert "text" not in sent
    assert sent["reply_markup"] == keyboard("More")
    assert scene.group.by_id[sent["message_id"]].text.split("\n") == [
        "This week",
        "day | fans",
        "Mon | 41",
        "iv. new",
        "• old",
        "By source",
        "video 12",
    ]


async def test_html(scene: Scene) -> None:
    """The same in HTML gives the same blocks."""
    html = (
        "<h2>This week</h2><table><tr><th>day</th><th>fans</th></tr><tr><td>Mon</td><td>41</td></tr></table>"
        "<details open><summary><b>By source</b></summary>video <i>12</i></details><hr>"
        '<blockquote>said<br>so</blockquote><ol><li>one</li><li value="7">two</li></ol>'
        '<p>until <tg-time unix="5" format="r">soon</tg-time> &amp; on</p>'
    )

    blocks = (await send(scene, {"html": html})).result["rich_message"]["blocks"]

    assert blocks[:2] == REPORT[:2]
    assert blocks[2] == {
        "type": "details",
        "summary": {"type": "bold", "text": "By source"},
        "blocks": [paragraph(["video ", {"type": "italic", "text": "12"}])],
        "is_open": True,
    }
    assert blocks[3:5] == [{"type": "divider"}, {"type": "blockquote", "blocks": [paragraph("said\nso")]}]
    assert [one["label"] for one in blocks[5]["items"]] == ["1.", "7."]
    assert blocks[6]["text"][1] == {"type": "date_time", "text": "soon", "unix_time": 5, "date_time_format": "r"}


REFUSED: list[tuple[str, dict[str, Any], str]] = [
    ("nothing", {}, "exactly one of the fields html, markdown and blocks must be used in a rich message"),
    (
        "both",
        {"html": "a", "blocks": [paragraph()]},
        "exactly one of the fields html, markdown and blocks must be used in a rich message",
    ),
    ("no words", {"blocks": [{"type": "divider"}]}, "rich message must be non-empty"),
    ("long", {"blocks": [paragraph("a" * 32_769)]}, "rich message is too long"),
    ("501 blocks", {"blocks": [paragraph()] * 501}, "rich message has too many blocks"),
    (
        "rows count",
        {"blocks": [paragraph(), {"type": "table", "cells": [[cell("a")]] * 499}]},
        "rich message has too many blocks",
    ),
    ("deep", {"blocks": [nested(17)]}, "rich message is nested too deeply"),
    (
        "wide table",
        {"blocks": [{"type": "table", "cells": [[cell("a", colspan=2)] * 11]}]},
        "a table of a rich message has at most 20 columns",
    ),
    ("huge heading", {"blocks": [REPORT[0] | {"size": 7}]}, "size of a heading must be from 1 to 6"),
    (
        "nine buttons",
        {"blocks": [{"type": "buttons", "buttons": [{"text": "a", "callback_data": "a"}] * 9}]},
        "a row of a rich message holds 1 to 8 buttons",
    ),
    (
        "long data",
        {"blocks": [{"type": "buttons", "buttons": [{"text": "a", "callback_data": "a" * 65}]}]},
        "BUTTON_DATA_INVALID",
    ),
    (
        "app in a group",
        {"blocks": [{"type": "buttons", "buttons": [{"text": "a", "web_app": {"url": "https://x.com"}}]}]},
        "BUTTON_TYPE_INVALID",
    ),
    ("markdown", {"markdown": "# a"}, "Markdown and media in rich messages are not played here"),
    ("open tag", {"html": "<p>a"}, "can't parse entities: Can't find end tag corresponding to start tag \"p\""),
    ("script", {"html": "<script>"}, 'can\'t parse entities: Unsupported start tag "script" in a rich message'),
    ("crossed", {"html": "<b><i>a</b></i>"}, 'can\'t parse entities: Unmatched end tag, expected "</i>", found "</b>"'),
    ("table in words", {"html": "<p>a<hr></p>"}, 'can\'t parse entities: tag "hr" is misplaced in a rich message'),
]


@pytest.mark.parametrize(("rich", "why"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
async def test_refused(scene: Scene, rich: dict[str, Any], why: str) -> None:
    """What is over a limit or can't be read is refused, and nothing is sent."""
    before = len(scene.group.messages)

    answer = await send(scene, rich)

    assert (400, f"Bad Request: {why}") == (answer.status, answer.refusal)
    assert before == len(scene.group.messages)


async def test_limits(scene: Scene) -> None:
    """32,768 characters in 500 blocks, 16 deep, in 20 columns pass."""
    table = {"type": "table", "cells": [[cell("a")] * 20]}
    rest = [table, nested(16), *[paragraph()] * 481]
    used = 20 + 15 * len("more") + 1 + 481
    assert (await send(scene, {"blocks": [paragraph("a" * (32_768 - used)), *rest]})).status == 200
    assert (await send(scene, {"blocks": [paragraph("a" * (32_769 - used)), *rest]})).status == 400


async def test_buttons_inside(scene: Scene) -> None:
    """A button in a rich message is pressed like one below it."""
    row = {"type": "buttons", "buttons": [{"text": ["Ch", {"type": "bold", "text": "eck"}], "callback_data": "in"}]}
    sent = (await send(scene, {"blocks": [paragraph(), row]})).result
    message = scene.group.by_id[sent["message_id"]]

    press = scene.joon.presses(message, "Check")

    told = next(one["callback_query"] for one in await scene.api.read_all() if "callback_query" in one)
    assert (press.data, told["data"], told["message"]["message_id"]) == ("in", "in", sent["message_id"])


async def test_edits(scene: Scene) -> None:
    """A text becomes a rich message and a text again; an edit that changes nothing is refused."""
    sent = (await scene.api("sendMessage", chat_id=scene.group.id, text="plain")).result
    name = {"chat_id": scene.group.id, "message_id": sent["message_id"]}

    edited = (await scene.api("editMessageText", **name, rich_message={"html": "<h1>Rich</h1>"})).result
    assert ("text" in edited, edited["rich_message"]["blocks"][0]["text"]) == (False, "Rich")
    again = await scene.api("editMessageText", **name, rich_message={"html": "<h1>Rich</h1>"})
    assert "message is not modified" in again.refusal
    markup = (await scene.api("editMessageReplyMarkup", **name, reply_markup=keyboard("Go"))).result
    assert "rich_message" in markup
    back = (await scene.api("editMessageText", **name, text="plain")).result
    assert ("rich_message" in back, back["text"]) == (False, "plain")
    photo = (await album(scene, [item()])).result[0]
    refused = await scene.api(
        "editMessageText",
        chat_id=scene.group.id,
        message_id=photo["message_id"],
        rich_message={"html": "a"},
    )
    assert refused.refusal == "Bad Request: there is no text in the message to edit"


async def test_to_one_alone(scene: Scene) -> None:
    """A whispered rich message is seen by its receiver only, and edited as one."""
    to = {"receiver_user_id": scene.joon.id}
    sent = (await send(scene, {"blocks": REPORT}, ephemeral_message_parameters=to)).result

    assert (sent["message_id"], sent["receiver_user"]["id"]) == (0, scene.joon.id)
    whisper = scene.group.ephemeral[sent["ephemeral_message_id"]]
    assert (whisper.visible_to(scene.joon), whisper.visible_to(scene.mina)) == (True, False)
    name = {"chat_id": scene.group.id, **to, "ephemeral_message_id": sent["ephemeral_message_id"]}
    await scene.api("editEphemeralMessageText", **name, rich_message={"html": "<p>later</p>"})
    assert whisper.text == "later"
    await scene.api("editEphemeralMessageText", **name, text="plain")
    assert (whisper.text, whisper.body) == ("plain", {})


async def test_passed_on(scene: Scene) -> None:
    """A forward and a copy keep the blocks."""
    sent = (await send(scene, {"blocks": REPORT})).result
    name = {"chat_id": scene.group.id, "from_chat_id": scene.group.id, "message_id": sent["message_id"]}

    forward = (await scene.api("forwardMessage", **name)).result

    assert forward["rich_message"] == sent["rich_message"]


async def test_rights(plain_scene: Scene) -> None:
    """It needs the permission to write."""
    scene = plain_scene
    scene.group.permissions = Permissions(can_send_messages=False)

    answer = await send(scene, {"blocks": REPORT})

    assert answer.refusal == "Bad Request: not enough rights to send text messages to the chat"
