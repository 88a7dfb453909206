"""The page over HTTP: what each person is told, and who may ask at all."""

import asyncio
import json
import re

import aiohttp
import pytest

from sandbox import Person
from sandbox.page import Page
from sandbox.page.web import STATIC
from tests.sandbox.client import Scene
from tests.sandbox.visitor import Visitor, key

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 32


async def whisper(scene: Scene, person: Person, text: str) -> None:
    """The bot whispers to somebody."""
    await scene.api(
        "sendMessage", chat_id=scene.group.id, text=text, ephemeral_message_parameters={"receiver_user_id": person.id}
    )


async def test_no_page_unless_it_is_shown(scene: Scene, session: aiohttp.ClientSession) -> None:
    """The stand-in of tests answers bots and nobody else."""
    async with session.get(scene.telegram.url) as response:
        assert response.status == 404


async def test_the_page_and_its_files(session: aiohttp.ClientSession, scene: Scene, page: Page) -> None:
    """The page loads nothing from elsewhere, and its policy lets it load nothing."""
    async with session.get(scene.telegram.url) as response:
        html = await response.text()
        assert "default-src 'none'" in response.headers["Content-Security-Policy"]
    assert not re.search(r'(?:src|href)="(?!/page/static/|data:)', html)
    for name in re.findall(r'"/page/static/([\w.]+)"', html):
        async with session.get(f"{scene.telegram.url}/page/static/{name}") as response:
            assert response.status == 200, name
    async with session.get(f"{scene.telegram.url}/page/static/..%2Fweb.py") as response:
        assert response.status == 404


def test_the_page_says_the_same_in_each_language() -> None:
    """No language lacks a line, and each line takes the same values."""
    words: dict[str, dict[str, str]] = json.loads((STATIC / "words.json").read_text("utf-8"))
    assert set(words) == {"ko", "zh", "en"}
    for name, line in words["en"].items():
        for language in ("ko", "zh"):
            other = words[language][name]
            assert other.strip(), (language, name)
            if not name.endswith("_many"):
                assert set(re.findall(r"{\w+}", other)) == set(re.findall(r"{\w+}", line)), (language, name)
    assert words["en"].keys() == words["ko"].keys() == words["zh"].keys()


def test_the_page_never_makes_elements_of_a_text() -> None:
    """What people write becomes text nodes: no script of the page parses HTML."""
    for path in STATIC.glob("*.js"):
        source = path.read_text("utf-8")
        assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write\(|\beval\(", source), path.name


async def test_what_each_person_has(joon: Visitor, mina: Visitor, leo: Visitor, scene: Scene) -> None:
    """Members have the group and the bot on their list, a newcomer has nothing."""
    mine = await joon.get("state")
    assert [key(scene.group), "p42"] == [one["key"] for one in mine["chats"]]
    assert scene.joon.id == mine["me"]
    assert [one["role"] for one in mine["people"]] == ["owner", "fan", "newcomer"]
    assert (await mina.get("state"))["chats"][0]["status"] == "creator"
    assert (await leo.get("state"))["chats"] == []


async def test_whispers_are_for_one_person(joon: Visitor, mina: Visitor, scene: Scene) -> None:
    """What one person was whispered is in nobody else's state, history, stream or unread count."""
    after = (await mina.get("state"))["seen"]
    await whisper(scene, scene.joon, "CODE-FOR-JOON")
    scene.joon.says(scene.group, "hello")

    mine = await joon.get("state")
    theirs = await mina.get("state")
    history = await mina.get("history", chat=key(scene.group))
    streamed = await mina.first("messages", after)

    assert "CODE-FOR-JOON" in json.dumps(mine)
    assert [one["whisper"] for one in mine["messages"][key(scene.group)] if "whisper" in one] == [True]
    assert "CODE-FOR-JOON" not in json.dumps([theirs, history, streamed])
    assert [one["text"] for one in streamed] == ["hello"]
    assert {one["name"]: one["unread"] for one in theirs["people"]} == {"Mina": 1, "Joon": 1, "Leo": 0}


async def test_a_photo_is_for_who_sees_it(joon: Visitor, mina: Visitor, scene: Scene) -> None:
    """A picture in somebody's private chat isn't given to anybody else."""
    scene.mina.starts(scene.bot)
    form = aiohttp.FormData({"chat_id": str(scene.mina.id)})
    form.add_field("photo", PNG, filename="qr.png", content_type="image/png")
    async with scene.api.session.post(f"{scene.api.root}/sendPhoto", data=form) as response:
        assert response.status == 200
    number = (await mina.get("state"))["messages"]["p42"][-1]["file"]["number"]

    async with mina.session.get(f"{mina.root}/page/files/{number}?as={scene.mina.id}") as response:
        assert (await response.read(), response.content_type) == (PNG, "image/png")
    assert await joon.get(f"files/{number}") == {"error": "not_found"}


async def test_an_edit_and_a_deletion(joon: Visitor, scene: Scene) -> None:
    """The stream tells what a card became, and what went."""
    sent = await scene.api("sendMessage", chat_id=scene.group.id, text="3 left")
    number = sent.result["message_id"]
    after = (await joon.get("state"))["seen"]

    await scene.api("editMessageText", chat_id=scene.group.id, message_id=number, text="2 left")
    assert [one["text"] for one in await joon.first("messages", after)] == ["2 left"]
    await scene.api("deleteMessage", chat_id=scene.group.id, message_id=number)
    assert [f"{key(scene.group)}/{number}"] == await joon.first("gone", after)


async def test_a_stream_resumes(joon: Visitor, scene: Scene) -> None:
    """A browser that reconnects gets what it missed, once; one from another world loads anew."""
    scene.mina.says(scene.group, "one")
    last = await joon.first("id")
    scene.mina.says(scene.group, "two")

    assert [one["text"] for one in await joon.first("messages", int(last))] == ["two"]
    async with asyncio.timeout(5):
        async for batch in joon.events(world="another"):
            assert batch["reload"]


async def test_commands_for_this_person(joon: Visitor, mina: Visitor, scene: Scene) -> None:
    """The menu lists what the bot declared for this person's scope and language."""
    admins = {"type": "all_chat_administrators"}
    await scene.api("setMyCommands", commands=[{"command": "me", "description": "My card"}])
    await scene.api("setMyCommands", commands=[{"command": "golive", "description": "방송"}], scope=admins)

    assert [one["command"] for one in (await joon.get("commands", chat=key(scene.group)))["commands"]] == ["me"]
    assert [one["command"] for one in (await mina.get("commands", chat=key(scene.group)))["commands"]] == ["golive"]


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"Origin": "https://evil.example"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Content-Type": "text/plain"},
    ],
    ids=["rebound name", "origin", "site", "form"],
)
async def test_other_sites_can_do_nothing(joon: Visitor, scene: Scene, headers: dict[str, str]) -> None:
    """An act that another web page had the browser send is refused."""
    body = json.dumps({"as": str(scene.joon.id), "act": "say", "chat": key(scene.group), "text": "hi"})

    sent = {"Content-Type": "application/json", **headers}
    async with joon.session.post(f"{joon.root}/page/acts", data=body, headers=sent) as response:
        assert response.status == 403

    assert await scene.api.read_all() == []


@pytest.mark.parametrize("body", ["", "[]", "{}", '{"as": "1", "act": "say"}'])
async def test_nonsense_is_refused(joon: Visitor, body: str) -> None:
    """What isn't an act of somebody in the cast does nothing."""
    sent = {"Content-Type": "application/json"}
    async with joon.session.post(f"{joon.root}/page/acts", data=body, headers=sent) as response:
        assert response.status == 404
