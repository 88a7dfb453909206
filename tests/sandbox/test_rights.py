"""What a bot may do in each kind of chat with which rights: one table, tried out."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from sandbox import Chat, Document, Message, Permissions, Rights
from tests.sandbox.client import Answer, Scene

Act = Callable[[Scene, Chat, Message], Awaitable[Answer]]


def call(method: str, **params: Any) -> Act:
    """A call about a chat."""

    async def act(scene: Scene, chat: Chat, other: Message) -> Answer:
        return await scene.api(method, chat_id=chat.id, **params)

    return act


def about(method: str) -> Act:
    """A call about somebody else's message."""

    async def act(scene: Scene, chat: Chat, other: Message) -> Answer:
        return await scene.api(method, chat_id=chat.id, message_id=other.message_id)

    return act


NEEDS: list[tuple[str, Act, str, str, str]] = [
    (
        "pin",
        about("pinChatMessage"),
        "can_pin_messages",
        "can_edit_messages",
        "not enough rights to manage pinned messages in the chat",
    ),
    ("delete", about("deleteMessage"), "can_delete_messages", "can_delete_messages", "message can't be deleted"),
    (
        "invite",
        call("createChatInviteLink"),
        "can_invite_users",
        "can_invite_users",
        "not enough rights to manage chat invite link",
    ),
    (
        "revoke",
        call("revokeChatInviteLink", invite_link="https://t.me/+x"),
        "can_invite_users",
        "can_invite_users",
        "not enough rights to manage chat invite link",
    ),
    (
        "approve",
        call("approveChatJoinRequest", user_id=1),
        "can_invite_users",
        "can_invite_users",
        "not enough rights",
    ),
]


ROWS = [row[1:] for row in NEEDS]
NAMES = [row[0] for row in NEEDS]


@pytest.mark.parametrize(("act", "in_group", "in_channel", "why"), ROWS, ids=NAMES)
@pytest.mark.parametrize("kind", ["supergroup", "channel"])
async def test_rights_of_an_administrator(
    scene: Scene, kind: str, act: Act, in_group: str, in_channel: str, why: str
) -> None:
    """Each act needs its own right: without it the refusal is Telegram's, with it alone the act goes further."""
    chat = scene.telegram.add_channel("News", scene.mina) if kind == "channel" else scene.group
    other = chat.posts("hello") if kind == "channel" else scene.joon.says(chat, "hello")
    right = in_channel if kind == "channel" else in_group
    without = {name: name != right for name in ("can_post_messages", *set(map(needed(kind), NEEDS)))}
    if chat.kind == "channel":
        scene.mina.adds(scene.bot, chat, Rights(**without))
    else:
        scene.mina.promotes(scene.bot, chat, Rights(**without))

    refused = await act(scene, chat, other)
    scene.mina.promotes(scene.bot, chat, Rights(**{right: True}))
    further = await act(scene, chat, other)

    assert (refused.status, refused.refusal) == (400, f"Bad Request: {why}")
    assert further.body["ok"] or further.refusal != refused.refusal


def needed(kind: str) -> Callable[[tuple[str, Act, str, str, str]], str]:
    """The right that a row needs in a channel, or elsewhere."""
    return lambda row: row[3] if kind == "channel" else row[2]


@pytest.mark.parametrize(("act", "why"), [(row[1], row[4]) for row in NEEDS], ids=NAMES)
async def test_what_everybody_may_bots_may_not(plain_scene: Scene, act: Act, why: str) -> None:
    """That all members may pin and invite here gives a bot nothing: a bot needs the right itself."""
    assert plain_scene.group.permissions == Permissions()
    other = plain_scene.joon.says(plain_scene.group, "hello")

    answer = await act(plain_scene, plain_scene.group, other)

    assert (answer.status, answer.refusal) == (400, f"Bad Request: {why}")


SENT: list[tuple[str, str, str]] = [
    ("sendMessage", "can_send_messages", "text messages"),
    ("sendPhoto", "can_send_photos", "photos"),
    ("sendDocument", "can_send_documents", "documents"),
    ("sendVideo", "can_send_videos", "videos"),
    ("sendAnimation", "can_send_other_messages", "animations"),
]


