"""getUpdates: order, offsets, long polls, conflicts, and what a bot asks for."""

import asyncio
import time
from typing import Any

import pytest

from sandbox import Rights, own
from tests.sandbox.client import Scene

CONFLICT = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"


def texts(updates: list[dict[str, Any]]) -> list[str]:
    """The texts of the messages among some updates."""
    return [one["message"]["text"] for one in updates if "message" in one]


def say(scene: Scene, *lines: str) -> None:
    """Joon writes some lines."""
    for line in lines:
        scene.joon.says(scene.group, line)


async def test_unconfirmed_updates_come_again(scene: Scene) -> None:
    """Updates come, oldest first and in rising numbers, until an offset confirms them."""
    say(scene, "a", "b", "c")

    first, again = await scene.api.updates(), await scene.api.updates()

    assert ["a", "b", "c"] == texts(first) == texts(again)
    numbers = [one["update_id"] for one in first]
    assert [numbers[0], numbers[0] + 1, numbers[0] + 2] == numbers


async def test_offset(scene: Scene) -> None:
    """An offset confirms what lies before it; a lower one brings nothing back."""
    say(scene, "a", "b", "c")
    first = (await scene.api.updates())[0]["update_id"]

    assert texts(await scene.api.updates(offset=first + 1)) == ["b", "c"]
    assert texts(await scene.api.updates(offset=first)) == ["b", "c"]
    assert len(scene.telegram.pending(scene.bot)) == 2


async def test_negative_offset(scene: Scene) -> None:
    """A negative offset keeps the last ones and forgets the others."""
    say(scene, "a", "b", "c")

    assert texts(await scene.api.updates(offset=-2)) == ["b", "c"]
    assert texts(await scene.api.updates()) == ["b", "c"]


@pytest.mark.parametrize(("limit", "count"), [(1, 1), (100, 100), (0, 1), (1000, 100)])
async def test_limit(scene: Scene, limit: int, count: int) -> None:
    """A batch has 1 to 100 updates."""
    say(scene, *(str(number) for number in range(120)))

    assert count == len(await scene.api.updates(limit=limit))


async def test_long_poll(scene: Scene) -> None:
    """A waiting poll answers as soon as something happens."""
    waiting = asyncio.create_task(scene.api.updates(timeout=10))
    await asyncio.sleep(0.05)
    began = time.monotonic()

    say(scene, "now")

    assert texts(await waiting) == ["now"]
    assert time.monotonic() - began < 1


async def test_long_poll_times_out(scene: Scene) -> None:
    """A poll without news answers with an empty list."""
    assert await scene.api.updates(timeout=1) == []


async def test_two_pollers(scene: Scene) -> None:
    """A second poller ends the first one's wait with a 409 and goes on itself."""
    first = asyncio.create_task(scene.api("getUpdates", timeout=10))
    await asyncio.sleep(0.05)
    second = asyncio.create_task(scene.api("getUpdates", timeout=10))

    ended = await first
    say(scene, "for the second")

    assert (ended.status, ended.refusal) == (409, CONFLICT)
    assert texts((await second).result) == ["for the second"]


async def test_a_look_beside_a_poll(scene: Scene) -> None:
    """Who asks without waiting doesn't end the poll that waits."""
    waiting = asyncio.create_task(scene.api.updates(timeout=10))
    await asyncio.sleep(0.05)

    assert await scene.api.updates() == []

    say(scene, "for who waits")
    assert texts(await waiting) == ["for who waits"]


async def test_the_longest_poll(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """A poll waits as long as the server lets it, however long it asked for; and not at all below nought."""
    monkeypatch.setattr(own, "LONGEST_POLL", 0.1)
    assert await scene.api.updates(timeout=600) == []
    assert await scene.api.updates(timeout=-5) == []


async def test_a_poller_that_hangs_up(scene: Scene) -> None:
    """A poll whose client is gone takes no updates with it."""
    gone = asyncio.create_task(scene.api("getUpdates", timeout=10))
    await asyncio.sleep(0.05)
    gone.cancel()
    await asyncio.sleep(0.05)

    say(scene, "hello")

    assert texts(await scene.api.updates()) == ["hello"]


async def test_allowed_updates_stick(scene: Scene) -> None:
    """A list is kept until another comes; an empty one, or one without a known name, is the default."""

    async def kinds() -> list[str]:
        message = scene.joon.says(scene.group, "hello")
        scene.joon.reacts(message, "👍")
        scene.joon.edits(message, "hello!")
        found = await scene.api.read_all()
        return [next(name for name in one if name != "update_id") for one in found]

    default = ["message", "edited_message"]
    assert default == await kinds()
    await scene.api.updates(allowed_updates=["MESSAGE_REACTION", "nonsense"])
    assert await kinds() == ["message_reaction"]
    assert await kinds() == ["message_reaction"]
    await scene.api.form("getUpdates", allowed_updates='["message"]')
    assert await kinds() == ["message"]
    await scene.api.updates(allowed_updates=[])
    assert default == await kinds()


async def test_chat_member_must_be_asked_for(scene: Scene) -> None:
    """chat_member comes to an administrator that asked for it."""
    scene.joon.leaves(scene.group)
    assert not [one for one in await scene.api.read_all() if "chat_member" in one]
    await scene.api.updates(allowed_updates=["chat_member"])

    scene.joon.joins(scene.group)

    change = (await scene.api.read_all())[-1]["chat_member"]
    assert (change["old_chat_member"]["status"], change["new_chat_member"]["status"]) == ("left", "member")
    scene.mina.promotes(scene.bot, scene.group, None)
    scene.joon.leaves(scene.group)
    assert await scene.api.read_all() == []


async def test_updates_expire(scene: Scene) -> None:
    """An update waits for a day."""
    say(scene, "hello")
    scene.telegram.clock.advance(86_401)

    assert await scene.api.updates() == []


async def test_redelivery(scene: Scene) -> None:
    """A test can make confirmed updates come again under their old ids, once."""
    say(scene, "a", "b")
    first = await scene.api.read_all()
    offset = first[-1]["update_id"] + 1
    waiting = asyncio.create_task(scene.api.updates(offset=offset, timeout=10))
    await asyncio.sleep(0.05)

    scene.telegram.redeliver(scene.bot, last=1)

    assert [first[-1]] == await waiting
    assert await scene.api.updates(offset=offset) == []
    scene.telegram.redeliver(scene.bot, [first[0]["update_id"]])
    say(scene, "c")
    assert texts(await scene.api.updates(offset=offset)) == ["a", "c"]
    assert texts(await scene.api.updates(offset=offset)) == ["c"]


async def test_each_bot_has_its_own_queue(scene: Scene) -> None:
    """Two bots get the same message in queues of their own."""
    other = scene.telegram.add_bot("43:OTHER", "other_bot", "Other")
    scene.mina.adds(other, scene.group, Rights.full())
    await scene.api.read_all()

    say(scene, "hello")
    await scene.api.read_all()

    assert scene.telegram.pending(other)[-1].payload["text"] == "hello"


async def test_webhook_methods(scene: Scene) -> None:
    """There is no webhook to delete; pending updates can be dropped."""
    say(scene, "a")

    assert (await scene.api("getWebhookInfo")).result["pending_update_count"] == 1
    assert (await scene.api("deleteWebhook", drop_pending_updates=True)).result is True
    assert await scene.api.updates() == []
    assert (await scene.api("logOut")).result is True
