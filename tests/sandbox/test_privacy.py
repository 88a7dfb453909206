"""Which messages reach which bot."""

import pytest

from sandbox import Rights
from tests.sandbox.client import Scene


async def heard(scene: Scene) -> list[str]:
    """The texts that reached the bot since it was last asked."""
    return [one["message"].get("text", "") for one in await scene.api.read_all()]


@pytest.mark.parametrize(
    ("text", "reaches"),
    [
        ("hello", False),
        ("/start", True),
        ("/start@encore_test_bot now", True),
        ("/start@Encore_Test_Bot", True),
        ("/start@other_bot", False),
        ("see /start", False),
        ("see /start@encore_test_bot", True),
        ("@encore_test_bot hi", False),
    ],
)
async def test_privacy_mode(plain_scene: Scene, text: str, reaches: bool) -> None:
    """A plain bot with privacy mode hears commands that are meant for it."""
    plain_scene.joon.says(plain_scene.group, text)

    assert ([text] if reaches else []) == await heard(plain_scene)


async def test_replies_and_service_messages(plain_scene: Scene) -> None:
    """Replies to the bot and service messages reach it too."""
    scene = plain_scene
    await scene.api("sendMessage", chat_id=scene.group.id, text="card")

    scene.joon.says(scene.group, "nice", reply_to=scene.group.messages[-1])
    scene.joon.says(scene.group, "hm", reply_to=scene.group.messages[-1])
    scene.joon.leaves(scene.group)

    updates = await scene.api.read_all()
    assert [one["message"]["text"] for one in updates if "text" in one["message"]] == ["nice"]
    assert scene.joon.id == updates[-1]["message"]["left_chat_member"]["id"]


async def test_administrators_hear_everything(scene: Scene) -> None:
    """An administrator hears every message."""
    scene.joon.says(scene.group, "hello")

    assert await heard(scene) == ["hello"]


async def test_privacy_turned_off(scene: Scene) -> None:
    """A plain bot without privacy mode hears every message."""
    other = scene.telegram.add_bot("43:OTHER", "other_bot", "Other", reads_all=True)
    scene.mina.adds(other, scene.group)

    scene.joon.says(scene.group, "hello")

    assert scene.telegram.pending(other)[-1].payload["text"] == "hello"


async def test_private_chats(scene: Scene) -> None:
    """Everything in a private chat reaches its bot, and nobody else."""
    other = scene.telegram.add_bot("43:OTHER", "other_bot", "Other")
    scene.joon.starts(scene.bot, "from-story")

    scene.joon.says(scene.bot, "hello")

    assert await heard(scene) == ["/start from-story", "hello"]
    assert scene.telegram.pending(other) == []
    assert scene.mina.sees(scene.bot) == []


async def test_bots_do_not_hear_bots(scene: Scene) -> None:
    """A bot gets neither its own messages nor another bot's."""
    other = scene.telegram.add_bot("43:OTHER", "other_bot", "Other")
    scene.mina.adds(other, scene.group, Rights.full())
    before = len(scene.telegram.pending(other))
    await scene.api.read_all()

    await scene.api("sendMessage", chat_id=scene.group.id, text="hello")

    assert await heard(scene) == []
    assert before == len(scene.telegram.pending(other))


async def test_anonymous_administrator(scene: Scene) -> None:
    """An anonymous administrator's message comes from GroupAnonymousBot, with the group as `sender_chat`."""
    scene.mina.says_as_admin_anonymously(scene.group, "hello")

    got = (await scene.api.read_all())[-1]["message"]
    assert (1087968824, scene.group.id) == (got["from"]["id"], got["sender_chat"]["id"])
    assert got["from"]["is_bot"] is True


async def test_an_administrator_with_the_right_is_anonymous(scene: Scene) -> None:
    """Someone whose rights say so writes anonymously without asking."""
    scene.mina.promotes(scene.joon, scene.group, Rights(is_anonymous=True))

    scene.joon.says(scene.group, "hello")

    assert (await scene.api.read_all())[-1]["message"]["from"]["id"] == 1087968824


async def test_channel_as_a_user(scene: Scene) -> None:
    """A channel that speaks in a group comes from Channel_Bot, with itself as `sender_chat`."""
    channel = scene.telegram.add_channel("Mina's channel", scene.mina)

    channel.speaks_in(scene.group, "hello")

    got = (await scene.api.read_all())[-1]["message"]
    assert (136817688, channel.id) == (got["from"]["id"], got["sender_chat"]["id"])
    assert "is_automatic_forward" not in got


async def test_linked_channel(scene: Scene) -> None:
    """A linked channel's post is forwarded by 777000, marked as automatic."""
    channel = scene.telegram.add_channel("News", scene.mina, linked=scene.group)
    scene.mina.adds(scene.bot, channel, Rights(can_post_messages=True))
    await scene.api.read_all()

    post = channel.posts("today")

    first, second = await scene.api.read_all()
    assert ("today", "from" in first["channel_post"]) == (first["channel_post"]["text"], False)
    got = second["message"]
    assert (777000, channel.id, True) == (got["from"]["id"], got["sender_chat"]["id"], got["is_automatic_forward"])
    assert post.message_id == got["forward_origin"]["message_id"]
