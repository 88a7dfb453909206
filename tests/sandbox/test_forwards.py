"""Forwards, mentions that carry an id, and usernames that change hands."""

from collections.abc import Callable
from typing import Any

import pytest

from sandbox import Bot, CannotDoError, Chat, Message, Person, Rights
from tests.sandbox.client import Scene, keyboard


async def forwarded(scene: Scene, message: Message, where: Chat | Bot, by: Person) -> dict[str, Any]:
    """The forward as the bot gets it."""
    await scene.api.read_all()
    by.forwards(message, where)
    return dict((await scene.api.read_all())[-1]["message"])


async def test_a_forwarded_command(scene: Scene) -> None:
    """A command keeps its text and entities, comes from who forwards it, and tells whose it was and when."""
    said = scene.mina.says(scene.group, "/drop 100")
    scene.joon.starts(scene.bot)
    scene.telegram.clock.advance(60)

    for where in (scene.bot, scene.group):
        got = await forwarded(scene, said, where, scene.joon)
        assert (scene.joon.id, "/drop 100") == (got["from"]["id"], got["text"])
        assert got["entities"][0]["type"] == "bot_command"
        origin = got["forward_origin"]
        assert origin == {"type": "user", "date": said.date, "sender_user": scene.mina.json()}
        assert got["date"] >= said.date + 60


async def test_origins(scene: Scene) -> None:
    """Each origin has its type: hidden people, a group's name, a channel's post, a bot; a second forward keeps it."""
    scene.joon.starts(scene.bot)
    scene.mina.hides_forwards = True
    hidden = await forwarded(scene, scene.mina.says(scene.group, "a"), scene.bot, scene.joon)
    assert (hidden["forward_origin"]["type"], hidden["forward_origin"]["sender_user_name"]) == ("hidden_user", "Mina")
    anonymous = scene.mina.says_as_admin_anonymously(scene.group, "b")
    as_group = await forwarded(scene, anonymous, scene.bot, scene.joon)
    assert ("chat", scene.group.id) == (
        as_group["forward_origin"]["type"],
        as_group["forward_origin"]["sender_chat"]["id"],
    )
    channel = scene.telegram.add_channel("News", scene.mina, username="silk_news")
    post = channel.posts("c")
    of_channel = await forwarded(scene, post, scene.bot, scene.joon)
    assert ("channel", post.message_id) == (
        of_channel["forward_origin"]["type"],
        of_channel["forward_origin"]["message_id"],
    )
    sent = await scene.api("sendMessage", chat_id=scene.group.id, text="card", reply_markup=keyboard("Claim"))
    card = scene.joon.forwards(scene.group.by_id[sent.result["message_id"]], scene.group)
    again = await forwarded(scene, card, scene.bot, scene.joon)
    assert (scene.bot.id, "reply_markup" in again) == (again["forward_origin"]["sender_user"]["id"], False)


async def test_what_cannot_be_forwarded(scene: Scene, newcomer: Person) -> None:
    """Whispers, service messages, protected ones, what one doesn't see, and forwards can't be edited."""
    scene.joon.starts(scene.bot)
    only = {"receiver_user_id": scene.joon.id}
    await scene.api("sendMessage", chat_id=scene.group.id, text="x", ephemeral_message_parameters=only)
    whisper = scene.joon.sees(scene.group)[-1]
    await scene.api("sendMessage", chat_id=scene.group.id, text="x", protect_content=True)
    protected = scene.joon.sees(scene.group)[-1]
    service = next(one for one in scene.group.messages if one.service)
    said = scene.joon.says(scene.group, "mine")
    copy = scene.joon.forwards(said, scene.group)
    acts: tuple[Callable[[], object], ...] = (
        lambda: scene.joon.forwards(whisper, scene.bot),
        lambda: scene.joon.forwards(protected, scene.bot),
        lambda: scene.joon.forwards(service, scene.bot),
        lambda: newcomer.forwards(said, scene.group),
        lambda: scene.joon.edits(copy, "yours"),
    )
    for act in acts:
        with pytest.raises(CannotDoError):
            act()


async def test_a_mention_that_carries_an_id(scene: Scene) -> None:
    """Names chosen from the list carry the people's ids, in their order, with offsets in UTF-16."""
    ana = scene.telegram.add_user("Ana")
    ana.joins(scene.group)

    scene.joon.says(scene.group, "  /thanks 💜 Ana Ana Joon", mentions=[ana, ana, scene.joon])

    got = (await scene.api.read_all())[-1]["message"]
    assert [(one["type"], one["offset"], one["length"]) for one in got["entities"]] == [
        ("bot_command", 0, 7),
        ("text_mention", 11, 3),
        ("text_mention", 15, 3),
        ("text_mention", 19, 4),
    ]
    assert [ana.json(), ana.json(), scene.joon.json()] == [one["user"] for one in got["entities"][1:]]
    with pytest.raises(ValueError, match="substring"):
        scene.joon.says(scene.group, "hello", mentions=[ana])


async def test_usernames_change_hands(scene: Scene, newcomer: Person) -> None:
    """A username belongs to one account or chat at a time, and to the next one as soon as it was given up."""
    scene.telegram.add_group("Public", scene.mina, username="silk_room")
    for taken in ("mina", "MINA", "encore_test_bot", "silk_room"):
        with pytest.raises(CannotDoError, match="USERNAME_OCCUPIED"):
            newcomer.takes_username(taken)

    scene.mina.takes_username(None)
    newcomer.takes_username("mina")
    newcomer.takes_username("Mina")
    newcomer.joins(scene.group)
    newcomer.says(scene.group, "hello")
    scene.mina.says(scene.group, "hello")

    first, second = [one["message"]["from"] for one in (await scene.api.read_all())[-2:]]
    assert (newcomer.id, "Mina") == (first["id"], first["username"])
    assert (scene.mina.id, False) == (second["id"], "username" in second)


async def test_anonymous_forwards(scene: Scene) -> None:
    """An anonymous administrator forwards in the group's name."""
    scene.mina.promotes(scene.joon, scene.group, Rights(is_anonymous=True))

    got = await forwarded(scene, scene.mina.says(scene.group, "a"), scene.group, scene.joon)

    assert (1087968824, scene.group.id) == (got["from"]["id"], got["sender_chat"]["id"])
