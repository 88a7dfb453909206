"""What a bot may ask about members, as an administrator, as a member and from outside."""

from collections.abc import Callable
from typing import Any

import pytest

from sandbox import CannotDoError, Rights
from tests.sandbox.client import Answer, Scene


async def ask(scene: Scene, user: int) -> Answer:
    """getChatMember in the scene's group."""
    return await scene.api("getChatMember", chat_id=scene.group.id, user_id=user)


async def test_a_plain_bot_sees_itself_and_the_administrators(plain_scene: Scene) -> None:
    """Where members are hidden, a plain bot may not ask about others, but lists who administers."""
    scene = plain_scene
    assert (await ask(scene, scene.joon.id)).result["status"] == "member"
    scene.mina.hides_members(scene.group)

    refused = await ask(scene, scene.joon.id)

    assert (refused.status, refused.refusal) == (400, "Bad Request: CHAT_ADMIN_REQUIRED")
    assert (await ask(scene, scene.mina.id)).refusal == refused.refusal
    assert (await ask(scene, scene.bot.id)).result["status"] == "member"
    listed = (await scene.api("getChatAdministrators", chat_id=scene.group.id)).result
    assert [(scene.mina.id, "creator", False)] == [(o["user"]["id"], o["status"], o["is_anonymous"]) for o in listed]


async def test_an_administrator_sees_hidden_members(scene: Scene) -> None:
    """A bot that administers asks about anyone; only administrators of a supergroup hide its members."""
    basic = scene.telegram.add_group("Basic", scene.mina, kind="group")
    acts: tuple[Callable[[], object], ...] = (
        lambda: scene.joon.hides_members(scene.group),
        lambda: scene.mina.hides_members(basic),
    )
    for act in acts:
        with pytest.raises(CannotDoError):
            act()

    scene.mina.hides_members(scene.group)

    assert (await ask(scene, scene.joon.id)).result["status"] == "member"


async def test_a_basic_group_shows_its_members(scene: Scene) -> None:
    """Every bot in a basic group may ask about its members."""
    group = scene.telegram.add_group("Basic", scene.mina, kind="group")
    scene.mina.adds(scene.joon, group)
    scene.mina.adds(scene.bot, group)

    found = await scene.api("getChatMember", chat_id=group.id, user_id=scene.joon.id)

    assert found.result["status"] == "member"


async def test_a_channel_lists_nobody_to_members(scene: Scene) -> None:
    """A bot that was an administrator of a channel and no longer is learns nothing of its readers."""
    channel = scene.telegram.add_channel("News", scene.mina)
    scene.mina.adds(scene.bot, channel, Rights.full())
    scene.mina.promotes(scene.bot, channel, None)

    refused = await scene.api("getChatMember", chat_id=channel.id, user_id=scene.mina.id)

    assert refused.refusal == "Bad Request: member list is inaccessible"


async def test_administrators_with_and_without_bots(scene: Scene) -> None:
    """The bot itself is listed if it administers; other bots only if asked for; the anonymous say so."""
    other = scene.telegram.add_bot("43:OTHER", "other_bot", "Other")
    scene.mina.adds(other, scene.group, Rights.full())
    scene.mina.promotes(scene.joon, scene.group, Rights(is_anonymous=True))
    scene.mina.promotes(scene.mina, scene.group, Rights(is_anonymous=True))

    async def listed(**params: Any) -> dict[int, bool]:
        found = (await scene.api("getChatAdministrators", chat_id=scene.group.id, **params)).result
        return {one["user"]["id"]: one["is_anonymous"] for one in found}

    people = {scene.mina.id: True, scene.joon.id: True, scene.bot.id: False}
    assert people == await listed()
    assert people | {other.id: False} == await listed(return_bots=True)


@pytest.mark.parametrize("method", ["getChatAdministrators", "getChatMember"])
async def test_from_outside(scene: Scene, method: str) -> None:
    """A bot that left, was removed or never came learns nothing of a group's members."""
    strange = scene.telegram.add_group("Other", scene.mina)

    async def asked(chat: int) -> tuple[int, str]:
        params = {"user_id": scene.mina.id} if method == "getChatMember" else {}
        answer = await scene.api(method, chat_id=chat, **params)
        return answer.status, answer.refusal

    assert await asked(strange.id) == (400, "Bad Request: chat not found")
    await scene.api("leaveChat", chat_id=scene.group.id)
    assert await asked(scene.group.id) == (403, "Forbidden: bot is not a member of the supergroup chat")
    scene.mina.removes(scene.bot, scene.group)
    assert await asked(scene.group.id) == (403, "Forbidden: bot was kicked from the supergroup chat")


async def test_anonymous_in_several_groups(scene: Scene) -> None:
    """One person may be anonymous in several groups: each message names its own group, and a press names them."""
    second = scene.telegram.add_group("Tea room", scene.mina)
    scene.mina.adds(scene.joon, second)
    scene.mina.adds(scene.bot, second, Rights.full())
    for group in (scene.group, second):
        scene.mina.promotes(scene.joon, group, Rights(is_anonymous=True))
    await scene.api.read_all()

    for group in (scene.group, second):
        scene.joon.says(group, "/raffles")

    told = [one["message"] for one in await scene.api.read_all()]
    assert [(1087968824, scene.group.id), (1087968824, second.id)] == [
        (one["from"]["id"], one["sender_chat"]["id"]) for one in told
    ]
