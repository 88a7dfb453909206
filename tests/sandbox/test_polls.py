"""Polls: what Telegram takes, who votes, what bots hear, and how they end."""

from collections.abc import Callable
from typing import Any

import pytest

from sandbox import CannotDoError, Message, Permissions, Rights, Sandbox
from tests.sandbox.client import Answer, Scene, keyboard

OPTIONS = [{"text": "Silk"}, {"text": "Wool"}, {"text": "Linen"}]


async def ask(scene: Scene, **params: Any) -> Answer:
    """sendPoll in the group."""
    given = {"chat_id": scene.group.id, "question": "Which one?", "options": OPTIONS} | params
    return await scene.api("sendPoll", **given)


async def poll(scene: Scene, **params: Any) -> Message:
    """A poll that hangs in the group; nothing is pending."""
    sent = (await ask(scene, **params)).result
    await scene.api.read_all()
    return scene.group.by_id[sent["message_id"]]


REFUSED: list[tuple[str, dict[str, Any], str]] = [
    ("long question", {"question": "a" * 301}, "poll question length must not exceed 300"),
    ("blank question", {"question": " \u200b"}, "text must be non-empty"),
    ("no option", {"options": []}, "poll must have at least 1 option"),
    (
        "13 options",
        {"options": [{"text": str(number)} for number in range(13)]},
        "poll can't have more than 12 options",
    ),
    ("long option", {"options": [{"text": "a" * 101}]}, "poll options length must not exceed 100"),
    ("blank option", {"options": [{"text": " "}]}, "text must be non-empty"),
    ("options alike", {"options": [{"text": "a"}, {"text": "a "}]}, "POLL_OPTION_DUPLICATE"),
    ("quiz without answer", {"type": "quiz"}, "wrong correct option ID specified"),
    ("quiz's answer out of range", {"type": "quiz", "correct_option_ids": [3]}, "wrong correct option ID specified"),
    ("quiz's answers fall", {"type": "quiz", "correct_option_ids": [1, 0]}, "wrong correct option ID specified"),
    (
        "long explanation",
        {"type": "quiz", "correct_option_ids": [0], "explanation": "a" * 201},
        "POLL_EXPLANATION_INVALID",
    ),
    ("ends at once", {"open_period": 4}, "POLL_CLOSE_DATE_INVALID"),
    ("ends in a year", {"open_period": 2_628_001}, "POLL_CLOSE_DATE_INVALID"),
    ("ended", {"close_date": 1_799_999_999}, "POLL_CLOSE_DATE_INVALID"),
    ("two ends", {"open_period": 60, "close_date": 1_800_000_100}, "POLL_CLOSE_DATE_INVALID"),
    ("anonymous and growing", {"allow_adding_options": True}, "POLL_ADD_ANSWER_NOT_ALLOWED"),
    ("members only in a group", {"members_only": True}, "POLL_MEMBERS_ONLY_NOT_ALLOWED"),
]


