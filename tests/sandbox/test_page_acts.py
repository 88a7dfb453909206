"""What people do on the page: it reaches the bot as from any app, and is refused where an app would refuse."""

import asyncio
import base64
from typing import Any

import pytest

from sandbox import Permissions
from sandbox.files import blank_picture
from sandbox.page import NextEvent, Page
from tests.sandbox.client import Scene, keyboard
from tests.sandbox.visitor import Visitor, key


async def test_nobody_presses_what_they_do_not_see(mina: Visitor, scene: Scene) -> None:
    """A button on another person's whisper is gone for everyone else."""
    sent = await scene.api(
        "sendMessage",
        chat_id=scene.group.id,
        text="yours",
        reply_markup=keyboard("Copy"),
        ephemeral_message_parameters={"receiver_user_id": scene.joon.id},
    )
    number = sent.result["ephemeral_message_id"]

    done = await mina.act("press", message=f"{key(scene.group)}/e{number}", data="copy")

    assert done == {"error": "gone"}


async def test_a_message_reaches_the_bot(joon: Visitor, scene: Scene) -> None:
    """What is typed on the page is an update like any other, a reply too."""
    said = await joon.act("say", chat=key(scene.group), text="  check in ")
    await joon.act("say", chat=key(scene.group), text="again", reply=said["message"])

    first, second = (one["message"] for one in await scene.api.read_all())

    assert ("check in", scene.joon.id) == (first["text"], first["from"]["id"])
    assert first["message_id"] == second["reply_to_message"]["message_id"]


async def test_a_long_text_goes_in_pieces(joon: Visitor, scene: Scene) -> None:
    """An app splits what is longer than a message may be."""
    await joon.act("say", chat=key(scene.group), text="x" * 5000)
    assert [len(one["message"]["text"]) for one in await scene.api.read_all()] == [4096, 904]


async def test_a_document(joon: Visitor, scene: Scene) -> None:
    """A file goes along with the text, and comes back as a download."""
    file = {"name": "codes.csv", "mime": "text/csv", "content": "YSxiCg=="}

    await joon.act("say", chat=key(scene.group), text="codes", file=file)

    message = (await scene.api.read_all())[0]["message"]
    assert (message["document"]["file_name"], message["caption"]) == ("codes.csv", "codes")
    shown = (await joon.get("state"))["messages"][key(scene.group)][-1]["file"]
    async with joon.session.get(f"{joon.root}/page/files/{shown['number']}?as={scene.joon.id}") as response:
        assert (await response.read(), response.headers["Content-Disposition"]) == (b"a,b\n", "attachment")


async def test_a_picture_is_sent_as_one(joon: Visitor, scene: Scene) -> None:
    """What is a picture goes as a photo."""
    file = {"name": "a.png", "mime": "image/png", "content": base64.b64encode(blank_picture()).decode()}
    await joon.act("say", chat=key(scene.group), text="look", file=file)
    assert (await scene.api.read_all())[0]["message"]["photo"][0]["width"] == 64


async def test_a_chat_that_no_bot_sees(joon: Visitor, mina: Visitor, scene: Scene) -> None:
    """Two people of the cast talk in private: both have the chat, the other as its title, and no bot hears of it."""
    chat = (await joon.act("talk", person=str(scene.mina.id)))["chat"]
    await joon.act("say", chat=chat, text="psst")

    state = await mina.get("state")
    line = next(one for one in state["chats"] if one["key"] == chat)
    assert (line["title"], line["with"], line["unread"]) == ("Joon", "person", 1)
    assert state["messages"][chat][0]["text"] == "psst"
    assert await scene.api.read_all() == []
    assert await joon.act("talk", person=str(scene.joon.id)) == {"error": "no_chat"}


