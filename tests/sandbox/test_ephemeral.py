"""Ephemeral messages and commands: who may get one, for how long, and who sees it."""

from typing import Any

import pytest

from sandbox import Message
from tests.sandbox.client import Answer, Api, Scene, keyboard
from tests.sandbox.test_albums import album, item

MENU = [{"command": "me", "description": "My things", "is_ephemeral": True}, {"command": "list", "description": "All"}]


async def whisper(scene: Scene, to: int | None = None, **params: Any) -> Answer:
    """A send to one person, Joon if no other is named; `query` and `replace` go into its parameters."""
    only = {"receiver_user_id": scene.joon.id if to is None else to}
    if "query" in params:
        only["callback_query_id"] = params.pop("query")
    if "replace" in params:
        only["replace_callback_query_message"] = params.pop("replace")
    given = {"chat_id": scene.group.id, "text": "for you"} | params
    return await scene.api("sendMessage", ephemeral_message_parameters=only, **given)


async def card(scene: Scene) -> Message:
    """A public message with a button."""
    sent = await scene.api("sendMessage", chat_id=scene.group.id, text="card", reply_markup=keyboard("Claim"))
    return scene.group.by_id[sent.result["message_id"]]


async def test_only_one_person_sees_it(scene: Scene) -> None:
    """It has `message_id` 0, ids of its own and no place among the chat's message ids."""
    before = scene.group.last_message_id

    sent = (await whisper(scene)).result

    assert (0, 1, scene.joon.id) == (sent["message_id"], sent["ephemeral_message_id"], sent["receiver_user"]["id"])
    assert before == scene.group.last_message_id
    message = scene.joon.sees(scene.group)[-1]
    assert ("for you", scene.joon) == (message.text, message.only_for)
    assert message not in scene.mina.sees(scene.group)
    assert message not in scene.telegram.messages(scene.group)


async def test_receivers(scene: Scene) -> None:
    """The receiver must be a member of the group, and no bot."""
    stranger = scene.telegram.add_user("Stranger")

    assert (await whisper(scene, stranger.id)).refusal == "Bad Request: USER_NOT_PARTICIPANT"
    assert (await whisper(scene, 5)).refusal == "Bad Request: USER_NOT_PARTICIPANT"
    assert (await whisper(scene, scene.bot.id)).refusal == "Bad Request: USER_IS_BOT"
    scene.joon.leaves(scene.group)
    assert (await whisper(scene)).refusal == "Bad Request: USER_NOT_PARTICIPANT"


async def test_not_in_private_chats(scene: Scene) -> None:
    """Only groups have ephemeral messages."""
    scene.joon.starts(scene.bot)

    assert (await whisper(scene, chat_id=scene.joon.id)).refusal == "Bad Request: PEER_ID_INVALID"


async def test_plain_bot_needs_a_reason(plain_scene: Scene) -> None:
    """A bot that isn't an administrator needs a press or an ephemeral command."""
    assert (await whisper(plain_scene)).refusal == "Bad Request: CHAT_ADMIN_REQUIRED"


@pytest.mark.parametrize(("after", "why"), [(14, None), (16, "Bad Request: CHAT_ADMIN_REQUIRED")])
async def test_within_15_seconds_of_a_press(plain_scene: Scene, after: float, why: str | None) -> None:
    """A plain bot may write within 15 seconds of that person's press, answered or not."""
    press = plain_scene.joon.presses(await card(plain_scene), "Claim")
    await plain_scene.api("answerCallbackQuery", callback_query_id=press.id)
    plain_scene.telegram.clock.set(press.at + after)

    answer = await whisper(plain_scene, query=press.id)

    assert (why is None) is answer.body["ok"]
    assert why is None or why == answer.refusal


async def test_someone_elses_press(plain_scene: Scene) -> None:
    """Another person's press gives no right, and an unknown one is refused to anyone."""
    press = plain_scene.mina.presses(await card(plain_scene), "Claim")

    assert (await whisper(plain_scene, query=press.id)).refusal == "Bad Request: QUERY_ID_INVALID"
    assert (await whisper(plain_scene, query="1")).refusal == "Bad Request: QUERY_ID_INVALID"


async def test_ephemeral_command(plain_scene: Scene) -> None:
    """A command that was declared ephemeral is seen by its sender and the bot only, and is answered by its id."""
    await plain_scene.api("setMyCommands", commands=MENU, scope={"type": "all_group_chats"})

    typed = plain_scene.joon.says(plain_scene.group, "/me")

    got = (await plain_scene.api.updates())[-1]["message"]
    assert (0, typed.ephemeral_message_id) == (got["message_id"], got["ephemeral_message_id"])
    assert plain_scene.bot.id == got["receiver_user"]["id"]
    assert typed in plain_scene.joon.sees(plain_scene.group)
    assert typed not in plain_scene.mina.sees(plain_scene.group)
    reply = {"ephemeral_message_id": typed.ephemeral_message_id}
    assert (await whisper(plain_scene, reply_parameters=reply)).result["message_id"] == 0


