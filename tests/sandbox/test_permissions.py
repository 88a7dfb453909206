"""Bans, restrictions and a chat's permissions, for people and for the bot."""

from collections.abc import Callable
from typing import Any

import pytest

from sandbox import CannotDoError, Document, Permissions, Rights
from tests.sandbox.client import Scene, keyboard

MUTED = Permissions(can_send_messages=False)


async def changes(scene: Scene) -> list[tuple[str, str, str]]:
    """Who, old status and new status of each chat_member that came."""
    told = [one["chat_member"] for one in await scene.api.read_all() if "chat_member" in one]
    return [
        (
            one["new_chat_member"]["user"]["first_name"],
            *(one[f"{when}_chat_member"]["status"] for when in ("old", "new")),
        )
        for one in told
    ]


async def standing(scene: Scene) -> dict[str, Any]:
    """What getChatMember says of Joon."""
    return dict((await scene.api("getChatMember", chat_id=scene.group.id, user_id=scene.joon.id)).result)


async def test_a_ban_holds_until_it_is_taken_back(scene: Scene) -> None:
    """A banned person is told of, neither returns by a link nor writes nor presses, until unbanned."""
    await scene.api.updates(allowed_updates=["chat_member", "message"])
    link = (await scene.api("createChatInviteLink", chat_id=scene.group.id)).result["invite_link"]
    sent = await scene.api("sendMessage", chat_id=scene.group.id, text="card", reply_markup=keyboard("Claim"))
    card = scene.group.by_id[sent.result["message_id"]]

    scene.mina.removes(scene.joon, scene.group)

    updates = await scene.api.read_all()
    assert [scene.joon.id] == [one["message"]["left_chat_member"]["id"] for one in updates if "message" in one]
    assert (await standing(scene))["status"] == "kicked"
    acts: tuple[Callable[[], object], ...] = (
        lambda: scene.joon.joins(scene.group, link),
        lambda: scene.joon.says(scene.group, "hello"),
        lambda: scene.joon.presses(card, "Claim"),
        lambda: scene.mina.unbans(scene.mina, scene.group),
    )
    for act in acts:
        with pytest.raises((CannotDoError, KeyError)):
            act()
    scene.mina.unbans(scene.joon, scene.group)
    assert await changes(scene) == [("Joon", "kicked", "left")]
    scene.joon.joins(scene.group, link)
    assert scene.group.has(scene.joon)


async def test_who_may_ban(scene: Scene) -> None:
    """A ban needs the right; a stranger can be banned before they come, and a member can't add a banned person."""
    stranger, helper = scene.telegram.add_user("Stranger"), scene.telegram.add_user("Helper")
    helper.joins(scene.group)
    scene.mina.promotes(helper, scene.group, Rights(can_restrict_members=True))
    with pytest.raises(CannotDoError):
        scene.joon.removes(stranger, scene.group)

    helper.removes(stranger, scene.group)

    acts: tuple[Callable[[], object], ...] = (
        lambda: stranger.joins(scene.group),
        lambda: scene.joon.adds(stranger, scene.group),
    )
    for act in acts:
        with pytest.raises(CannotDoError):
            act()
    helper.adds(stranger, scene.group)
    assert scene.group.has(stranger)


async def test_a_restricted_person(scene: Scene) -> None:
    """A restriction is told, stops the person's messages, outlives leaving, and ends when it is taken back."""
    await scene.api.updates(allowed_updates=["chat_member"])
    scene.mina.restricts(scene.joon, scene.group, MUTED)
    shown = await standing(scene)
    assert (
        shown["status"],
        shown["is_member"],
        shown["can_send_messages"],
        shown["can_send_photos"],
    ) == ("restricted", True, False, True)
    with pytest.raises(CannotDoError):
        scene.joon.says(scene.group, "hello")
    scene.joon.says(scene.group, photo=Document("a.png", b"x"))
    scene.joon.leaves(scene.group)
    assert (await standing(scene))["is_member"] is False
    scene.joon.joins(scene.group)
    assert (await standing(scene))["is_member"] is True
    assert [("Joon", "member", "restricted"), *[("Joon", "restricted", "restricted")] * 2] == await changes(scene)

    scene.mina.restricts(scene.joon, scene.group, None)

    assert await changes(scene) == [("Joon", "restricted", "member")]
    scene.joon.says(scene.group, "hello")


