"""Forums: topics, what is said in them, and who may make, close and delete them."""

from typing import Any

import pytest

from sandbox import CannotDoError, Chat, Rights, Topic
from sandbox.permissions import Permissions
from sandbox.topics import GENERAL
from tests.sandbox.client import Scene, keyboard


@pytest.fixture
async def forum(scene: Scene) -> Chat:
    """A forum of the scene's owner, in which the bot is an administrator who may not manage topics."""
    made = scene.telegram.add_group("Silk forum", scene.mina, forum=True)
    scene.joon.joins(made)
    scene.mina.adds(scene.bot, made, Rights(can_delete_messages=True))
    await scene.api.read_all()
    return made


@pytest.fixture
async def topic(scene: Scene, forum: Chat) -> Topic:
    """A topic of the owner's."""
    made = scene.mina.makes_topic(forum, "Drops")
    await scene.api.read_all()
    return made


def let_manage(scene: Scene, forum: Chat) -> None:
    """Give the bot every right in the forum."""
    scene.mina.promotes(scene.bot, forum, Rights.full())


async def test_what_is_said_in_a_topic_carries_it(scene: Scene, forum: Chat, topic: Topic) -> None:
    """A message in a topic names it and answers its creation; one in General names nothing."""
    scene.joon.says(forum, "hello", topic=topic)
    scene.joon.says(forum, "hello all")

    inside, general = [one["message"] for one in await scene.api.read_all()]
    assert (topic.thread_id, True) == (inside["message_thread_id"], inside["is_topic_message"])
    assert inside["reply_to_message"]["forum_topic_created"]["name"] == "Drops"
    assert inside["chat"]["is_forum"]
    assert not {"message_thread_id", "is_topic_message", "reply_to_message"} & general.keys()


async def test_an_answer_goes_where_the_question_is(scene: Scene, forum: Chat, topic: Topic) -> None:
    """A reply is written in the topic of what it answers, by people and by bots, whispered or not."""
    asked = scene.joon.says(forum, "how much?", topic=topic)

    reply = scene.mina.says(forum, "10", reply_to=asked)
    given: dict[str, Any] = {"chat_id": forum.id, "text": "10", "reply_parameters": {"message_id": asked.message_id}}
    said = await scene.api("sendMessage", **given)
    whisper = await scene.api("sendMessage", **given, ephemeral_message_parameters={"receiver_user_id": scene.joon.id})

    assert topic.thread_id == reply.thread
    assert (topic.thread_id, True) == (said.result["message_thread_id"], said.result["is_topic_message"])
    assert topic.thread_id == whisper.result["message_thread_id"]


@pytest.mark.parametrize("method", ["sendMessage", "sendPhoto", "sendDocument"])
async def test_a_bot_says_where_it_speaks(scene: Scene, forum: Chat, topic: Topic, method: str) -> None:
    """A send goes to the topic that it names, to General when it names none; an unknown topic is refused."""
    kind = method.removeprefix("send").lower()
    files = {"photo": "https://x.com/a.jpg", "document": "https://x.com/a.pdf"}
    content = {"text": "hi"} if kind == "message" else {kind: files[kind]}
    calls = [await scene.api(method, chat_id=forum.id, message_thread_id=topic.thread_id, **content)]
    calls.append(await scene.api(method, chat_id=forum.id, **content))

    assert [topic.thread_id, None] == [one.result.get("message_thread_id") for one in calls]
    # General has an id, but can't be named by it.
    for unknown in (999, calls[0].result["message_id"], GENERAL):
        refused = await scene.api(method, chat_id=forum.id, message_thread_id=unknown, **content)
        assert (refused.status, refused.refusal) == (400, "Bad Request: message thread not found")


async def test_whispers_and_presses_in_a_topic(scene: Scene, forum: Chat, topic: Topic) -> None:
    """A whisper goes to a topic like any message, and a press under either tells the topic."""
    given = {"chat_id": forum.id, "message_thread_id": topic.thread_id, "reply_markup": keyboard("Go")}
    whisper = await scene.api(
        "sendMessage", **given, text="psst", ephemeral_message_parameters={"receiver_user_id": scene.joon.id}
    )
    card = await scene.api("sendMessage", **given, text="card")
    await scene.api.read_all()

    scene.joon.presses(forum.ephemeral[whisper.result["ephemeral_message_id"]], "Go")
    scene.joon.presses(forum.by_id[card.result["message_id"]], "Go")

    threads = [one["callback_query"]["message"]["message_thread_id"] for one in await scene.api.read_all()]
    assert [topic.thread_id] * 2 == threads


