"""Locations, venues, contacts and dice; and pins."""

from typing import Any

import pytest

from sandbox import CannotDoError, Permissions, Rights
from tests.sandbox.client import Scene

HERE = {"latitude": 37.5, "longitude": 127.0}


async def test_things(scene: Scene) -> None:
    """Each comes back as it was sent, a venue with its location; a dice shows what Telegram threw."""

    async def sent(method: str, **params: Any) -> dict[str, Any]:
        return dict((await scene.api(method, chat_id=scene.group.id, **params)).result)

    assert (await sent("sendLocation", **HERE, horizontal_accuracy=9000))["location"] == HERE | {
        "horizontal_accuracy": 1500
    }
    live = (await sent("sendLocation", **HERE, live_period=60, heading=90))["location"]
    assert (live["live_period"], live["heading"]) == (60, 90)
    venue = await sent("sendVenue", **HERE, title="Silk room", address="Seoul")
    assert (venue["venue"]["title"], venue["venue"]["location"], venue["location"]) == ("Silk room", HERE, HERE)
    contact = await sent("sendContact", phone_number="+8210", first_name="Mina")
    assert contact["contact"] == {"phone_number": "+8210", "first_name": "Mina"}
    thrown = [(await sent("sendDice", emoji="🏀"))["dice"]["value"] for _ in range(30)]
    assert set(thrown) == {1, 2, 3, 4, 5}


REFUSED: list[tuple[str, str, dict[str, Any], str]] = [
    ("off the map", "sendLocation", HERE | {"latitude": 91}, "invalid location specified"),
    (
        "live off the map",
        "sendLocation",
        HERE | {"longitude": 181, "live_period": 60},
        "invalid live location specified",
    ),
    ("too short", "sendLocation", HERE | {"live_period": 59}, "wrong live location period specified"),
    (
        "strange heading",
        "sendLocation",
        HERE | {"live_period": 60, "heading": 361},
        "wrong live location heading specified",
    ),
    (
        "venue off the map",
        "sendVenue",
        {"latitude": -91, "longitude": 0, "title": "a", "address": "b"},
        "wrong venue location specified",
    ),
    ("no number", "sendContact", {"first_name": "Mina"}, 'parameter "phone_number" of sendContact is missing'),
]


@pytest.mark.parametrize(("method", "params", "why"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
async def test_refused_things(scene: Scene, method: str, params: dict[str, Any], why: str) -> None:
    """What is out of Telegram's bounds is refused."""
    assert (await scene.api(method, chat_id=scene.group.id, **params)).refusal == f"Bad Request: {why}"


async def test_rights_of_things(plain_scene: Scene) -> None:
    """A plain bot needs the permission to write for a location, and that for stickers for a dice."""
    scene = plain_scene
    scene.group.permissions = Permissions(can_send_messages=False, can_send_other_messages=False)

    location = await scene.api("sendLocation", chat_id=scene.group.id, **HERE)
    dice = await scene.api("sendDice", chat_id=scene.group.id)

    assert location.refusal == "Bad Request: not enough rights to send locations to the chat"
    assert dice.refusal == "Bad Request: not enough rights to send dice to the chat"


async def test_pins(scene: Scene) -> None:
    """A person's pin reaches the bot as a service message; getChat shows the latest, unpinning all leaves none."""
    older, newer = scene.joon.says(scene.group, "older"), scene.joon.says(scene.group, "newer")
    await scene.api.read_all()

    scene.mina.pins(newer)
    scene.mina.pins(older)

    told = [one["message"]["pinned_message"]["text"] for one in await scene.api.read_all()]
    assert told == ["newer", "older"]
    shown = (await scene.api("getChat", chat_id=scene.group.id)).result["pinned_message"]
    assert shown["text"] == "newer"
    scene.mina.pins(newer, pinned=False)
    assert (await scene.api("getChat", chat_id=scene.group.id)).result["pinned_message"]["text"] == "older"
    assert (await scene.api("unpinAllChatMessages", chat_id=scene.group.id)).result is True
    assert "pinned_message" not in (await scene.api("getChat", chat_id=scene.group.id)).result


async def test_who_may_pin(scene: Scene) -> None:
    """Members pin only where the group lets them, bots need the right, and nobody pins a service message."""
    said = scene.joon.says(scene.group, "hello")
    scene.joon.pins(said)
    service = scene.group.messages[-1]
    scene.group.permissions = Permissions(can_pin_messages=False)
    with pytest.raises(CannotDoError):
        scene.joon.pins(said)
    with pytest.raises(CannotDoError):
        scene.mina.pins(service)
    scene.mina.promotes(scene.bot, scene.group, Rights(can_delete_messages=True))

    answer = await scene.api("unpinAllChatMessages", chat_id=scene.group.id)

    assert answer.refusal == "Bad Request: not enough rights to manage pinned messages in the chat"
