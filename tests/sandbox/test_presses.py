"""Presses on buttons, and their answers."""

import asyncio
from typing import Any

import pytest

from sandbox import Message, Press
from tests.sandbox.client import Api, Scene, keyboard

TOO_OLD = "Bad Request: query is too old and response timeout expired or query ID is invalid"


async def card(scene: Scene, **params: Any) -> Message:
    """A message of the bot's with two buttons."""
    given = {"chat_id": scene.group.id, "text": "Silk scarf", "reply_markup": keyboard("Claim", "Pass")} | params
    return scene.group.by_id[(await scene.api("sendMessage", **given)).result["message_id"]]


async def answer(scene: Scene, press: Press, **params: Any) -> str:
    """The bot's answer to a press: "ok" or the refusal."""
    got = await scene.api("answerCallbackQuery", callback_query_id=press.id, **params)
    return "ok" if got.body["ok"] else got.refusal


async def test_press(scene: Scene) -> None:
    """A press reaches the bot with the message, the data and a chat_instance; the answer reaches the person."""
    press = scene.joon.presses(await card(scene), "Claim")

    query = (await scene.api.updates())[-1]["callback_query"]
    assert (press.id, "claim", scene.joon.id) == (query["id"], query["data"], query["from"]["id"])
    assert query["message"]["text"] == "Silk scarf"
    assert str(scene.group.id) != query["chat_instance"]

    assert await answer(scene, press, text="Yours!", show_alert=True) == "ok"
    shown = await press.answered()
    assert (shown.text, shown.show_alert) == ("Yours!", True)


async def test_answer_wakes_who_waits(scene: Scene) -> None:
    """Someone who waits for an answer gets it when it comes."""
    press = scene.joon.presses(await card(scene), "Claim")
    waiting = asyncio.create_task(press.answered())
    await asyncio.sleep(0)

    await answer(scene, press)

    assert (await waiting).text == ""


async def test_no_answer(scene: Scene) -> None:
    """Waiting for an answer that doesn't come ends with a TimeoutError."""
    press = scene.joon.presses(await card(scene), "Claim")
    with pytest.raises(TimeoutError):
        await press.answered(timeout=0.01)


@pytest.mark.parametrize(("label", "data"), [("claim", "claim"), ("Pas", "pass"), ("laim", "claim")])
async def test_finding_a_button(scene: Scene, label: str, data: str) -> None:
    """A button is found by its label or a part of it, in any case."""
    assert data == scene.joon.presses(await card(scene), label).data


async def test_buttons_that_cannot_be_pressed(scene: Scene) -> None:
    """Missing, disabled and link buttons, and messages that one doesn't see, raise KeyError."""
    rows = [[{"text": "Gone", "disabled": {}}, {"text": "Shop", "url": "https://x.com"}]]
    message = await card(scene, reply_markup={"inline_keyboard": rows})

    for label in ("Gone", "Shop", "Nothing"):
        with pytest.raises(KeyError):
            scene.joon.presses(message, label)
    stranger = scene.telegram.add_user("Stranger")
    with pytest.raises(KeyError):
        stranger.presses(await card(scene), "Claim")


async def test_second_answer(scene: Scene) -> None:
    """A press is answered once."""
    press = scene.joon.presses(await card(scene), "Claim")

    assert [await answer(scene, press), await answer(scene, press)] == ["ok", TOO_OLD]


@pytest.mark.parametrize(("after", "result"), [(149, "ok"), (151, TOO_OLD)])
async def test_expiry(scene: Scene, after: float, result: str) -> None:
    """A press can be answered for 150 seconds."""
    press = scene.joon.presses(await card(scene), "Claim")
    scene.telegram.clock.advance(after)

    assert result == await answer(scene, press)


async def test_expired_presses_are_not_delivered(scene: Scene) -> None:
    """A press that waited for 150 seconds is dropped from the queue; a message isn't."""
    scene.joon.presses(await card(scene), "Claim")
    scene.joon.says(scene.group, "hello")
    scene.telegram.clock.advance(151)

    assert [one["message"]["text"] for one in await scene.api.updates()] == ["hello"]


async def test_unknown_and_foreign_queries(scene: Scene) -> None:
    """A query that was never sent, or was sent to another bot, is invalid."""
    press = scene.joon.presses(await card(scene), "Claim")
    scene.telegram.add_bot("43:OTHER", "other_bot", "Other")
    other = Api(scene.api.session, scene.api.url, "43:OTHER")

    assert (await scene.api("answerCallbackQuery", callback_query_id="1")).refusal == TOO_OLD
    assert (await other("answerCallbackQuery", callback_query_id=press.id)).refusal == TOO_OLD
    assert (await scene.api("answerCallbackQuery")).refusal == TOO_OLD


async def test_long_answer(scene: Scene) -> None:
    """An answer over 200 characters is refused and leaves the press open."""
    press = scene.joon.presses(await card(scene), "Claim")

    assert await answer(scene, press, text="a" * 201) == "Bad Request: MESSAGE_TOO_LONG"
    assert await answer(scene, press, url="https://x.com") == "Bad Request: URL_INVALID"
    assert await answer(scene, press, text="a" * 200) == "ok"


@pytest.mark.parametrize(
    ("url", "outcome"),
    [
        ("https://t.me/encore_test_bot?start=remind_12", "ok"),
        ("t.me/Encore_Test_Bot?start=a", "ok"),
        ("tg://resolve?domain=encore_test_bot&start=a", "ok"),
        ("https://t.me/another_bot?start=a", "Bad Request: URL_INVALID"),
        ("https://t.me/encore_test_bot", "Bad Request: URL_INVALID"),
        ("https://t.me/encore_test_bot?start=a b", "Bad Request: URL_INVALID"),
        ("https://t.me/+abcdef", "Bad Request: URL_INVALID"),
    ],
)
async def test_a_press_opens_only_the_bot_itself(scene: Scene, url: str, outcome: str) -> None:
    """A press that is no game's may be answered by a link that starts the bot with a parameter, and by no other."""
    press = scene.joon.presses(await card(scene), "Claim")
    assert await answer(scene, press, url=url) == outcome


async def test_forged_data(scene: Scene) -> None:
    """A modified app can send any data, also for a message that has no such button."""
    message = await card(scene)

    scene.joon.forges(scene.group, message, data="admin:delete")

    query = (await scene.api.updates())[-1]["callback_query"]
    assert ("admin:delete", message.message_id) == (query["data"], query["message"]["message_id"])


async def test_press_on_a_deleted_message(scene: Scene) -> None:
    """A late press on a deleted message carries an inaccessible message with date 0."""
    message = await card(scene)
    await scene.api("deleteMessage", chat_id=scene.group.id, message_id=message.message_id)

    scene.joon.forges(scene.group, message, data="claim")

    shown = (await scene.api.updates())[-1]["callback_query"]["message"]
    assert (0, message.message_id) == (shown["date"], shown["message_id"])
    assert "text" not in shown


async def test_five_hundred_presses(scene: Scene) -> None:
    """Five hundred people press at once; every press is delivered, in order, in batches of a hundred."""
    message = await card(scene)
    await scene.api.read_all()
    people = [scene.telegram.add_user(f"Fan {number}") for number in range(500)]
    for person in people:
        person.joins(scene.group)
    while await scene.api.read_all():
        pass

    presses = [person.presses(message, "Claim") for person in people]

    got: list[str] = []
    while batch := await scene.api.read_all():
        assert len(batch) <= 100
        got += [one["callback_query"]["id"] for one in batch]
    assert [press.id for press in presses] == got