async def test_answers_to_ephemeral_commands(plain_scene: Scene) -> None:
    """The answer must be ephemeral, for the same person, and within 15 seconds."""
    await plain_scene.api("setMyCommands", commands=MENU)
    typed = plain_scene.joon.says(plain_scene.group, "/me@encore_test_bot")
    reply: dict[str, Any] = {"reply_parameters": {"ephemeral_message_id": typed.ephemeral_message_id}}
    unknown: dict[str, Any] = {"reply_parameters": {"ephemeral_message_id": 99}}
    missing = "Bad Request: message to be replied not found"

    public = await plain_scene.api("sendMessage", chat_id=plain_scene.group.id, text="x", **reply)
    assert "must itself be an ephemeral message" in public.refusal
    assert missing == (await whisper(plain_scene, plain_scene.mina.id, **reply)).refusal
    assert missing == (await whisper(plain_scene, **unknown)).refusal
    plain_scene.telegram.clock.advance(16)
    assert missing == (await whisper(plain_scene, **reply)).refusal


@pytest.mark.parametrize(
    ("text", "ephemeral"),
    [("/me", True), ("/list", False), ("/me@other_bot", False), ("me", False), ("please /me", False)],
)
async def test_which_texts_are_ephemeral(scene: Scene, text: str, ephemeral: bool) -> None:
    """Only a leading command that the bot declared ephemeral is."""
    await scene.api("setMyCommands", commands=MENU)

    assert ephemeral is scene.joon.says(scene.group, text).is_ephemeral


async def test_narrowest_scope_wins(scene: Scene) -> None:
    """A list for the chat, a language or administrators takes the place of a wider one."""
    plain = [{"command": "me", "description": "My things"}]
    await scene.api("setMyCommands", commands=MENU)
    await scene.api("setMyCommands", commands=plain, scope={"type": "all_chat_administrators"})
    await scene.api("setMyCommands", commands=plain, language_code="ko")

    assert not scene.mina.says(scene.group, "/me").is_ephemeral
    assert scene.joon.says(scene.group, "/me").is_ephemeral
    await scene.api("setMyCommands", commands=plain, scope={"type": "chat", "chat_id": scene.group.id})
    assert not scene.joon.says(scene.group, "/me").is_ephemeral


async def test_an_ephemeral_command_loses_its_reply(scene: Scene) -> None:
    """A reply that is an ephemeral command doesn't say what it replied to."""
    await scene.api("setMyCommands", commands=MENU)
    other = scene.mina.says(scene.group, "look")

    scene.joon.says(scene.group, "/me", reply_to=other)

    assert "reply_to_message" not in (await scene.api.updates())[-1]["message"]


async def test_press_on_an_ephemeral_message(scene: Scene) -> None:
    """Its buttons can be pressed by its receiver; the query carries the same ephemeral message."""
    sent = (await whisper(scene, reply_markup=keyboard("Yes"))).result
    message = scene.joon.sees(scene.group)[-1]

    scene.joon.presses(message, "Yes")

    query = (await scene.api.updates())[-1]["callback_query"]
    assert (0, sent["ephemeral_message_id"]) == (
        query["message"]["message_id"],
        query["message"]["ephemeral_message_id"],
    )
    with pytest.raises(KeyError):
        scene.mina.presses(message, "Yes")


async def test_in_place_of_the_original(scene: Scene) -> None:
    """`replace_callback_query_message` hides the pressed message from that person only."""
    message = await card(scene)
    press = scene.joon.presses(message, "Claim")

    await whisper(scene, query=press.id, replace=True, reply_markup=keyboard("Yes"))

    assert message not in scene.joon.sees(scene.group)
    assert message in scene.mina.sees(scene.group)
    again = scene.joon.presses(scene.joon.sees(scene.group)[-1], "Yes")
    assert (await whisper(scene, query=again.id, replace=True)).refusal == "Bad Request: MESSAGE_ID_INVALID"


async def change(scene: Scene, method: str, number: int, **params: Any) -> Answer:
    """A change of one of Joon's ephemeral messages."""
    given = {"chat_id": scene.group.id, "receiver_user_id": scene.joon.id, "ephemeral_message_id": number} | params
    return await scene.api(method, **given)


async def test_edits(scene: Scene) -> None:
    """Edits go through the methods of their own, return true, and may change nothing."""
    number = (await whisper(scene, reply_markup=keyboard("Yes"))).result["ephemeral_message_id"]
    message = scene.joon.sees(scene.group)[-1]

    edited = await change(scene, "editEphemeralMessageText", number, text="<b>new</b>", parse_mode="HTML")
    assert edited.result is True
    assert (message.html, message.keyboard) == ("<b>new</b>", [])
    assert (await change(scene, "editEphemeralMessageText", number, text="new")).result is True
    await change(scene, "editEphemeralMessageReplyMarkup", number, reply_markup=keyboard("No"))
    assert message.keyboard[0][0].text == "No"
    assert (await change(scene, "deleteEphemeralMessage", number)).result is True
    assert message not in scene.joon.sees(scene.group)


