"""sendMessage: what Telegram refuses, and what the message looks like otherwise."""

from typing import Any

import pytest

from sandbox import Limits, Rights, Sandbox
from tests.sandbox.client import Scene, keyboard

WIDE = {"inline_keyboard": [[{"text": "a", "callback_data": "a"}] * 9]}
MANY = {"inline_keyboard": [[{"text": "a", "callback_data": "a"}]] * 101}


def one(**button: Any) -> dict[str, Any]:
    """A keyboard of one button."""
    return {"inline_keyboard": [[{"text": "a", **button}]]}


REFUSED: list[tuple[str, dict[str, Any], str]] = [
    ("reply to nothing", {"reply_parameters": {"message_id": 999}}, "message to be replied not found"),
    (
        "quote that isn't there",
        {"reply_parameters": {"message_id": 1, "quote": "nowhere"}},
        "QUOTE_TEXT_INVALID",
    ),
    (
        "reply to no id",
        {"reply_parameters": {}},
        "can't parse reply parameters: message identifier is not specified",
    ),
    (
        "paid broadcast",
        {"allow_paid_broadcast": True},
        "parameter allow_paid_broadcast of sendMessage is not played here",
    ),
    ("effect in a group", {"message_effect_id": "5104841245755180586"}, "EFFECT_ID_INVALID"),
    ("long data", {"reply_markup": one(callback_data="é" * 33)}, "BUTTON_DATA_INVALID"),
    (
        "blank label",
        {"reply_markup": one(text=" ", callback_data="a")},
        "inline keyboard button text must be non-empty",
    ),
    (
        "bad link",
        {"reply_markup": one(url="nodot")},
        "inline keyboard button URL 'nodot' is invalid: Wrong HTTP URL",
    ),
    ("long copy", {"reply_markup": one(copy_text={"text": "a" * 257})}, "BUTTON_COPY_TEXT_INVALID"),
    ("empty copy", {"reply_markup": one(copy_text={"text": ""})}, "BUTTON_COPY_TEXT_INVALID"),
    ("app in a group", {"reply_markup": one(web_app={"url": "https://x.com"})}, "BUTTON_TYPE_INVALID"),
    (
        "app without TLS",
        {"reply_markup": one(web_app={"url": "http://x.com"})},
        "inline keyboard button Web App URL 'http://x.com' is invalid: Only HTTPS links are allowed",
    ),
    ("pay button", {"reply_markup": one(pay=True)}, "BUTTON_TYPE_INVALID"),
    ("wide row", {"reply_markup": WIDE}, "a row of an inline keyboard holds at most 8 buttons"),
    ("101 buttons", {"reply_markup": MANY}, "REPLY_MARKUP_TOO_LONG"),
]


