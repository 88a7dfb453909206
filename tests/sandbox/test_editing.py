"""Edits and deletions of ordinary messages."""

from typing import Any

import pytest

from sandbox import Rights
from tests.sandbox.client import Answer, Scene, keyboard

NOT_MODIFIED = (
    "Bad Request: message is not modified: specified new message content and reply markup are exactly the same as a "
    "current content and reply markup of the message"
)
DAYS = 86_400


async def sent(scene: Scene, **params: Any) -> int:
    """The id of a message that the bot has just sent with a keyboard."""
    given = {"chat_id": scene.group.id, "text": "old", "reply_markup": keyboard("Go")} | params
    return int((await scene.api("sendMessage", **given)).result["message_id"])


async def edit(scene: Scene, number: int, **params: Any) -> Answer:
    """An edit of its text."""
    return await scene.api("editMessageText", chat_id=scene.group.id, message_id=number, **params)


async def test_edit(scene: Scene) -> None:
    """An edit changes text and keyboard and dates the message; people see it."""
    number = await sent(scene)
    scene.telegram.clock.advance(10)

    answer = await edit(scene, number, text="<b>new</b>", parse_mode="HTML", reply_markup=keyboard("Stop"))

    assert ("new", answer.result["date"] + 10) == (answer.result["text"], answer.result["edit_date"])
    seen = scene.joon.sees(scene.group)[-1]
    assert (seen.html, seen.keyboard[0][0].text) == ("<b>new</b>", "Stop")


async def test_edit_removes_the_keyboard(scene: Scene) -> None:
    """An edit without `reply_markup` removes the keyboard, and nobody can press it any more."""
    number = await sent(scene)

    await edit(scene, number, text="new")

    with pytest.raises(KeyError, match="no button"):
        scene.joon.presses(scene.group.by_id[number], "Go")


@pytest.mark.parametrize(
    ("params", "why"),
    [
        ({"text": "old", "reply_markup": keyboard("Go")}, NOT_MODIFIED),
        ({"text": " old\n", "reply_markup": keyboard("Go")}, NOT_MODIFIED),
        ({"text": "a" * 4097}, "Bad Request: MESSAGE_TOO_LONG"),
        ({"text": "\u2800"}, "Bad Request: text must be non-empty"),
        ({"text": ""}, "Bad Request: message text is empty"),
        ({"text": "x", "message_id": 999}, "Bad Request: message to edit not found"),
        ({"text": "x", "message_id": 1}, "Bad Request: message can't be edited"),
        ({"text": "x", "inline_message_id": "abc"}, "Bad Request: MESSAGE_ID_INVALID"),
    ],
)
async def test_refused_edits(scene: Scene, params: dict[str, Any], why: str) -> None:
    """Edits that change nothing, are too long or aren't of the bot's own message are refused."""
    given = {"message_id": await sent(scene)} | params

    assert why == (await scene.api("editMessageText", chat_id=scene.group.id, **given)).refusal


async def test_markup_alone(scene: Scene) -> None:
    """editMessageReplyMarkup changes the keyboard only, and refuses the same one."""
    number = await sent(scene)
    params = {"chat_id": scene.group.id, "message_id": number}

    same = await scene.api("editMessageReplyMarkup", **params, reply_markup=keyboard("Go"))
    gone = await scene.api("editMessageReplyMarkup", **params)

    assert same.refusal == NOT_MODIFIED
    assert "reply_markup" not in gone.result


async def test_missing_ids(scene: Scene) -> None:
    """An edit needs a chat and a message."""
    assert (await scene.api("editMessageText", text="x")).refusal == "Bad Request: chat_id is empty"
    answer = await scene.api("editMessageText", chat_id=scene.group.id, text="x")
    assert answer.refusal == "Bad Request: message identifier is not specified"


async def test_deleted_messages(scene: Scene) -> None:
    """A deleted message is gone for people, edits and deletions."""
    number = await sent(scene)
    params = {"chat_id": scene.group.id, "message_id": number}

    assert (await scene.api("deleteMessage", **params)).result is True

    assert number not in [one.message_id for one in scene.joon.sees(scene.group)]
    assert (await scene.api("deleteMessage", **params)).refusal == "Bad Request: message to delete not found"
    assert (await edit(scene, number, text="x")).refusal == "Bad Request: message to edit not found"


async def test_48_hours(scene: Scene) -> None:
    """After 48 hours a message can't be deleted; it can still be edited."""
    number = await sent(scene)
    scene.telegram.clock.advance(2 * DAYS)

    answer = await scene.api("deleteMessage", chat_id=scene.group.id, message_id=number)

    assert answer.refusal == "Bad Request: message can't be deleted"
    assert (await edit(scene, number, text="x")).result["text"] == "x"


async def test_rights_to_delete(scene: Scene) -> None:
    """Others' messages need `can_delete_messages`, its own don't."""
    own, theirs = await sent(scene), scene.joon.says(scene.group, "spam").message_id
    scene.mina.promotes(scene.bot, scene.group, Rights(can_invite_users=True))

    async def delete(number: int) -> Answer:
        return await scene.api("deleteMessage", chat_id=scene.group.id, message_id=number)

    assert (await delete(theirs)).refusal == "Bad Request: message can't be deleted"
    assert (await delete(own)).result is True
    scene.mina.promotes(scene.bot, scene.group, Rights(can_delete_messages=True))
    assert (await delete(theirs)).result is True


async def test_delete_many(scene: Scene) -> None:
    """deleteMessages skips what isn't there, and deletes nothing if one can't be."""
    old = await sent(scene)
    scene.telegram.clock.advance(2 * DAYS)
    new = [await sent(scene) for _ in range(2)]

    async def delete(numbers: list[int]) -> Answer:
        return await scene.api("deleteMessages", chat_id=scene.group.id, message_ids=numbers)

    assert (await delete([*new, old])).refusal == "Bad Request: message can't be deleted"
    assert not scene.group.by_id[new[0]].deleted
    assert (await delete([*new, 999])).result is True
    assert scene.group.by_id[new[1]].deleted
    assert (await delete([])).refusal == "Bad Request: message identifiers are not specified"


async def test_private_messages(scene: Scene) -> None:
    """In a private chat a bot deletes any message, and edits only its own."""
    start = scene.mina.starts(scene.bot)
    params = {"chat_id": scene.mina.id, "message_id": start.message_id}

    edited = await scene.api("editMessageText", **params, text="x")
    deleted = await scene.api("deleteMessage", **params)

    assert edited.refusal == "Bad Request: message can't be edited"
    assert deleted.result is True


async def test_captions(scene: Scene) -> None:
    """A file's caption and a text's text are edited by their own methods."""
    photo = (await scene.api("sendPhoto", chat_id=scene.group.id, photo="https://x.com/a.jpg", caption="old")).result
    assert photo["caption"] == "old"
    number, text = photo["message_id"], await sent(scene)

    async def caption(message: int, new: str) -> Answer:
        return await scene.api("editMessageCaption", chat_id=scene.group.id, message_id=message, caption=new)

    assert (await edit(scene, number, text="x")).refusal == "Bad Request: there is no text in the message to edit"
    assert (await caption(text, "x")).refusal == "Bad Request: there is no caption in the message to edit"
    assert (await caption(number, "a" * 1025)).refusal == "Bad Request: MEDIA_CAPTION_TOO_LONG"
    assert (await caption(number, "new")).result["caption"] == "new"
