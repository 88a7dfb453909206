"""Coming, going, promotions and the upgrade; which chats a bot may use."""

from typing import Any

import pytest

from sandbox import CannotDoError, Rights
from tests.sandbox.client import Answer, Scene


async def send(scene: Scene, chat: int) -> Answer:
    """A send to some chat."""
    return await scene.api("sendMessage", chat_id=chat, text="x")


def statuses(update: dict[str, Any]) -> tuple[str, str]:
    """The old and the new status of a my_chat_member."""
    change = update["my_chat_member"]
    return change["old_chat_member"]["status"], change["new_chat_member"]["status"]


async def test_bot_is_added_promoted_and_removed(scene: Scene) -> None:
    """The bot hears of itself as my_chat_member, and of its coming and going in service messages."""
    group = scene.telegram.add_group("New room", scene.mina)

    scene.mina.adds(scene.bot, group)
    scene.mina.promotes(scene.bot, group, Rights(can_invite_users=True))
    scene.mina.removes(scene.bot, group)

    added, joined, promoted, left, removed = await scene.api.read_all()
    assert statuses(added) == ("left", "member")
    assert scene.mina.id == added["my_chat_member"]["from"]["id"]
    assert [scene.bot.id] == [one["id"] for one in joined["message"]["new_chat_members"]]
    assert statuses(promoted) == ("member", "administrator")
    rights = promoted["my_chat_member"]["new_chat_member"]
    assert (rights["can_invite_users"], rights["can_pin_messages"]) == (True, False)
    assert "can_post_messages" not in rights
    assert scene.bot.id == left["message"]["left_chat_member"]["id"]
    assert statuses(removed) == ("administrator", "kicked")


async def test_people_come_and_go(scene: Scene) -> None:
    """People's joins and leaves are service messages."""
    anna = scene.telegram.add_user("Anna")

    anna.joins(scene.group)
    anna.leaves(scene.group)
    scene.joon.adds(anna, scene.group)

    first, second, third = [one["message"] for one in await scene.api.read_all()]
    assert anna.id == first["new_chat_members"][0]["id"] == first["from"]["id"]
    assert anna.id == second["left_chat_member"]["id"]
    assert (scene.joon.id, anna.id) == (third["from"]["id"], third["new_chat_members"][0]["id"])


async def test_a_nothing_changes_nothing(scene: Scene) -> None:
    """A promotion to what someone already is sends no update."""
    scene.mina.promotes(scene.bot, scene.group, Rights.full())

    assert await scene.api.read_all() == []


async def test_unknown_chats(scene: Scene) -> None:
    """Chats that the bot never was in aren't found, nor are people whom it never met."""
    other, stranger = scene.telegram.add_group("Other", scene.mina), scene.telegram.add_user("Stranger")

    for chat in (other.id, -5, stranger.id, 5, "@nobody", "abc"):
        answer = await scene.api("sendMessage", chat_id=chat, text="x")
        assert (answer.status, answer.refusal) == (400, "Bad Request: chat not found")


@pytest.mark.parametrize(("kind", "name"), [("group", "group chat"), ("supergroup", "supergroup chat")])
async def test_removed_from_a_group(scene: Scene, kind: Any, name: str) -> None:
    """A bot that was removed or left is told so, and whether it may come back."""
    group = scene.telegram.add_group("Room", scene.mina, kind=kind)
    scene.mina.adds(scene.bot, group)
    scene.mina.removes(scene.bot, group)
    kicked = await send(scene, group.id)
    scene.mina.adds(scene.bot, group)

    assert (await scene.api("leaveChat", chat_id=group.id)).result is True
    left = await send(scene, group.id)

    assert (403, f"Forbidden: bot was kicked from the {name}") == (kicked.status, kicked.refusal)
    assert (403, f"Forbidden: bot is not a member of the {name}") == (left.status, left.refusal)


async def test_people_who_cannot_be_reached(scene: Scene) -> None:
    """A bot writes to those who started it, didn't block it and still exist."""
    first = await send(scene, scene.joon.id)
    scene.joon.starts(scene.bot)
    second = await send(scene, scene.joon.id)
    scene.joon.blocks(scene.bot)
    third = await send(scene, scene.joon.id)
    scene.joon.starts(scene.bot)
    fourth = await send(scene, scene.joon.id)
    scene.joon.deactivated = True
    fifth = await send(scene, scene.joon.id)

    assert (first.status, first.refusal) == (403, "Forbidden: bot can't initiate conversation with a user")
    assert second.body["ok"]
    assert (third.status, third.refusal) == (403, "Forbidden: bot was blocked by the user")
    assert fourth.body["ok"]
    assert (fifth.status, fifth.refusal) == (403, "Forbidden: user is deactivated")


async def test_blocks_are_told(scene: Scene) -> None:
    """my_chat_member in the private chat tells of a block and of its end."""
    scene.joon.starts(scene.bot)
    scene.joon.blocks(scene.bot)
    scene.joon.starts(scene.bot)

    changes = [one for one in await scene.api.read_all() if "my_chat_member" in one]

    assert [statuses(one) for one in changes] == [("member", "kicked"), ("kicked", "member")]
    assert scene.joon.id == changes[0]["my_chat_member"]["chat"]["id"]


async def test_bots_do_not_write_to_bots(scene: Scene) -> None:
    """Bots are forbidden to write to bots, and to themselves."""
    other = scene.telegram.add_bot("43:OTHER", "other_bot", "Other")

    assert (await send(scene, other.id)).refusal == "Forbidden: bot can't send messages to bots"
    assert (await send(scene, scene.bot.id)).refusal == "Forbidden: bot can't send messages to the bot itself"