@pytest.mark.parametrize(("params", "why"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
async def test_refused(scene: Scene, params: dict[str, Any], why: str) -> None:
    """A poll that Telegram doesn't take is refused, and isn't sent."""
    before = len(scene.group.messages)

    answer = await ask(scene, **params)

    assert (400, f"Bad Request: {why}") == (answer.status, answer.refusal)
    assert before == len(scene.group.messages)


async def test_limits(scene: Scene) -> None:
    """300 characters over 12 options of 100 pass, also as a form post."""
    options = [{"text": f"{number:02}" + "a" * 98} for number in range(12)]

    assert (await ask(scene, question="a" * 300, options=options)).status == 200
    sent = await scene.api.form(
        "sendPoll", chat_id=str(scene.group.id), question="One?", options=[{"text": "yes"}], is_anonymous="false"
    )
    assert sent.result["poll"]["is_anonymous"] is False


async def test_votes(scene: Scene) -> None:
    """The sender hears who voted for what, then the new counts; a changed vote too, a repeated one not."""
    message = await poll(scene, is_anonymous=False, allows_multiple_answers=True)

    scene.joon.votes(message, "Wool", "Silk")
    scene.joon.votes(message, 1, 0)
    scene.joon.votes(message)

    told = await scene.api.read_all()
    answers = [one["poll_answer"] for one in told if "poll_answer" in one]
    counts = [[one["voter_count"] for one in update["poll"]["options"]] for update in told if "poll" in update]
    assert [one["option_ids"] for one in answers] == [[0, 1], []]
    assert [one["option_persistent_ids"] for one in answers] == [["0", "1"], []]
    assert {one["user"]["id"] for one in answers} == {scene.joon.id}
    assert counts == [[1, 1, 0], [0, 0, 0]]
    assert [next(iter(one.keys() - {"update_id"})) for one in told] == ["poll_answer", "poll", "poll_answer", "poll"]


async def test_an_anonymous_poll_names_nobody(scene: Scene) -> None:
    """Of an anonymous poll the sender gets counts only, other bots nothing."""
    message = await poll(scene)
    other = scene.telegram.add_bot("43:OTHER", "other_bot", "Other")
    scene.mina.adds(other, scene.group)

    scene.joon.votes(message, "Silk")

    told = await scene.api.read_all()
    assert [one for one in told if "poll_answer" in one] == []
    assert told[-1]["poll"]["total_voter_count"] == 1
    assert not [one for one in scene.telegram.sent(other) if one.kind.startswith("poll")]


async def test_an_anonymous_administrator_votes_as_the_group(scene: Scene) -> None:
    """The vote of an administrator who stays anonymous carries voter_chat."""
    message = await poll(scene, is_anonymous=False)
    scene.mina.promotes(scene.mina, scene.group, Rights(is_anonymous=True))

    scene.mina.votes(message, "Silk")

    answer = next(one["poll_answer"] for one in await scene.api.read_all() if "poll_answer" in one)
    assert answer["voter_chat"]["id"] == scene.group.id
    assert "user" not in answer


async def test_votes_that_an_app_refuses(scene: Scene) -> None:
    """Two options of one, an unknown one, a changed quiz, a stranger and a closed poll are refused in TDLib's words."""
    single = await poll(scene)
    quiz = await poll(scene, type="quiz", correct_option_ids=[1])
    stranger = scene.telegram.add_user("Stranger")
    scene.joon.votes(quiz, "Silk")
    acts: list[tuple[Callable[[], None], str]] = [
        (lambda: scene.joon.votes(single, "Silk", "Wool"), "Can't choose more than 1 option in the poll"),
        (lambda: scene.joon.votes(single, "Cotton"), "Invalid option identifier specified"),
        (lambda: scene.joon.votes(quiz, "Wool"), "Can't revote in a quiz"),
        (lambda: scene.joon.votes(quiz), "Can't retract vote in the poll"),
        (lambda: stranger.votes(single, "Silk"), "Can't access the chat"),
        (lambda: scene.joon.votes(scene.joon.says(scene.group, "hello"), "Silk"), "Message is not a poll"),
    ]
    for act, why in acts:
        with pytest.raises(CannotDoError, match=why):
            act()
    await scene.api("stopPoll", chat_id=scene.group.id, message_id=single.message_id)
    with pytest.raises(CannotDoError, match="Can't answer closed poll"):
        scene.joon.votes(single, "Silk")


async def test_stop(scene: Scene) -> None:
    """A poll is stopped once, by its bot; its keyboard goes, and a poll update tells the end."""
    message = await poll(scene, reply_markup=keyboard("Later"))
    name = {"chat_id": scene.group.id, "message_id": message.message_id}
    scene.joon.votes(message, "Silk")
    await scene.api.read_all()

    stopped = (await scene.api("stopPoll", **name)).result

    assert (stopped["is_closed"], stopped["total_voter_count"]) == (True, 1)
    assert message.buttons == []
    assert [one["poll"]["is_closed"] for one in await scene.api.read_all()] == [True]
    assert (await scene.api("stopPoll", **name)).refusal == "Bad Request: poll has already been closed"
    missing = await scene.api("stopPoll", chat_id=scene.group.id, message_id=999)
    assert missing.refusal == "Bad Request: message with poll to stop not found"
    text = scene.joon.says(scene.group, "hello")
    refused = await scene.api("stopPoll", chat_id=scene.group.id, message_id=text.message_id)
    assert refused.refusal == "Bad Request: message is not a poll"


async def test_a_forward_is_the_same_poll(scene: Scene) -> None:
    """Votes count wherever the poll hangs; a forward can't be stopped, and shows no open quiz's answer."""
    message = await poll(scene, type="quiz", correct_option_ids=[1], explanation="Wool is warm")
    name = {"chat_id": scene.group.id, "from_chat_id": scene.group.id, "message_id": message.message_id}
    forward = (await scene.api("forwardMessage", **name)).result
    scene.joon.votes(scene.group.by_id[forward["message_id"]], "Wool")

    assert message.json(scene.bot)["poll"]["total_voter_count"] == 1
    assert message.json(scene.bot)["poll"]["correct_option_ids"] == [1]
    assert forward["poll"]["id"] == message.json(scene.bot)["poll"]["id"]
    assert "correct_option_ids" not in forward["poll"]
    assert "explanation" not in forward["poll"]
    stop = await scene.api("stopPoll", chat_id=scene.group.id, message_id=forward["message_id"])
    assert stop.refusal == "Bad Request: poll can't be stopped"


async def test_a_copy_is_another_poll(scene: Scene) -> None:
    """A copy starts without votes under an id of its own."""
    message = await poll(scene)
    scene.joon.votes(message, "Silk")
    name = {"chat_id": scene.group.id, "from_chat_id": scene.group.id, "message_id": message.message_id}

    copy = scene.group.by_id[(await scene.api("copyMessage", **name)).result["message_id"]]

    assert copy.poll is not None
    assert message.poll is not None
    assert (copy.poll.votes, copy.poll.id == message.poll.id) == ({}, False)


async def test_an_end_by_the_clock(telegram: Sandbox, scene: Scene) -> None:
    """A poll closes by itself when its period is over, and its bot hears."""
    message = await poll(scene, open_period=60)
    assert message.json(scene.bot)["poll"]["close_date"] == 1_800_000_060
    telegram.clock.advance(59)
    assert await scene.api.read_all() == []

    telegram.clock.advance(2)

    assert [one["poll"]["is_closed"] for one in await scene.api.read_all()] == [True]
    with pytest.raises(CannotDoError):
        scene.joon.votes(message, "Silk")


async def test_members_add_options(scene: Scene) -> None:
    """An added option names who added it, and a service message tells of it; the thirteenth is refused."""
    message = await poll(scene, is_anonymous=False, allow_adding_options=True)

    scene.joon.adds_option(message, "Cotton")

    told = await scene.api.read_all()
    added = next(one["message"]["poll_option_added"] for one in told if "message" in one)
    assert (added["option_text"], added["option_persistent_id"]) == ("Cotton", "3")
    assert added["poll_message"]["message_id"] == message.message_id
    options = next(one["poll"]["options"] for one in told if "poll" in one)
    assert (options[3]["added_by_user"]["id"], options[3]["addition_date"]) == (scene.joon.id, 1_800_000_000)
    for number in range(8):
        scene.joon.adds_option(message, str(number))
    with pytest.raises(CannotDoError):
        scene.joon.adds_option(message, "one too many")
    fixed = await poll(scene, is_anonymous=False)
    with pytest.raises(CannotDoError):
        scene.joon.adds_option(fixed, "Cotton")


async def test_rights(plain_scene: Scene) -> None:
    """A group that takes no polls refuses them; a channel takes anonymous ones only."""
    scene = plain_scene
    scene.group.permissions = Permissions(can_send_polls=False)
    assert (await ask(scene)).refusal == "Bad Request: not enough rights to send polls to the chat"


async def test_channels_take_anonymous_polls(scene: Scene) -> None:
    """A poll that shows its voters is refused in a channel."""
    channel = scene.telegram.add_channel("News", scene.mina)
    scene.mina.adds(scene.bot, channel, scene.group.members[scene.bot.id].rights)

    refused = await ask(scene, chat_id=channel.id, is_anonymous=False)

    assert refused.refusal == "Bad Request: non-anonymous polls can't be sent to channel chats"
    assert (await ask(scene, chat_id=channel.id, members_only=True)).status == 200


async def test_a_poll_has_no_text_to_edit(scene: Scene) -> None:
    """Neither text, caption nor media of a poll can be edited; its keyboard can."""
    message = await poll(scene)
    name = {"chat_id": scene.group.id, "message_id": message.message_id}

    assert (
        await scene.api("editMessageText", **name, text="x")
    ).refusal == "Bad Request: there is no text in the message to edit"
    assert (
        await scene.api("editMessageCaption", **name, caption="x")
    ).refusal == "Bad Request: there is no caption in the message to edit"
    media = {"type": "photo", "media": "https://shop.example/a.png"}
    refused = await scene.api("editMessageMedia", **name, media=media)
    assert refused.refusal == "Bad Request: message media can't be edited"
    assert (await scene.api("editMessageReplyMarkup", **name, reply_markup=keyboard("Go"))).status == 200
