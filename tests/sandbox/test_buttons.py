"""What a button may do, and where."""

from typing import Any

import pytest

from sandbox import Chat, Rights
from tests.sandbox.client import Scene


def inline(**button: Any) -> dict[str, Any]:
    """An inline keyboard of one button."""
    return {"inline_keyboard": [[{"text": "Go", **button}]]}


def typed(**button: Any) -> dict[str, Any]:
    """A reply keyboard of one button."""
    return {"keyboard": [[{"text": "Go", **button}]]}


async def verdict(scene: Scene, chat: int, markup: dict[str, Any]) -> str:
    """Why a message with that keyboard is refused, nothing if it isn't."""
    answer = await scene.api("sendMessage", chat_id=chat, text="x", reply_markup=markup)
    return "" if answer.body["ok"] else answer.refusal.removeprefix("Bad Request: ")


@pytest.fixture
def channel(scene: Scene) -> Chat:
    """A channel in which the bot posts."""
    made = scene.telegram.add_channel("News", scene.mina)
    scene.mina.adds(scene.bot, made, Rights(can_post_messages=True))
    return made


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("tg://user?id=1", ""),
        ("ton://transfer/x", ""),
        ("t.me/x", ""),
        ("HTTPS://T.ME/x", ""),
        ("ftp://t.me/x", "Unsupported URL protocol"),
        ("javascript://t.me/x", "Unsupported URL protocol"),
        ("nodot", "Wrong HTTP URL"),
        ("http://localhost/", "Wrong HTTP URL"),
        ("https://t.me/a b", "Wrong HTTP URL"),
    ],
)
async def test_links(scene: Scene, url: str, why: str) -> None:
    """A link is http, https, tg or ton, and leads to a host with a dot."""
    told = f"inline keyboard button URL '{url}' is invalid: {why}" if why else ""

    assert told == await verdict(scene, scene.group.id, inline(url=url))


@pytest.mark.parametrize(
    "button",
    [{"web_app": {"url": "https://shop.example/"}}, {"pay": True}, {"callback_game": {}}],
    ids=["web_app", "pay", "callback_game"],
)
async def test_buttons_that_belong_elsewhere(scene: Scene, channel: Chat, button: dict[str, Any]) -> None:
    """Mini Apps open in private chats only; games and invoices have their own messages."""
    scene.mina.starts(scene.bot)
    for chat in (scene.group, channel):
        assert await verdict(scene, chat.id, inline(**button)) == "BUTTON_TYPE_INVALID"
    there = await verdict(scene, scene.mina.id, inline(**button))
    assert there == ("" if "web_app" in button else "BUTTON_TYPE_INVALID")


async def test_login_buttons(scene: Scene) -> None:
    """A login button opens pages of the site that is linked to the bot, by https."""
    login = inline(login_url={"url": "https://shop.example/login"})
    assert await verdict(scene, scene.group.id, login) == "BOT_DOMAIN_INVALID"

    scene.bot.login_domain = "shop.example"

    assert await verdict(scene, scene.group.id, login) == ""
    plain = await verdict(scene, scene.group.id, inline(login_url={"url": "http://shop.example/"}))
    why = "Only HTTPS links are allowed"
    assert plain == f"inline keyboard button login URL 'http://shop.example/' is invalid: {why}"


@pytest.mark.parametrize(
    ("button", "why"),
    [
        ({"request_contact": True}, "phone number can be requested in private chats only"),
        ({"request_location": True}, "location can be requested in private chats only"),
        ({"request_poll": {}}, "poll can be requested in private chats only"),
        ({"request_users": {"request_id": 1}}, "users can be requested in private chats only"),
        ({"request_chat": {"request_id": 1, "chat_is_channel": True}}, "chats can be requested in private chats only"),
        ({"web_app": {"url": "https://shop.example/"}}, "Web App buttons can be used in private chats only"),
        ({}, ""),
    ],
)
async def test_reply_keyboards(scene: Scene, channel: Chat, button: dict[str, Any], why: str) -> None:
    """A group isn't asked for contacts, places, polls or people; a channel takes no reply keyboard at all."""
    scene.mina.starts(scene.bot)

    assert await verdict(scene, scene.group.id, typed(**button)) == why
    assert await verdict(scene, channel.id, typed(**button)) == "inline keyboard expected"
    assert await verdict(scene, scene.mina.id, typed(**button)) == ""


@pytest.mark.parametrize("name", ["switch_inline_query", "switch_inline_query_current_chat"])
async def test_inline_queries_from_channels(scene: Scene, channel: Chat, name: str) -> None:
    """Readers of a channel don't know the bot, so no button writes its name for them."""
    scene.bot.inline = True
    why = "users will not be able to use the button without knowing bot's username"

    told = await verdict(scene, channel.id, inline(**{name: "card"}))

    assert told == f"can't use {name} button in a channel chat, because {why}"
    assert await verdict(scene, scene.group.id, inline(**{name: "card"})) == ""