@pytest.mark.parametrize(("method", "permission", "called"), SENT)
@pytest.mark.parametrize("whose", ["chat", "bot"])
async def test_permission_of_each_kind(
    plain_scene: Scene, method: str, permission: str, called: str, whose: str
) -> None:
    """Each kind of message needs its permission, of the chat and of the bot; an administrator needs none."""
    scene = plain_scene
    internet = scene.telegram.internet
    internet.put("https://x.com/a.mp4", Document("a.mp4", b"film", "video/mp4"))
    internet.put("https://x.com/a.gif", Document("a.gif", b"GIF8", "image/gif"))
    ends = {"sendPhoto": "jpg", "sendDocument": "pdf", "sendVideo": "mp4", "sendAnimation": "gif"}
    what = {"text": "x"} if method == "sendMessage" else {method[4:].lower(): f"https://x.com/a.{ends[method]}"}
    lacking = Permissions(**{permission: False})
    if whose == "chat":
        scene.mina.sets_permissions(scene.group, lacking)
    else:
        scene.mina.restricts(scene.bot, scene.group, lacking)

    refused = await scene.api(method, chat_id=scene.group.id, **what)

    assert (refused.status, refused.refusal) == (
        400,
        f"Bad Request: not enough rights to send {called} to the chat",
    )
    scene.mina.restricts(scene.bot, scene.group, None)
    scene.mina.promotes(scene.bot, scene.group, Rights())
    assert (await scene.api(method, chat_id=scene.group.id, **what)).body["ok"]


async def test_channels(scene: Scene) -> None:
    """A bot posts in a channel with the right to post, edits what is others' with that to edit, and must be in it."""
    channel = scene.telegram.add_channel("News", scene.mina, username="silk_news")
    outside = await scene.api("sendMessage", chat_id="@silk_news", text="x")
    assert (outside.status, outside.refusal) == (403, "Forbidden: bot is not a member of the channel chat")
    scene.mina.adds(scene.bot, channel, Rights(can_edit_messages=True))
    post = channel.posts("hello")
    params = {"chat_id": channel.id, "message_id": post.message_id}

    refused = await scene.api("sendMessage", chat_id=channel.id, text="x")
    assert (refused.status, refused.refusal) == (400, "Bad Request: need administrator rights in the channel chat")
    assert (await scene.api("editMessageText", **params, text="hi")).body["ok"]
    scene.mina.promotes(scene.bot, channel, Rights(can_post_messages=True))
    assert (await scene.api("sendMessage", chat_id=channel.id, text="x")).body["ok"]
    assert (await scene.api("editMessageText", **params, text="x")).refusal == "Bad Request: message can't be edited"
    scene.mina.removes(scene.bot, channel)
    kicked = await scene.api("sendMessage", chat_id=channel.id, text="x")
    assert (kicked.status, kicked.refusal) == (403, "Forbidden: bot was kicked from the channel chat")


async def test_the_order_of_checks(plain_scene: Scene) -> None:
    """The request is judged before the chat, the chat before the content, the content before the permission."""
    scene = plain_scene
    scene.mina.sets_permissions(scene.group, Permissions.none())
    broken = {"inline_keyboard": [[{"text": "a", "url": "nodot"}]]}

    async def refusal(chat: int, text: str = "x", **more: Any) -> str:
        return (await scene.api("sendMessage", chat_id=chat, text=text, **more)).refusal.removeprefix("Bad Request: ")

    assert "Wrong HTTP URL" in await refusal(-1, "\u200b", reply_markup=broken)
    assert await refusal(-1, "\u200b") == "chat not found"
    missing = {"reply_parameters": {"message_id": 999}}
    assert await refusal(scene.group.id, "\u200b", **missing) == "message to be replied not found"
    assert await refusal(scene.group.id, "\u200b") == "text must be non-empty"
    long = {"inline_keyboard": [[{"text": "a", "callback_data": "a" * 65}]]}
    assert await refusal(scene.group.id, reply_markup=long) == "not enough rights to send text messages to the chat"
    scene.mina.sets_permissions(scene.group, Permissions())
    assert await refusal(scene.group.id, reply_markup=long) == "BUTTON_DATA_INVALID"