async def test_a_closed_topic_refuses(scene: Scene, forum: Chat, topic: Topic) -> None:
    """Into a closed topic write only who may manage topics and who made it; a reopened one takes everybody."""
    send = {"chat_id": forum.id, "text": "hi", "message_thread_id": topic.thread_id}
    scene.mina.closes_topic(forum, topic)

    assert (await scene.api("sendMessage", **send)).refusal == "Bad Request: TOPIC_CLOSED"
    with pytest.raises(CannotDoError):
        scene.joon.says(forum, "hello", topic=topic)
    scene.mina.says(forum, "closed for today", topic=topic)
    let_manage(scene, forum)
    assert (await scene.api("sendMessage", **send)).status == 200

    scene.mina.promotes(scene.bot, forum, Rights())
    scene.mina.closes_topic(forum, topic, closed=False)
    assert (await scene.api("sendMessage", **send)).status == 200
    scene.joon.says(forum, "hello", topic=topic)
    told = [next(iter(one["message"].keys() & SERVICE), None) for one in await scene.api.read_all() if "message" in one]
    assert told == ["forum_topic_closed", None, "forum_topic_reopened", None]


SERVICE = {"forum_topic_closed", "forum_topic_reopened", "general_forum_topic_hidden", "general_forum_topic_unhidden"}


async def test_a_hidden_general_is_closed(scene: Scene, forum: Chat, topic: Topic) -> None:
    """Hiding General closes it, also to a bot that names no topic; reopening shows it again."""
    scene.mina.hides_general(forum)

    refused = await scene.api("sendMessage", chat_id=forum.id, text="hi")
    inside = await scene.api("sendMessage", chat_id=forum.id, text="hi", message_thread_id=topic.thread_id)
    assert refused.refusal == "Bad Request: TOPIC_CLOSED"
    assert inside.status == 200

    scene.mina.closes_topic(forum, forum.topics[GENERAL], closed=False)
    assert (await scene.api("sendMessage", chat_id=forum.id, text="hi")).status == 200
    assert not forum.topics[GENERAL].hidden


async def test_a_deleted_topic_takes_its_messages_along(scene: Scene, forum: Chat, topic: Topic) -> None:
    """What was said in a deleted topic is gone, nothing can be sent there, and no bot is told."""
    said = scene.joon.says(forum, "hello", topic=topic)
    kept = scene.joon.says(forum, "hello all")
    await scene.api.read_all()

    scene.mina.deletes_topic(forum, topic)

    assert (said.deleted, kept.deleted) == (True, False)
    refused = await scene.api("sendMessage", chat_id=forum.id, text="hi", message_thread_id=topic.thread_id)
    assert refused.refusal == "Bad Request: message thread not found"
    assert await scene.api.read_all() == []


async def test_plain_groups_ignore_threads(scene: Scene) -> None:
    """Outside forums a thread that isn't one of comments is ignored; answers to people carry one nonetheless."""
    sent = await scene.api("sendMessage", chat_id=scene.group.id, text="hi", message_thread_id=77)
    asked = scene.joon.says(scene.group, "how much?")
    scene.joon.says(scene.group, "well?", reply_to=asked)

    assert "message_thread_id" not in sent.result
    first, second = [one["message"] for one in await scene.api.read_all()]
    assert "message_thread_id" not in first
    assert (asked.message_id, False) == (second["message_thread_id"], "is_topic_message" in second)


async def test_a_forum_that_is_none_any_more(scene: Scene, forum: Chat, topic: Topic) -> None:
    """With topics turned off a send that names one arrives, and says nothing of topics."""
    scene.mina.makes_forum(forum, on=False)

    sent = await scene.api("sendMessage", chat_id=forum.id, text="hi", message_thread_id=topic.thread_id)

    assert not {"message_thread_id", "is_topic_message"} & sent.result.keys()
    assert "is_forum" not in sent.result["chat"]


async def test_a_bot_with_the_right_runs_topics(scene: Scene, forum: Chat) -> None:
    """A bot that may manage topics makes, renames, closes, reopens, unpins and deletes one, and hears of each step."""
    let_manage(scene, forum)
    await scene.api.read_all()
    made = await scene.api("createForumTopic", chat_id=forum.id, name="Streams", icon_color=16766590)
    thread = made.result["message_thread_id"]
    where = {"chat_id": forum.id, "message_thread_id": thread}
    assert (made.result["name"], made.result["icon_color"]) == ("Streams", 16766590)

    card = await scene.api("sendMessage", **where, text="card")
    await scene.api("pinChatMessage", chat_id=forum.id, message_id=card.result["message_id"])
    for method, more in (
        ("editForumTopic", {"name": "Live"}),
        ("closeForumTopic", {}),
        ("reopenForumTopic", {}),
        ("unpinAllForumTopicMessages", {}),
    ):
        assert (await scene.api(method, **where, **more)).result is True
    assert (forum.topics[thread].name, forum.pinned) == ("Live", [])
    assert (await scene.api("deleteForumTopic", **where)).result is True
    assert thread not in forum.topics
    for method in ("closeForumTopic", "reopenForumTopic", "deleteForumTopic", "unpinAllForumTopicMessages"):
        assert (await scene.api(method, **where)).refusal == "Bad Request: TOPIC_ID_INVALID"