async def test_a_chat_of_two_is_closed_to_a_third(joon: Visitor, leo: Visitor, scene: Scene) -> None:
    """Nobody else reads, writes or lists it, whatever their browser asks for."""
    chat = (await joon.act("talk", person=str(scene.mina.id)))["chat"]
    said = (await joon.act("say", chat=chat, text="psst"))["message"]

    assert await leo.act("say", chat=chat, text="hello") == {"error": "no_chat"}
    assert await leo.act("react", message=said, emoji="❤") == {"error": "gone"}
    assert await leo.get("history", chat=chat) == {"error": "not_found"}
    assert "psst" not in str(await leo.get("state"))


async def test_inline_mode(joon: Visitor, leo: Visitor, scene: Scene) -> None:
    """What is typed after the bot's name is answered by the bot; a line of the list is chosen once by who asked."""
    scene.bot.inline = True
    chat = (await joon.act("talk", person=str(scene.mina.id)))["chat"]
    typing = asyncio.create_task(joon.act("inline", chat=chat, bot="encore_test_bot", query="gift"))
    number = (await scene.api.updates(timeout=5))[0]["inline_query"]["id"]
    content = {"message_text": "A gift"}
    result = {"type": "article", "id": "7", "title": "Scarf", "description": "silk", "input_message_content": content}
    button = {"text": "All gifts", "start_parameter": "gifts"}
    await scene.api("answerInlineQuery", inline_query_id=number, results=[result], button=button, next_offset="1")

    listed = await typing
    assert listed == {
        "query": number,
        "results": [{"id": "7", "title": "Scarf", "description": "silk"}],
        "next": "1",
        "button": {"text": "All gifts", "start": "gifts"},
    }
    assert await leo.act("choose", query=number, result="7") == {"error": "gone"}
    assert await joon.act("choose", query=number, result="8") == {"error": "gone"}
    sent = await joon.act("choose", query=number, result="7")
    shown = (await joon.get("state"))["messages"][chat][-1]
    assert (shown["key"], shown["via"], shown["text"]) == (sent["message"], "encore_test_bot", "A gift")
    scene.bot.inline = False
    assert await joon.act("inline", chat=chat, bot="encore_test_bot", query="") == {"error": "no_inline"}


async def test_a_press_waits_for_its_answer(joon: Visitor, scene: Scene) -> None:
    """The act of a press ends with what the bot answered to it."""
    sent = await scene.api("sendMessage", chat_id=scene.group.id, text="card", reply_markup=keyboard("Claim"))
    message = f"{key(scene.group)}/{sent.result['message_id']}"

    pressing = asyncio.create_task(joon.act("press", message=message, data="claim"))
    query = (await scene.api.updates(timeout=5))[0]["callback_query"]
    await scene.api("answerCallbackQuery", callback_query_id=query["id"], text="Yours", show_alert=True)

    assert await pressing == {"answer": {"text": "Yours", "alert": True, "url": None}}
    assert await joon.act("press", message=message, data="another") == {"error": "gone"}


async def test_starting_the_bot(joon: Visitor, scene: Scene) -> None:
    """The Start button opens the private chat; before that nothing can be written there."""
    assert await joon.act("say", chat="p42", text="hello") == {"error": "not_started"}

    await joon.act("start", chat="p42")

    assert [one["message"]["text"] for one in await scene.api.read_all()] == ["/start"]
    assert (await joon.get("state"))["chats"][1]["opened"]


async def test_links_to_the_bot(leo: Visitor, scene: Scene) -> None:
    """A start link opens the bot with its payload, which the chat itself doesn't show."""
    done = await leo.act("open", url="https://t.me/encore_test_bot?start=src_tv")

    assert done["chat"] == "p42"
    assert [one["message"]["text"] for one in await scene.api.read_all()] == ["/start src_tv"]
    assert [one["text"] for one in (await leo.get("state"))["messages"]["p42"]] == ["/start"]