async def test_upgrade(scene: Scene) -> None:
    """A basic group that becomes a supergroup answers with its new id, in calls and in service messages."""
    old = scene.telegram.add_group("Room", scene.mina, kind="group")
    scene.mina.adds(scene.bot, old, Rights.full())
    await scene.api.read_all()

    new = scene.telegram.upgrade(old)

    answer = await send(scene, old.id)
    assert (answer.status, answer.refusal) == (400, "Bad Request: group chat was upgraded to a supergroup chat")
    assert {"migrate_to_chat_id": new.id} == answer.parameters
    first, second = [one["message"] for one in await scene.api.read_all()]
    assert (old.id, new.id) == (first["chat"]["id"], first["migrate_to_chat_id"])
    assert (new.id, old.id) == (second["chat"]["id"], second["migrate_from_chat_id"])
    assert (await send(scene, new.id)).body["ok"]
    assert (await scene.api("getChat", chat_id=old.id)).result["type"] == "group"
    assert (await scene.api("leaveChat", chat_id=old.id)).refusal == "Bad Request: chat is deactivated"
    with pytest.raises(CannotDoError):
        scene.mina.says(old, "hello")
    scene.mina.says(new, "hello")


async def test_questions_about_members(scene: Scene) -> None:
    """getChatMember, getChatAdministrators, getChatMemberCount and getChat tell what is."""
    stranger, group = scene.telegram.add_user("Stranger"), scene.group.id

    async def status(user: int) -> str:
        return str((await scene.api("getChatMember", chat_id=group, user_id=user)).result["status"])

    assert [await status(one.id) for one in (scene.mina, scene.joon, scene.bot, stranger)] == [
        "creator",
        "member",
        "administrator",
        "left",
    ]
    unknown = await scene.api("getChatMember", chat_id=group, user_id=5)
    assert unknown.refusal == "Bad Request: user not found"
    administrators = (await scene.api("getChatAdministrators", chat_id=group)).result
    assert [scene.mina.id, scene.bot.id] == [one["user"]["id"] for one in administrators]
    assert (await scene.api("getChatMemberCount", chat_id=group)).result == 3
    assert (await scene.api("getChat", chat_id=group)).result["title"] == "Silk room"
    me = (await scene.api("getMe")).result
    assert (me["username"], me["can_read_all_group_messages"]) == ("encore_test_bot", False)


async def test_pins(scene: Scene) -> None:
    """Pinning needs the right, posts a service message and shows in getChat."""
    number = (await send(scene, scene.group.id)).result["message_id"]
    params = {"chat_id": scene.group.id, "message_id": number}

    assert (
        await scene.api("pinChatMessage", chat_id=scene.group.id, message_id=999)
    ).refusal == "Bad Request: message to pin not found"
    assert (await scene.api("pinChatMessage", **params)).result is True
    assert number == (await scene.api.read_all())[-1]["message"]["pinned_message"]["message_id"]
    chat = (await scene.api("getChat", chat_id=scene.group.id)).result
    assert number == chat["pinned_message"]["message_id"]
    scene.mina.promotes(scene.bot, scene.group, Rights())
    refused = await scene.api("unpinChatMessage", **params)
    assert refused.refusal == "Bad Request: not enough rights to manage pinned messages in the chat"
    scene.mina.promotes(scene.bot, scene.group, Rights.full())
    assert (await scene.api("unpinChatMessage", chat_id=scene.group.id)).result is True
    nothing = await scene.api("unpinChatMessage", chat_id=scene.group.id)
    assert nothing.refusal == "Bad Request: message to unpin not found"


async def test_private_chats_have_no_members(scene: Scene) -> None:
    """Some questions make no sense in a private chat."""
    scene.joon.starts(scene.bot)
    chat = {"chat_id": scene.joon.id}

    assert (await scene.api("sendChatAction", **chat, action="typing")).result is True
    assert (await scene.api("getChatMemberCount", **chat)).result == 2
    assert (await scene.api("getChat", **chat)).result["type"] == "private"
    assert "there are no administrators" in (await scene.api("getChatAdministrators", **chat)).refusal
    assert "can't be changed in private chats" in (await scene.api("leaveChat", **chat)).refusal
    assert "can't invite members" in (await scene.api("createChatInviteLink", **chat)).refusal


def test_apps_refuse_too(scene: Scene) -> None:
    """What an app wouldn't let a person do raises CannotDoError."""
    stranger = scene.telegram.add_user("Stranger")

    for act in (
        lambda: stranger.says(scene.group, "hello"),
        lambda: stranger.says(scene.bot, "hello"),
        lambda: scene.joon.promotes(stranger, scene.group, Rights()),
        lambda: scene.joon.removes(scene.mina, scene.group),
        lambda: scene.joon.says_as_admin_anonymously(scene.group, "hello"),
        lambda: scene.joon.joins(scene.group),
        lambda: stranger.leaves(scene.group),
        lambda: scene.mina.adds(scene.bot, scene.group),
        lambda: scene.joon.adds(stranger, scene.group, Rights()),
        lambda: scene.mina.promotes(stranger, scene.group, Rights()),
        lambda: scene.mina.adds(scene.bot, scene.telegram.add_channel("News", scene.mina)),
        lambda: scene.telegram.upgrade(scene.group),
        lambda: scene.joon.deletes(scene.mina.says(scene.group, "mine")),
        lambda: scene.joon.edits(scene.mina.says(scene.group, "mine"), "yours"),
    ):
        with pytest.raises(CannotDoError):
            act()
    for text in ("", " \n", "a" * 4097):
        with pytest.raises(ValueError, match="an app"):
            scene.joon.says(scene.group, text)
    with pytest.raises(ValueError, match="64 characters"):
        scene.joon.starts(scene.bot, "a" * 65)