@pytest.mark.parametrize(("params", "why"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
async def test_refused(scene: Scene, params: dict[str, Any], why: str) -> None:
    """A message that Telegram doesn't take is refused in Telegram's words, and isn't sent."""
    before = len(scene.group.messages)

    answer = await scene.api("sendMessage", chat_id=scene.group.id, text="hello", **params)

    assert (400, f"Bad Request: {why}") == (answer.status, answer.refusal)
    assert before == len(scene.group.messages)


async def test_limits_of_a_keyboard(scene: Scene) -> None:
    """64 bytes of data, 256 characters to copy and 100 buttons pass."""
    rows: list[list[dict[str, Any]]]
    rows = [[{"text": "a", "callback_data": "a" * 64}] * 4 for _ in range(24)]
    rows += [[{"text": "a", "copy_text": {"text": "b" * 256}}] * 4]

    sent = (
        await scene.api("sendMessage", chat_id=scene.group.id, text="x", reply_markup={"inline_keyboard": rows})
    ).result

    assert rows == sent["reply_markup"]["inline_keyboard"]


async def test_reply(scene: Scene) -> None:
    """A reply carries the message it answers, without that message's own reply."""
    first = scene.joon.says(scene.group, "hello")
    second = scene.joon.says(scene.group, "again", reply_to=first)

    answer = await scene.api(
        "sendMessage",
        chat_id=scene.group.id,
        text="yes",
        reply_parameters={"message_id": second.message_id, "quote": "aga"},
    )

    assert answer.result["reply_to_message"]["text"] == "again"
    assert "reply_to_message" not in answer.result["reply_to_message"]
    assert answer.result["quote"] == {"text": "aga", "position": 0, "is_manual": True}


async def test_reply_in_another_chat(scene: Scene) -> None:
    """A reply to a message of another chat carries an `external_reply`."""
    asked = scene.joon.says(scene.group, "how much?")
    scene.joon.starts(scene.bot)
    reply = {"chat_id": scene.group.id, "message_id": asked.message_id}

    sent = (await scene.api("sendMessage", chat_id=scene.joon.id, text="12", reply_parameters=reply)).result

    assert "reply_to_message" not in sent
    assert asked.message_id == sent["external_reply"]["message_id"]
    assert scene.joon.id == sent["external_reply"]["origin"]["sender_user"]["id"]
    elsewhere = reply | {"chat_id": -5}
    refused = await scene.api("sendMessage", chat_id=scene.joon.id, text="12", reply_parameters=elsewhere)
    assert refused.refusal == "Bad Request: chat not found"


async def test_lenient_reply(scene: Scene) -> None:
    """`allow_sending_without_reply` sends without the message that is gone."""
    reply = {"message_id": 999, "allow_sending_without_reply": True}

    answer = await scene.api("sendMessage", chat_id=scene.group.id, text="x", reply_parameters=reply)

    assert "reply_to_message" not in answer.result


async def test_reply_to_zero(scene: Scene) -> None:
    """A `message_id` of 0, an ephemeral message's, names no message."""
    answer = await scene.api("sendMessage", chat_id=scene.group.id, text="x", reply_parameters={"message_id": 0})

    assert "reply_to_message" not in answer.result


async def test_private_chat(scene: Scene) -> None:
    """In a private chat an effect, a Web App and a reply keyboard pass."""
    scene.mina.starts(scene.bot)
    chat = scene.mina.id

    effect = await scene.api("sendMessage", chat_id=chat, text="x", message_effect_id="5104841245755180586")
    app = await scene.api("sendMessage", chat_id=chat, text="x", reply_markup=one(web_app={"url": "https://x.com"}))
    reply_keyboard = {"keyboard": [[{"text": "Yes"}]], "resize_keyboard": True}
    keyed = await scene.api("sendMessage", chat_id=chat, text="x", reply_markup=reply_keyboard)

    assert effect.result["effect_id"] == "5104841245755180586"
    assert app.result["chat"]["type"] == "private"
    assert "reply_markup" not in keyed.result
    edited = await scene.api("editMessageText", chat_id=chat, message_id=keyed.result["message_id"], text="y")
    assert edited.refusal == "Bad Request: message can't be edited"


async def test_link_preview(scene: Scene) -> None:
    """Preview options are kept only where they make a difference."""

    async def kept(text: str, **options: Any) -> Any:
        answer = await scene.api("sendMessage", chat_id=scene.group.id, text=text, link_preview_options=options)
        return answer.result.get("link_preview_options")

    assert await kept("no link", is_disabled=True) is None
    assert await kept("https://x.com", is_disabled=True) == {"is_disabled": True}
    assert await kept("https://x.com", prefer_small_media=True) is None


async def test_message_ids(scene: Scene) -> None:
    """Supergroups number their own messages; private chats and basic groups share a counter."""
    basic = scene.telegram.add_group("Basic", scene.mina, kind="group")
    scene.mina.adds(scene.bot, basic)
    start = scene.mina.starts(scene.bot)
    other = scene.telegram.add_group("Other", scene.mina)
    scene.mina.adds(scene.bot, other)

    async def sent(chat: int) -> int:
        return int((await scene.api("sendMessage", chat_id=chat, text="x")).result["message_id"])

    assert start.message_id + 1 == await sent(basic.id)
    assert start.message_id + 2 == await sent(scene.mina.id)
    assert await sent(other.id) == 2


async def test_by_username(scene: Scene) -> None:
    """A public chat is reached by its @username."""
    public = scene.telegram.add_group("Public", scene.mina, username="silkroom")
    scene.mina.adds(scene.bot, public)

    answer = await scene.api("sendMessage", chat_id="@SilkRoom", text="x")

    assert public.id == answer.result["chat"]["id"]


async def test_channel(scene: Scene) -> None:
    """A channel's posts have no `from`, and posting needs the right."""
    channel = scene.telegram.add_channel("News", scene.mina)
    scene.mina.adds(scene.bot, channel, Rights())
    refused = await scene.api("sendMessage", chat_id=channel.id, text="x")
    scene.mina.promotes(scene.bot, channel, Rights(can_post_messages=True))

    sent = (await scene.api("sendMessage", chat_id=channel.id, text="x", reply_markup=keyboard("Go"))).result

    assert refused.refusal == "Bad Request: need administrator rights in the channel chat"
    assert "from" not in sent
    assert channel.id == sent["sender_chat"]["id"]
    edited = await scene.api("editMessageText", chat_id=channel.id, message_id=sent["message_id"], text="y")
    assert edited.result["text"] == "y"


def test_limits_are_on_by_default() -> None:
    """A stand-in without arguments has Telegram's limits."""
    assert Limits() == Sandbox().world.flood.limits