async def test_invite_links(leo: Visitor, scene: Scene) -> None:
    """An invite link lets somebody in, and the bot learns which one; a dead one says so."""
    await scene.api.updates(allowed_updates=["chat_member"])
    link = (await scene.api("createChatInviteLink", chat_id=scene.group.id, name="tv")).result["invite_link"]

    assert await leo.act("open", url="https://t.me/+nothing") == {"error": "link_dead"}
    assert await leo.act("open", url="https://example.com") == {"error": "no_link"}
    assert {"chat": key(scene.group)} == await leo.act("open", url=link)

    joined = [one["chat_member"] for one in await scene.api.read_all()]
    assert [one["invite_link"]["name"] for one in joined] == ["tv"]
    assert [key(scene.group), "p42"] == [one["key"] for one in (await leo.get("state"))["chats"]]


async def test_leaving_and_coming_back(joon: Visitor, mina: Visitor, scene: Scene) -> None:
    """Who leaves sees nothing more and can return; an owner stays."""
    await joon.act("leave", chat=key(scene.group))
    state = await joon.get("state")
    assert (state["chats"][0]["status"], state["messages"][key(scene.group)]) == ("left", [])
    assert await joon.act("say", chat=key(scene.group), text="hello?") == {"error": "not_in_chat"}

    await joon.act("back", chat=key(scene.group))
    assert (await joon.get("state"))["chats"][0]["status"] == "member"
    assert await mina.act("leave", chat=key(scene.group)) == {"error": "owner_stays"}


async def test_who_was_removed_stays_out(joon: Visitor, scene: Scene) -> None:
    """Somebody who was removed can't come back by themselves."""
    scene.mina.removes(scene.joon, scene.group)
    assert await joon.act("back", chat=key(scene.group)) == {"error": "not_in_chat"}


async def test_one_more_fan(mina: Visitor, scene: Scene) -> None:
    """An added fan is in the group and can be played."""
    person = (await mina.act("add_fan"))["person"]

    state = await mina.get("state", **{"as": person["id"]})

    assert ("Zoe", person["id"]) == (person["name"], state["me"])
    assert state["chats"][0]["status"] == "member"


async def test_the_clock(mina: Visitor, scene: Scene, page: Page) -> None:
    """The time jumps by hours and to what comes next; those who watch are told."""
    clock = scene.telegram.clock
    began = clock.now()
    assert await mina.act("jump", next=True) == {"error": "nothing_planned"}

    async def look_ahead() -> NextEvent | None:
        return NextEvent(began + 7200, "live")

    page._look_ahead = look_ahead
    await mina.act("jump", seconds=3600)
    assert 3600 <= clock.now() - began < 3610
    assert {"at": began + 7200, "title": "live"} == (await mina.first("clock"))["next"]
    await mina.act("jump", next=True)
    assert 7200 <= clock.now() - began < 7210
    assert await mina.act("jump", seconds=-5) == {"error": "cannot"}


async def test_a_crowd(mina: Visitor, scene: Scene, page: Page) -> None:
    """Many fans come in and tap at once; the counter tells how they were answered and nobody's code."""
    sent = await scene.api("sendMessage", chat_id=scene.group.id, text="card", reply_markup=keyboard("Claim"))
    message = f"{key(scene.group)}/{sent.result['message_id']}"
    await mina.act("crowd", message=message, data="claim", size=30)
    assert await mina.act("crowd", message=message, data="claim", size=30) == {"error": "crowd_busy"}

    answered, offset = 0, 0
    async with asyncio.timeout(10):
        while answered < 30:
            for update in await scene.api.updates(offset=offset, timeout=2):
                offset = update["update_id"] + 1
                query = update.get("callback_query")
                if query is not None:
                    text = "All gone." if answered >= 20 else f"Yours: ABCD-{1000 + answered} until 8 PM"
                    await scene.api("answerCallbackQuery", callback_query_id=query["id"], text=text)
                    answered += 1
        while page.crowd is None or not page.crowd.done:
            await asyncio.sleep(0.01)

    crowd = (await mina.get("state"))["crowd"]
    assert (crowd["size"], crowd["answered"], crowd["unanswered"]) == (30, 30, 0)
    assert 0 <= crowd["p50"] <= crowd["p99"]
    assert [(a["text"], a["count"]) for a in crowd["answers"]] == [("Yours: ••• until 8 PM", 20), ("All gone.", 10)]


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("fly", {}),
        ("press", {"message": "../../x", "data": "a"}),
        ("say", {"chat": "c-1", "text": "x"}),
        ("say", {"chat": 5, "text": "x"}),
        ("jump", {"seconds": "soon"}),
        ("crowd", {"message": "p42/1", "data": "x", "size": "many"}),
        ("start", {"chat": "p7000000001"}),
    ],
)
async def test_acts_that_cannot_be(joon: Visitor, name: str, body: dict[str, Any]) -> None:
    """Hand-made acts are refused with a word, never with a failure of the stand-in."""
    assert "error" in await joon.act(name, **body)


