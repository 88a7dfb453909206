"""What tests can ask of people, and how they wait."""

import asyncio
import os
import signal
import sys

import pytest

from sandbox import Button, Call, Event, Message, Sandbox
from tests.sandbox.client import Scene, keyboard

POLLER = """
import sys, time, urllib.request
root = sys.argv[1]
urllib.request.urlopen(root + "/sendMessage?chat_id=" + sys.argv[2] + "&text=up")
while True:
    urllib.request.urlopen(root + "/getUpdates?timeout=20").read()
    time.sleep(0.01)
"""


async def send(scene: Scene, text: str, **params: object) -> int:
    """The id of a message that the bot has just sent."""
    answer = await scene.api("sendMessage", chat_id=scene.group.id, text=text, **params)
    return int(answer.result["message_id"])


async def test_waits_for_a_message(scene: Scene) -> None:
    """Someone who waits is woken by the message that fits."""
    waiting = asyncio.create_task(scene.joon.waits_for(scene.group, lambda m: "two" in m.text))
    await asyncio.sleep(0)

    await send(scene, "one")
    await send(scene, "two")

    assert (await waiting).text == "two"


async def test_a_message_that_is_there_already(scene: Scene) -> None:
    """A message that has come already is found at once, unless it lies before `after`."""
    await send(scene, "card")

    first = await scene.joon.waits_for(scene.group, lambda m: m.text == "card")

    with pytest.raises(TimeoutError):
        await scene.joon.waits_for(scene.group, lambda m: m.text == "card", timeout=0.01, after=first)


async def test_waits_for_an_edit(scene: Scene) -> None:
    """An edit after the press fits too."""
    number = await send(scene, "1 left", reply_markup=keyboard("Claim"))
    press = scene.joon.presses(scene.group.by_id[number], "Claim")
    waiting = asyncio.create_task(scene.joon.waits_for(scene.group, lambda m: "left" in m.text, after=press))
    await asyncio.sleep(0)

    await scene.api("editMessageText", chat_id=scene.group.id, message_id=number, text="0 left")

    assert (await waiting).text == "0 left"


async def test_nobody_waits_for_what_they_cannot_see(scene: Scene) -> None:
    """Another person's ephemeral message wakes nobody."""
    waiting = asyncio.create_task(scene.mina.waits_for(scene.group, lambda m: "secret" in m.text, timeout=0.1))
    await asyncio.sleep(0)

    await send(scene, "secret", ephemeral_message_parameters={"receiver_user_id": scene.joon.id})

    with pytest.raises(TimeoutError):
        await waiting
    assert (await scene.joon.waits_for(scene.group, lambda m: m.is_ephemeral)).text == "secret"


async def test_who_sees_what(scene: Scene) -> None:
    """Members see the chat, those who left see nothing."""
    await send(scene, "card")
    assert scene.joon.sees(scene.group)[-1].text == "card"

    scene.joon.leaves(scene.group)

    assert scene.joon.sees(scene.group) == []


async def test_buttons(scene: Scene) -> None:
    """A keyboard is read into rows of buttons."""
    rows = [
        [{"text": "Claim", "callback_data": "c:1", "style": "success"}, {"text": "Shop", "url": "https://x.com"}],
        [{"text": "Code", "copy_text": {"text": "SILK"}}, {"text": "Gone", "disabled": {}}],
    ]

    number = await send(scene, "card", reply_markup={"inline_keyboard": rows})

    assert [
        [Button("Claim", "c:1", style="success"), Button("Shop", url="https://x.com")],
        [Button("Code", copy_text="SILK"), Button("Gone", disabled=True)],
    ] == scene.group.by_id[number].keyboard


async def test_people_edit_and_delete(scene: Scene) -> None:
    """A person's edit reaches the bot, a deletion doesn't."""
    message = scene.joon.says(scene.group, "helo")
    scene.joon.edits(message, "hello")
    scene.joon.deletes(message)

    updates = await scene.api.read_all()

    assert [updates[0]["message"]["text"], updates[1]["edited_message"]["text"]] == ["helo", "hello"]
    assert len(updates) == 2
    assert message.deleted


async def test_events(scene: Scene) -> None:
    """Listeners are told of everything that can be seen."""
    seen: list[str] = []
    scene.telegram.on_event(lambda event: seen.append(event.kind))

    number = await send(scene, "card", reply_markup=keyboard("Claim"))
    press = scene.joon.presses(scene.group.by_id[number], "Claim")
    await scene.api("answerCallbackQuery", callback_query_id=press.id)
    await scene.api("editMessageText", chat_id=scene.group.id, message_id=number, text="done")
    scene.joon.reacts(scene.group.by_id[number], "👍")
    await scene.api("deleteMessage", chat_id=scene.group.id, message_id=number)

    assert seen == ["message", "press", "answer", "edit", "reaction", "delete"]


async def test_waits_for_events_and_calls(scene: Scene) -> None:
    """A test can wait for any event and for any call."""

    def is_delete(event: Event) -> bool:
        return event.kind == "delete"

    def is_refused(call: Call) -> bool:
        return call.status == 400

    deleted = asyncio.create_task(scene.telegram.waits_for_event(is_delete))
    refused = asyncio.create_task(scene.telegram.waits_for_call("deleteMessage", is_refused))
    await asyncio.sleep(0)
    params = {"chat_id": scene.group.id, "message_id": await send(scene, "x")}

    await scene.api("deleteMessage", **params)
    await scene.api("deleteMessage", **params)

    assert isinstance((await deleted).message, Message)
    assert (await refused).description == "Bad Request: message to delete not found"


async def test_calls_are_kept(scene: Scene) -> None:
    """Every call is kept with its parameters and its outcome."""
    await scene.api("SENDMESSAGE", chat_id=scene.group.id, text="x", foo=1)

    call = scene.telegram.calls[-1]

    assert ("sendMessage", 400, scene.bot) == (call.method, call.status, call.bot)
    assert {"chat_id": scene.group.id, "text": "x", "foo": 1} == call.params


async def test_clock(scene: Scene) -> None:
    """The clock starts where a test puts it, runs on, and moves."""
    began = scene.telegram.clock.now()
    assert 1_800_000_000 <= began < 1_800_000_060

    scene.telegram.clock.advance(3600)
    assert 3600 <= scene.telegram.clock.now() - began < 3660
    scene.telegram.clock.set(1_900_000_000)
    assert scene.joon.says(scene.group, "hello").date == 1_900_000_000


async def test_a_bot_that_is_killed(scene: Scene) -> None:
    """A bot in another process can be killed while it waits; what it hadn't confirmed comes again."""
    args = (sys.executable, "-c", POLLER, scene.api.root, str(scene.group.id))
    first = await asyncio.create_subprocess_exec(*args)
    up = await scene.joon.waits_for(scene.group, lambda m: m.text == "up", timeout=10)
    os.kill(first.pid, signal.SIGKILL)
    await first.wait()

    scene.joon.says(scene.group, "hello")

    assert (await scene.api.updates())[-1]["message"]["text"] == "hello"
    second = await asyncio.create_subprocess_exec(*args)
    await scene.joon.waits_for(scene.group, lambda m: m.text == "up", timeout=10, after=up)
    second.kill()
    await second.wait()


async def test_a_port_of_choice(telegram: Sandbox) -> None:
    """Two stand-ins serve side by side, on ports of their own."""
    async with Sandbox() as other:
        assert other.url != telegram.url