async def test_a_bot_with_the_right_runs_general(scene: Scene, forum: Chat) -> None:
    """General is renamed, closed, reopened, hidden and shown by methods of its own; doing it twice is refused."""
    let_manage(scene, forum)
    general = forum.topics[GENERAL]

    for method, stands in (
        ("closeGeneralForumTopic", (True, False)),
        ("reopenGeneralForumTopic", (False, False)),
        ("hideGeneralForumTopic", (True, True)),
        ("unhideGeneralForumTopic", (True, False)),
    ):
        assert (await scene.api(method, chat_id=forum.id)).result is True
        assert stands == (general.closed, general.hidden), method
        assert (await scene.api(method, chat_id=forum.id)).refusal == "Bad Request: TOPIC_NOT_MODIFIED"
    assert (await scene.api("editGeneralForumTopic", chat_id=forum.id, name="Lobby")).result is True
    assert (await scene.api("unpinAllGeneralForumTopicMessages", chat_id=forum.id)).result is True
    assert general.name == "Lobby"


WITHOUT: list[tuple[str, dict[str, Any], str]] = [
    ("createForumTopic", {"name": "x"}, "not enough rights to create a topic"),
    ("editGeneralForumTopic", {"name": "x"}, "not enough rights to edit the topic"),
    ("closeGeneralForumTopic", {}, "not enough rights to edit the topic"),
    ("hideGeneralForumTopic", {}, "not enough rights to edit the topic"),
]
OF_TOPIC: list[tuple[str, dict[str, Any], str]] = [
    ("editForumTopic", {"name": "x"}, "not enough rights to edit the topic"),
    ("closeForumTopic", {}, "not enough rights to edit the topic"),
    ("reopenForumTopic", {}, "not enough rights to edit the topic"),
    ("deleteForumTopic", {}, "not enough rights to delete the topic"),
    ("unpinAllForumTopicMessages", {}, "not enough rights to manage pinned messages in the chat"),
]


@pytest.mark.parametrize(("method", "params", "why"), WITHOUT + OF_TOPIC, ids=[one[0] for one in WITHOUT + OF_TOPIC])
async def test_without_the_right(
    scene: Scene, forum: Chat, topic: Topic, method: str, params: dict[str, Any], why: str
) -> None:
    """Without its right each method is refused, and outside forums each one is."""
    scene.mina.promotes(scene.bot, forum, Rights())
    which = {"message_thread_id": topic.thread_id} if "Topic" in method and "General" not in method else {}
    which = {} if method == "createForumTopic" else which

    refused = await scene.api(method, chat_id=forum.id, **which, **params)
    assert f"Bad Request: {why}" == refused.refusal
    elsewhere = await scene.api(method, chat_id=scene.group.id, **which, **params)
    assert elsewhere.refusal == "Bad Request: the chat is not a forum"


async def test_people_need_rights_too(scene: Scene, forum: Chat, topic: Topic) -> None:
    """Who may not manage topics can't close others' or delete any; members make and close their own if they may."""
    for act in (
        lambda: scene.joon.closes_topic(forum, topic),
        lambda: scene.joon.renames_topic(forum, topic, "Mine"),
        lambda: scene.joon.deletes_topic(forum, topic),
        lambda: scene.joon.hides_general(forum),
        lambda: scene.joon.makes_forum(forum, on=False),
        lambda: scene.mina.deletes_topic(forum, forum.topics[GENERAL]),
        lambda: scene.mina.makes_topic(scene.group, "no forum"),
        lambda: scene.joon.says(scene.group, "no topic", topic=topic),
    ):
        with pytest.raises(CannotDoError):
            act()
    own = scene.joon.makes_topic(forum, "Chat")
    scene.joon.closes_topic(forum, own)
    scene.joon.says(forum, "mine", topic=own)
    scene.mina.sets_permissions(forum, Permissions(can_manage_topics=False))
    with pytest.raises(CannotDoError):
        scene.joon.makes_topic(forum, "Chat again")
    scene.mina.renames_topic(forum, own, "Small talk")
    assert own.name == "Small talk"