async def test_what_everyone_may_do(plain_scene: Scene) -> None:
    """Default permissions bind people and plain bots, show in getChat, and don't bind administrators."""
    scene = plain_scene
    scene.mina.sets_permissions(scene.group, MUTED)

    with pytest.raises(CannotDoError):
        scene.joon.says(scene.group, "hello")
    scene.mina.says(scene.group, "hello")
    refused = await scene.api("sendMessage", chat_id=scene.group.id, text="x")
    assert (
        refused.status,
        refused.refusal,
    ) == (400, "Bad Request: not enough rights to send text messages to the chat")
    shown = (await scene.api("getChat", chat_id=scene.group.id)).result["permissions"]
    assert (shown["can_send_messages"], shown["can_send_polls"]) == (False, True)
    scene.mina.promotes(scene.bot, scene.group, Rights())
    assert (await scene.api("sendMessage", chat_id=scene.group.id, text="x")).body["ok"]


async def test_a_restricted_bot(plain_scene: Scene) -> None:
    """A restricted bot hears of it, and each kind of message needs its own permission."""
    scene = plain_scene
    scene.mina.restricts(scene.bot, scene.group, Permissions(can_send_documents=False))

    changed = (await scene.api.read_all())[-1]["my_chat_member"]
    assert changed["new_chat_member"]["status"] == "restricted"
    assert (await scene.api("sendMessage", chat_id=scene.group.id, text="x")).body["ok"]
    refused = await scene.api("sendDocument", chat_id=scene.group.id, document="https://x.com/a.pdf")
    assert refused.refusal == "Bad Request: not enough rights to send documents to the chat"


def test_who_may_restrict(scene: Scene) -> None:
    """Restricting and the chat's permissions need the right; administrators and basic groups aren't restricted."""
    basic = scene.telegram.add_group("Basic", scene.mina, kind="group")
    channel = scene.telegram.add_channel("News", scene.mina)
    banned = scene.telegram.add_user("Ben")
    scene.mina.removes(banned, scene.group)
    scene.mina.adds(scene.joon, basic)
    acts: tuple[Callable[[], object], ...] = (
        lambda: scene.joon.restricts(scene.bot, scene.group, MUTED),
        lambda: scene.joon.sets_permissions(scene.group, MUTED),
        lambda: scene.mina.restricts(scene.bot, scene.group, MUTED),
        lambda: scene.mina.restricts(scene.joon, basic, MUTED),
        lambda: scene.mina.restricts(banned, scene.group, None),
        lambda: scene.mina.sets_permissions(channel, MUTED),
    )
    for act in acts:
        with pytest.raises(CannotDoError):
            act()


def test_members_who_may_not_react(scene: Scene) -> None:
    """Where members may not react they can still take a reaction back."""
    said = scene.mina.says(scene.group, "hello")
    scene.joon.reacts(said, "❤")
    scene.mina.sets_permissions(scene.group, Permissions(can_react_to_messages=False))

    with pytest.raises(CannotDoError):
        scene.joon.reacts(said, "👍")
    scene.joon.reacts(said, None)
    assert said.reactions == {}


def test_members_who_may_not_invite(scene: Scene) -> None:
    """Where members may not add people, only administrators with the right do."""
    anna = scene.telegram.add_user("Anna")
    scene.mina.sets_permissions(scene.group, Permissions(can_invite_users=False))

    with pytest.raises(CannotDoError):
        scene.joon.adds(anna, scene.group)
    scene.mina.adds(anna, scene.group)