async def test_a_forward_on_the_page(joon: Visitor, mina: Visitor, scene: Scene) -> None:
    """A message is sent on into another chat, where it says whose it was."""
    said = await mina.act("say", chat=key(scene.group), text="/drop 100")
    chat = (await joon.act("talk", person=str(scene.mina.id)))["chat"]

    assert (await joon.act("forward", message=said["message"], chat=chat))["chat"] == chat
    assert (await joon.act("forward", message=said["message"], chat=key(scene.group)))["chat"] == key(scene.group)

    shown = (await mina.get("state"))["messages"][chat][-1]
    assert (shown["text"], shown["forwarded"], shown["mine"]) == ("/drop 100", "Mina", False)
    assert "forward_origin" in (await scene.api.read_all())[-1]["message"]
    as_group = scene.mina.says_as_admin_anonymously(scene.group, "hello")
    scene.mina.hides_forwards = True
    hidden = await mina.act("say", chat=key(scene.group), text="mine")
    for message in (f"{key(scene.group)}/{as_group.message_id}", hidden["message"]):
        await joon.act("forward", message=message, chat=chat)
    names = [one["forwarded"] for one in (await mina.get("state"))["messages"][chat]]
    assert names == ["Mina", "Silk room", "Mina"]


async def test_a_group_changes_hands_on_the_page(joon: Visitor, mina: Visitor, leo: Visitor, scene: Scene) -> None:
    """The owner hands the group to somebody of the cast in it, who may then remove them; both are told in the chat."""
    given = {"chat": key(scene.group)}
    assert await joon.act("hand_over", **given, person=str(scene.joon.id)) == {"error": "cannot"}
    assert await mina.act("hand_over", **given, person=str(leo.person.id)) == {"error": "cannot"}
    assert await mina.act("remove", **given, person=str(leo.person.id)) == {"error": "cannot"}
    assert await mina.act("hand_over", **given, person="5") == {"error": "cannot"}

    assert await mina.act("hand_over", **given, person=str(scene.joon.id)) == {}
    assert await joon.act("remove", **given, person=str(scene.mina.id)) == {}

    assert scene.group.creator() is scene.joon
    assert not scene.group.has(scene.mina)
    lines = [one["service"] for one in (await joon.get("state"))["messages"][key(scene.group)] if "service" in one]
    assert lines[-2:] == [{"what": "owner_changed", "who": ["Joon"]}, {"what": "removed", "who": ["Mina"]}]
    scene.joon.leaves(scene.group)
    leo.person.joins(scene.group)
    lines = [one["service"] for one in (await leo.get("state"))["messages"][key(scene.group)] if "service" in one]
    assert {"what": "owner_left", "who": []} in lines


async def test_a_restricted_member_on_the_page(joon: Visitor, scene: Scene) -> None:
    """Somebody who may not write is a member on the page all the same, until they leave."""
    scene.mina.restricts(scene.joon, scene.group, Permissions(can_send_messages=False))

    async def status() -> str:
        chats = (await joon.get("state"))["chats"]
        return str(next(one["status"] for one in chats if one["key"] == key(scene.group)))

    assert await status() == "member"
    assert await joon.act("say", chat=key(scene.group), text="hello") == {"error": "cannot"}
    scene.joon.leaves(scene.group)
    assert await status() == "left"