async def test_refused_edits(scene: Scene) -> None:
    """Unknown, deleted and others' ephemeral messages are invalid; over 1024 characters fail."""
    number = (await whisper(scene)).result["ephemeral_message_id"]
    scene.telegram.add_bot("43:OTHER", "other_bot", "Other")
    scene.mina.adds(scene.telegram.world.bots["43:OTHER"], scene.group)
    other = Api(scene.api.session, scene.api.url, "43:OTHER")
    ids = {"chat_id": scene.group.id, "receiver_user_id": scene.joon.id, "ephemeral_message_id": number}
    invalid = "Bad Request: MESSAGE_ID_INVALID"

    assert invalid == (await change(scene, "editEphemeralMessageText", 99, text="x")).refusal
    wrong = await change(scene, "editEphemeralMessageText", number, text="x", receiver_user_id=scene.mina.id)
    assert invalid == wrong.refusal
    assert invalid == (await other("editEphemeralMessageText", **ids, text="x")).refusal
    long = await change(scene, "editEphemeralMessageText", number, text="a" * 1025)
    assert long.refusal == "Bad Request: MEDIA_CAPTION_TOO_LONG"
    scene.telegram.vanish(scene.group.ephemeral[number])
    assert invalid == (await change(scene, "deleteEphemeralMessage", number)).refusal


async def test_ordinary_methods_do_not_reach_it(scene: Scene) -> None:
    """editMessageText and deleteMessage find no message 0."""
    await whisper(scene)
    params = {"chat_id": scene.group.id, "message_id": 0}

    assert (await scene.api("editMessageText", **params, text="x")).refusal == "Bad Request: message to edit not found"
    assert (await scene.api("deleteMessage", **params)).refusal == "Bad Request: message to delete not found"


async def test_login_buttons(scene: Scene) -> None:
    """A login button is "not supported for ephemeral messages"."""
    login = {"inline_keyboard": [[{"text": "a", "login_url": {"url": "https://x.com"}}]]}

    assert (await whisper(scene, reply_markup=login)).refusal == "Bad Request: BUTTON_TYPE_INVALID"


async def test_lost_on_the_way(scene: Scene) -> None:
    """Telegram answers ok to a message that its receiver never sees."""
    scene.telegram.faults.lose_ephemeral(probability=1.0, times=1)

    first, second = await whisper(scene, text="first"), await whisper(scene, text="second")

    assert first.body["ok"]
    assert second.body["ok"]
    texts = [one.text for one in scene.joon.sees(scene.group)]
    assert "first" not in texts
    assert "second" in texts


async def test_an_older_server(scene: Scene) -> None:
    """It ignores the parameter and says the words aloud, keeps no command ephemeral, and lacks the methods."""
    scene.telegram.knows_whispers = False

    said = (await whisper(scene)).result

    assert said["message_id"] > 0
    assert "ephemeral_message_id" not in said
    assert "for you" in scene.mina.sees(scene.group)[-1].text
    await scene.api("setMyCommands", commands=MENU, scope={"type": "all_group_chats"})
    assert not scene.joon.says(scene.group, "/me").is_ephemeral
    kept = (await scene.api("getMyCommands", scope={"type": "all_group_chats"})).result
    assert [sorted(command) for command in kept] == [["command", "description"]] * len(MENU)
    for method in ("editEphemeralMessageText", "deleteEphemeralMessage"):
        gone = await scene.api(method, chat_id=scene.group.id, receiver_user_id=1, ephemeral_message_id=1)
        assert (gone.status, gone.refusal) == (404, "Not Found: method not found")
    bare = await scene.api(
        "sendMessage", chat_id=scene.group.id, text="hi", reply_parameters={"ephemeral_message_id": 1}
    )
    assert "message identifier is not specified" in bare.refusal


async def test_a_whispered_picture_is_replaced(scene: Scene) -> None:
    """Another file takes the place of a whispered text, with a caption of its own; a sticker can't."""
    sent = (await whisper(scene, scene.joon.id)).result
    known = (await album(scene, [item()])).result[0]["photo"][0]["file_id"]
    name = {
        "chat_id": scene.group.id,
        "receiver_user_id": scene.joon.id,
        "ephemeral_message_id": sent["ephemeral_message_id"],
    }
    media = {"type": "photo", "media": known, "caption": "seen"}

    assert (await scene.api("editEphemeralMessageMedia", **name, media=media)).result is True

    changed = scene.group.ephemeral[sent["ephemeral_message_id"]]
    assert (changed.text, changed.file is not None) == ("seen", True)
    refused = await scene.api("editEphemeralMessageMedia", **name, media=media | {"type": "sticker"})
    assert "can't parse InputMedia" in refused.refusal
