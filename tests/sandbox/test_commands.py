"""Command menus and descriptions."""

from typing import Any

import pytest

from tests.sandbox.client import Scene

REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"commands": [{"command": "/", "description": "x"}]}, "command must be non-empty"),
    ({"commands": [{"command": "a", "description": " "}]}, "command description must be non-empty"),
    ({"commands": [{"command": "a" * 33, "description": "x"}]}, "command length must not exceed 32"),
    (
        {"commands": [{"command": "a", "description": "x" * 257}]},
        "command description length must not exceed 256",
    ),
    ({"commands": [{"command": "Help", "description": "x"}]}, "BOT_COMMAND_INVALID"),
    ({"commands": [{"command": "a", "description": "x"}] * 101}, "BOT_COMMANDS_TOO_MUCH"),
    ({"commands": [], "language_code": "kor"}, "invalid language code specified"),
    ({"commands": [], "scope": {"type": "chat", "chat_id": -5}}, "chat not found"),
    ({"commands": [{"command": "a"}]}, "can't parse BotCommand: Can't find field \"description\""),
]


@pytest.mark.parametrize(("params", "why"), REFUSED)
async def test_refused(scene: Scene, params: dict[str, Any], why: str) -> None:
    """Names, descriptions, languages and scopes have their rules."""
    assert f"Bad Request: {why}" == (await scene.api("setMyCommands", **params)).refusal


async def test_one_list_for_each_scope_and_language(scene: Scene) -> None:
    """Lists are kept apart, trimmed, and deleted one by one."""
    scope = {"type": "chat_member", "chat_id": scene.group.id, "user_id": scene.joon.id}
    await scene.api("setMyCommands", commands=[{"command": "/help ", "description": " Help "}])
    await scene.api("setMyCommands", commands=[{"command": "me", "description": "나"}], language_code="ko")
    await scene.api("setMyCommands", commands=[{"command": "x", "description": "X"}], scope=scope)

    async def names(**params: Any) -> list[str]:
        return [one["command"] for one in (await scene.api("getMyCommands", **params)).result]

    assert await names() == ["help"]
    assert await names(language_code="ko") == ["me"]
    assert await names(scope=scope) == ["x"]
    assert await names(scope={"type": "all_group_chats"}) == []
    await scene.api("deleteMyCommands", language_code="ko")
    assert (await names(language_code="ko"), await names()) == ([], ["help"])


async def test_scopes_of_a_private_chat(scene: Scene) -> None:
    """A private chat takes only the scope `chat`."""
    scene.joon.starts(scene.bot)
    scope = {"type": "chat_administrators", "chat_id": scene.joon.id}

    refused = await scene.api("setMyCommands", commands=[], scope=scope)
    accepted = await scene.api("setMyCommands", commands=[], scope=scope | {"type": "chat"})

    assert refused.refusal == "Bad Request: can't use this BotCommandScope in the chat"
    assert accepted.result is True


async def test_descriptions(scene: Scene) -> None:
    """Descriptions have a language each and fall back to the one without."""
    await scene.api("setMyDescription", description="Hello")
    await scene.api("setMyShortDescription", short_description="Short")

    assert (await scene.api("getMyDescription", language_code="ko")).result == {"description": "Hello"}
    assert (await scene.api("getMyShortDescription")).result == {"short_description": "Short"}
    assert (await scene.api("getMyName")).result == {"name": "Encore"}
    long = await scene.api("setMyShortDescription", short_description="a" * 121)
    assert long.refusal == "Bad Request: bot short description is too long"
