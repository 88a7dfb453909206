"""forwardMessage(s) and copyMessage(s)."""

from typing import Any

import pytest

from sandbox import Chat, Permissions
from tests.sandbox.client import Scene, keyboard
from tests.sandbox.test_albums import album, item


@pytest.fixture
async def channel(scene: Scene) -> Chat:
    """Where things are passed on to: a channel in which the bot posts."""
    made = scene.telegram.add_channel("News", scene.mina)
    scene.mina.adds(scene.bot, made, scene.group.members[scene.bot.id].rights)
    await scene.api.read_all()
    return made


def there(scene: Scene, channel: Chat, **more: Any) -> dict[str, Any]:
    """From the group into the channel."""
    return {"chat_id": channel.id, "from_chat_id": scene.group.id, **more}


async def test_a_forward(scene: Scene, channel: Chat) -> None:
    """A forward names its origin and leaves the keyboard behind; a copy does neither and brings one of its own."""
    said = scene.joon.says(scene.group, "hello")
    own = (
        await scene.api(
            "sendMessage", chat_id=scene.group.id, text="<b>card</b>", parse_mode="HTML", reply_markup=keyboard("Claim")
        )
    ).result

    forward = (await scene.api("forwardMessage", **there(scene, channel, message_id=own["message_id"]))).result
    of_joon = (await scene.api("forwardMessage", **there(scene, channel, message_id=said.message_id))).result
    copy = await scene.api(
        "copyMessage", **there(scene, channel, message_id=own["message_id"], reply_markup=keyboard("More"))
    )

    assert (forward["text"], forward["entities"][0]["type"]) == ("card", "bold")
    assert forward["forward_origin"]["sender_user"]["id"] == scene.bot.id
    assert "reply_markup" not in forward
    assert of_joon["forward_origin"]["sender_user"]["id"] == scene.joon.id
    copied = channel.by_id[copy.result["message_id"]].json(scene.bot)
    assert (copied["text"], copied["reply_markup"]) == ("card", keyboard("More"))
    assert "forward_origin" not in copied


async def test_a_forward_of_a_forward(scene: Scene, channel: Chat) -> None:
    """It keeps the first origin."""
    said = scene.joon.says(scene.group, "hello")
    first = (await scene.api("forwardMessage", **there(scene, channel, message_id=said.message_id))).result

    again = await scene.api(
        "forwardMessage", chat_id=scene.group.id, from_chat_id=channel.id, message_id=first["message_id"]
    )

    assert first["forward_origin"] == again.result["forward_origin"]


async def test_what_cannot_be_passed_on(scene: Scene, channel: Chat) -> None:
    """Service messages and missing ones are refused, protected ones and open quizzes each in one way only."""
    newcomer = scene.telegram.add_user("Leo")
    newcomer.joins(scene.group)
    scene.mina.pins(scene.joon.says(scene.group, "hello"))
    service = scene.group.messages[-1]
    sent = await scene.api("sendMessage", chat_id=scene.group.id, text="mine", protect_content=True)
    protected = sent.result["message_id"]
    other = scene.telegram.add_bot("43:OTHER", "other_bot", "Other")
    scene.mina.adds(other, scene.group, scene.group.members[scene.bot.id].rights)

    async def refusal(method: str, number: int, **more: Any) -> str:
        return (await scene.api(method, **there(scene, channel, message_id=number, **more))).refusal

    assert service.service
    assert await refusal("forwardMessage", service.message_id) == "Bad Request: the message can't be forwarded"
    assert await refusal("copyMessage", service.message_id) == "Bad Request: the message can't be copied"
    assert await refusal("forwardMessage", 999) == "Bad Request: message to forward not found"
    assert await refusal("copyMessage", 999) == "Bad Request: message to copy not found"
    assert await refusal("forwardMessage", protected) == "Bad Request: the message can't be forwarded"
    assert (await scene.api("copyMessage", **there(scene, channel, message_id=protected))).status == 200


async def test_an_open_quiz_is_copied_by_who_knows_it(scene: Scene, channel: Chat) -> None:
    """Another bot can't copy it before it is closed."""
    quiz = {"question": "?", "options": [{"text": "a"}], "type": "quiz", "correct_option_ids": [0]}
    sent = (await scene.api("sendPoll", chat_id=scene.group.id, **quiz)).result
    name = there(scene, channel, message_id=sent["message_id"])
    copy = (await scene.api("copyMessage", **name)).result
    forward = (await scene.api("forwardMessage", **name)).result
    back = {"chat_id": scene.group.id, "from_chat_id": channel.id}

    assert (await scene.api("copyMessage", **back, message_id=copy["message_id"])).status == 200
    refused = await scene.api("copyMessage", **back, message_id=forward["message_id"])
    assert refused.refusal == "Bad Request: the message can't be copied"
    await scene.api("stopPoll", chat_id=scene.group.id, message_id=sent["message_id"])
    assert (await scene.api("copyMessage", **back, message_id=forward["message_id"])).status == 200


