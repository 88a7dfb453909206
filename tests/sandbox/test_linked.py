"""Channels with a discussion group, comments of people who never joined, and public groups."""

from collections.abc import Callable

import pytest

from sandbox import CannotDoError, Chat, Message, Person, Rights
from tests.sandbox.client import Scene, keyboard


@pytest.fixture
async def channel(scene: Scene) -> Chat:
    """A public channel whose discussion group is the scene's; the bot may post in it."""
    made = scene.telegram.add_channel("News", scene.mina, username="silk_news", linked=scene.group)
    scene.mina.adds(scene.bot, made, Rights.full())
    await scene.api.read_all()
    return made


async def post(scene: Scene, channel: Chat) -> Message:
    """A post of the bot's with a button."""
    sent = await scene.api("sendMessage", chat_id=channel.id, text="card", reply_markup=keyboard("Claim"))
    return channel.by_id[sent.result["message_id"]]


async def test_a_bots_post_is_copied_with_its_keyboard(scene: Scene, channel: Chat) -> None:
    """A bot that posts in the channel gets the copy in the group from 777000, with the keyboard."""
    said = await post(scene, channel)

    (update,) = await scene.api.read_all()
    got = update["message"]
    assert (777000, channel.id, scene.group.id) == (got["from"]["id"], got["sender_chat"]["id"], got["chat"]["id"])
    assert (got["is_automatic_forward"], got["reply_markup"]) == (True, keyboard("Claim"))
    assert {"type": "channel", "date": said.date, "chat": channel.json(), "message_id": said.message_id} == got[
        "forward_origin"
    ]
    for one, other in ((scene.group, channel), (channel, scene.group)):
        assert (await scene.api("getChat", chat_id=one.id)).result["linked_chat_id"] == other.id


async def test_presses_in_both(scene: Scene, channel: Chat, newcomer: Person) -> None:
    """A press names the message that was pressed: the channel's post or the group's copy."""
    said = await post(scene, channel)
    assert said.copy is not None
    await scene.api.read_all()

    newcomer.presses(said, "Claim")
    newcomer.presses(said.copy, "Claim")

    first, second = [one["callback_query"]["message"] for one in await scene.api.read_all()]
    assert (channel.id, said.message_id) == (first["chat"]["id"], first["message_id"])
    assert (scene.group.id, said.copy.message_id) == (second["chat"]["id"], second["message_id"])


async def test_edits_reach_the_copy(scene: Scene, channel: Chat) -> None:
    """An edit of the post changes the copy, which the bot can't edit itself."""
    said = await post(scene, channel)
    assert said.copy is not None
    await scene.api.read_all()

    await scene.api("editMessageText", chat_id=channel.id, message_id=said.message_id, text="gone")

    assert (said.copy.text, said.copy.buttons) == ("gone", [])
    assert (await scene.api.read_all())[-1]["edited_message"]["message_id"] == said.copy.message_id
    refused = await scene.api("editMessageText", chat_id=scene.group.id, message_id=said.copy.message_id, text="x")
    assert refused.refusal == "Bad Request: message can't be edited"
    scene.telegram.world.delivery.delete(said.copy)
    edited = await scene.api("editMessageText", chat_id=channel.id, message_id=said.message_id, text="back")
    assert edited.body["ok"]
    assert await scene.api.read_all() == []


async def test_comments_of_people_who_never_joined(scene: Scene, channel: Chat, newcomer: Person) -> None:
    """A reader's comment belongs to the post's thread; they are no member, and can't be whispered to."""
    said = channel.posts("today")

    comment = newcomer.comments(said, "nice")

    got = (await scene.api.read_all())[-1]["message"]
    assert said.copy is not None
    assert (newcomer.id, said.copy.message_id) == (got["from"]["id"], got["message_thread_id"])
    assert got["reply_to_message"]["message_id"] == said.copy.message_id
    found = await scene.api("getChatMember", chat_id=scene.group.id, user_id=newcomer.id)
    assert found.result["status"] == "left"
    only = {"receiver_user_id": newcomer.id}
    whisper = await scene.api("sendMessage", chat_id=scene.group.id, text="x", ephemeral_message_parameters=only)
    assert whisper.refusal == "Bad Request: USER_NOT_PARTICIPANT"
    private = await scene.api("sendMessage", chat_id=newcomer.id, text="x")
    assert private.refusal == "Forbidden: bot can't initiate conversation with a user"
    reply = {"message_id": comment.message_id}
    answer = await scene.api("sendMessage", chat_id=scene.group.id, text="thanks", reply_parameters=reply)
    assert answer.result["message_thread_id"] == said.copy.message_id


async def test_threads(scene: Scene, channel: Chat) -> None:
    """A bot writes into a post's thread by its id; any other thread isn't there."""
    said = channel.posts("today")
    assert said.copy is not None
    given = {"chat_id": scene.group.id, "text": "x"}

    sent = await scene.api("sendMessage", **given, message_thread_id=said.copy.message_id)

    assert sent.result["message_thread_id"] == said.copy.message_id
    other = await scene.api("sendMessage", **given, message_thread_id=sent.result["message_id"])
    assert other.refusal == "Bad Request: message thread not found"


def test_who_may_not_comment(scene: Scene, channel: Chat, newcomer: Person) -> None:
    """The banned don't comment, nobody comments what isn't a post, and a private channel's readers only do."""
    said = channel.posts("today")
    aside = scene.mina.says(scene.group, "hello")
    scene.mina.removes(scene.joon, scene.group)
    acts: tuple[Callable[[], object], ...] = (
        lambda: scene.joon.comments(said, "hi"),
        lambda: newcomer.comments(aside, "hi"),
    )
    for act in acts:
        with pytest.raises(CannotDoError):
            act()
    newcomer.comments(said, "hi")

    channel.username = None

    with pytest.raises(CannotDoError):
        newcomer.comments(said, "hi")
    newcomer.joins(channel)
    newcomer.comments(said, "hi")


async def test_a_public_group(scene: Scene, newcomer: Person) -> None:
    """Anyone sees a public group, presses and joins without a link; writing needs to join."""
    scene.group.username = "silk_room"
    sent = await scene.api("sendMessage", chat_id=scene.group.id, text="card", reply_markup=keyboard("Claim"))
    card = scene.group.by_id[sent.result["message_id"]]
    await scene.api.read_all()

    assert card in newcomer.sees(scene.group)
    newcomer.presses(card, "Claim")
    newcomer.forges(scene.group, card, "c:1")
    with pytest.raises(CannotDoError):
        newcomer.says(scene.group, "hello")

    assert [one["callback_query"]["from"]["id"] for one in await scene.api.read_all()] == [newcomer.id] * 2
    assert (await scene.api("getChat", chat_id="@silk_room")).result["username"] == "silk_room"
    newcomer.opens("https://t.me/silk_room")
    newcomer.says(scene.group, "hello")


async def test_a_bot_outside_of_a_public_group(scene: Scene) -> None:
    """A bot reads a public chat by its name without being in it, but neither writes there nor lists its members."""
    scene.telegram.add_group("Open", scene.mina, username="open_room")

    assert (await scene.api("getChat", chat_id="@open_room")).result["title"] == "Open"
    for method, params in (("sendMessage", {"text": "x"}), ("getChatAdministrators", {})):
        refused = await scene.api(method, chat_id="@open_room", **params)
        assert refused.status == 403
        assert refused.refusal == "Forbidden: bot is not a member of the supergroup chat"