async def test_the_order_of_checks(scene: Scene, channel: Chat) -> None:
    """First the chat that a message comes from, then the message, then the chat that it goes to."""
    nowhere = {"chat_id": -1, "from_chat_id": -2, "message_id": 999}

    async def refusal(**more: Any) -> str:
        return (await scene.api("forwardMessage", **(nowhere | more))).refusal

    assert await refusal(from_chat_id="") == "Bad Request: chat_id is empty"
    assert await refusal() == "Bad Request: chat not found"
    assert await refusal(from_chat_id=scene.group.id) == "Bad Request: message to forward not found"
    said = scene.joon.says(scene.group, "hello")
    assert await refusal(from_chat_id=scene.group.id, message_id=said.message_id) == "Bad Request: chat not found"


async def test_a_copy_with_another_caption(scene: Scene, channel: Chat) -> None:
    """A caption replaces a file's, an empty one takes it away; a text has none, however long it is."""
    sent = (await album(scene, [item(caption="old")])).result[0]
    said = scene.joon.says(scene.group, "hello")

    async def caption(number: int, text: str) -> str:
        answer = await scene.api("copyMessage", **there(scene, channel, message_id=number, caption=text))
        return channel.by_id[answer.result["message_id"]].text

    assert await caption(sent["message_id"], "new") == "new"
    assert await caption(sent["message_id"], "") == ""
    assert await caption(said.message_id, "a" * 1025) == "hello"
    long = await scene.api("copyMessage", **there(scene, channel, message_id=sent["message_id"], caption="a" * 1025))
    assert long.refusal == "Bad Request: message caption is too long"


async def test_many_at_once(scene: Scene, channel: Chat) -> None:
    """What is missing or can't go is skipped; albums stay albums, of which a single picture is none."""
    sent = (await album(scene, [item(caption="one"), item(name="two"), item(name="three")])).result
    first, second, third = (one["message_id"] for one in sent)
    said = scene.joon.says(scene.group, "hello")
    numbers = [first, second, said.message_id, 998]

    forwarded = (await scene.api("forwardMessages", **there(scene, channel, message_ids=numbers))).result
    copied = (
        await scene.api("copyMessages", **there(scene, channel, message_ids=[first, second], remove_caption=True))
    ).result
    single = (await scene.api("copyMessages", **there(scene, channel, message_ids=[third, 999]))).result

    groups = [channel.by_id[one["message_id"]].extra.get("media_group_id") for one in forwarded]
    assert (len(forwarded), groups[0] == groups[1], groups[2]) == (3, True, None)
    assert groups[0] != sent[0]["media_group_id"]
    copies = [channel.by_id[one["message_id"]] for one in copied]
    assert (copies[0].text, "forward_origin" in copies[0].extra) == ("", False)
    assert "media_group_id" not in channel.by_id[single[0]["message_id"]].extra


MANY: list[tuple[str, list[int], str]] = [
    ("none", [], "message identifiers are not specified"),
    ("101", list(range(1, 102)), "too many message identifiers specified"),
    ("falling", [2, 1], "message identifiers must be in a strictly increasing order"),
    ("twice", [1, 1], "message identifiers must be in a strictly increasing order"),
    ("nothing there", [998, 999], "there are no messages to forward"),
]


@pytest.mark.parametrize(("numbers", "why"), [row[1:] for row in MANY], ids=[row[0] for row in MANY])
@pytest.mark.parametrize("method", ["forwardMessages", "copyMessages"])
async def test_refused_lists(scene: Scene, channel: Chat, method: str, numbers: list[int], why: str) -> None:
    """A list that Telegram doesn't take is refused whole."""
    answer = await scene.api(method, **there(scene, channel, message_ids=numbers))

    assert answer.refusal == f"Bad Request: {why}"


async def test_rights_where_it_goes(plain_scene: Scene) -> None:
    """A plain bot needs the right to send such a message, whoever sent it first."""
    scene = plain_scene
    sent = (await album(scene, [item()])).result[0]
    scene.group.permissions = Permissions(can_send_photos=False)
    name = {"chat_id": scene.group.id, "from_chat_id": scene.group.id}

    for method, which in (
        ("forwardMessage", {"message_id": sent["message_id"]}),
        ("copyMessages", {"message_ids": [sent["message_id"]]}),
    ):
        answer = await scene.api(method, **name, **which)
        assert answer.refusal == "Bad Request: not enough rights to send photos to the chat"
