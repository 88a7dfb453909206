"""Inline mode: queries, results, the messages that they become, and the edits and presses of those."""

from typing import Any

import pytest

from sandbox import CannotDoError, Document, InlineQuery, Message
from sandbox.files import blank_picture
from tests.sandbox.client import Scene, keyboard

TOO_OLD = "Bad Request: query is too old and response timeout expired or query ID is invalid"
PICTURE = "https://shop.example/scarf.jpg"


def article(number: str = "1", text: str = "A gift for you", **more: Any) -> dict[str, Any]:
    """A result that becomes a text."""
    content = {"message_text": text, "parse_mode": "HTML"}
    return {"type": "article", "id": number, "title": "Silk scarf", "input_message_content": content} | more


@pytest.fixture
def scene(scene: Scene) -> Scene:
    """The scene, in which the bot's inline mode was turned on."""
    scene.bot.inline = True
    return scene


async def answered(scene: Scene, query: InlineQuery, *results: dict[str, Any], **more: Any) -> InlineQuery:
    """The query, when the bot gave it these results."""
    assert (await scene.api("answerInlineQuery", inline_query_id=query.id, results=list(results), **more)).result
    await query.answered()
    return query


async def card(scene: Scene, **more: Any) -> Message:
    """A card with a button that Joon sent to Mina, where no bot is."""
    query = scene.joon.asks_inline(scene.bot, "gift", scene.mina)
    await answered(scene, query, article(reply_markup=keyboard("Open"), **more))
    return scene.joon.chooses(query, "1")


async def test_off_at_first(scene: Scene) -> None:
    """Without BotFather's leave there is no inline mode, and no button leads there."""
    scene.bot.inline = False
    assert (await scene.api("getMe")).result["supports_inline_queries"] is False
    with pytest.raises(CannotDoError):
        scene.joon.asks_inline(scene.bot, "gift", scene.group)
    switch = {"inline_keyboard": [[{"text": "Send", "switch_inline_query": "gift"}]]}
    sent = await scene.api("sendMessage", chat_id=scene.group.id, text="Hello", reply_markup=switch)
    assert sent.refusal == "Bad Request: BUTTON_TYPE_INVALID"


async def test_query(scene: Scene) -> None:
    """A query tells who types what in which kind of chat, never which one."""
    scene.joon.starts(scene.bot)
    await scene.api.read_all()
    for where in (scene.group, scene.mina, scene.bot):
        scene.joon.asks_inline(scene.bot, "gift", where, offset="20")

    queries = [one["inline_query"] for one in await scene.api.updates()]
    assert [one["chat_type"] for one in queries] == ["supergroup", "private", "sender"]
    assert {"id", "from", "chat_type", "query", "offset"} == queries[0].keys()
    assert (scene.joon.id, "gift", "20") == (queries[0]["from"]["id"], queries[0]["query"], queries[0]["offset"])


async def test_chosen_in_the_group(scene: Scene) -> None:
    """The card is its sender's, via the bot; the bot sees it there and hears that it was chosen."""
    query = await answered(scene, scene.joon.asks_inline(scene.bot, "gift", scene.group), article(text="A <b>gift</b>"))
    await scene.api.read_all()

    sent = scene.joon.chooses(query, "1")

    message, chosen = await scene.api.updates()
    assert (scene.joon.id, scene.bot.id) == (message["message"]["from"]["id"], message["message"]["via_bot"]["id"])
    assert sent.html == "A <b>gift</b>"
    assert {"result_id": "1", "from": scene.joon.json(), "query": "gift"} == chosen["chosen_inline_result"]


async def test_chosen_elsewhere(scene: Scene) -> None:
    """In a chat without the bot it hears only that a result was chosen, and the id if there is a keyboard."""
    await scene.api.read_all()
    sent = await card(scene)

    heard = await scene.api.updates()
    assert [list(one)[1] for one in heard] == ["inline_query", "chosen_inline_result"]
    assert sent.inline_message_id == heard[1]["chosen_inline_result"]["inline_message_id"]
    assert sent in scene.mina.sees(scene.joon)


async def test_no_feedback(scene: Scene) -> None:
    """With feedback at 0 nothing is heard of a choice."""
    scene.bot.inline_feedback = 0
    await card(scene)
    assert not any("chosen_inline_result" in one for one in await scene.api.updates())


async def test_press_and_edit(scene: Scene) -> None:
    """A press on such a card names no message but its id, by which it is edited; the answer is True."""
    sent = await card(scene)
    press = scene.mina.presses(sent, "Open")
    query = (await scene.api.updates())[-1]["callback_query"]
    assert (sent.inline_message_id, False) == (query["inline_message_id"], "message" in query)
    assert (await scene.api("answerCallbackQuery", callback_query_id=press.id, text="Yours")).result

    named = {"inline_message_id": sent.inline_message_id, "text": "Opened"}
    assert True is (await scene.api("editMessageText", **named)).result
    assert (sent.text, sent.buttons) == ("Opened", [])
    assert "message is not modified" in (await scene.api("editMessageText", **named)).refusal
    markup = {"inline_message_id": sent.inline_message_id, "reply_markup": keyboard("Again")}
    assert True is (await scene.api("editMessageReplyMarkup", **markup)).result
    assert sent.buttons[0].text == "Again"

    scene.joon.deletes(sent)
    assert (await scene.api("editMessageText", **named)).refusal == "Bad Request: MESSAGE_ID_INVALID"
    assert (await scene.api("editMessageText", **named | {"text": "?"})).refusal == "Bad Request: MESSAGE_ID_INVALID"


async def test_media(scene: Scene) -> None:
    """A photo's caption and the photo itself are edited; nothing can be uploaded there."""
    photo = {"type": "photo", "id": "1", "photo_url": PICTURE, "thumbnail_url": PICTURE, "caption": "Silk"}
    query = scene.joon.asks_inline(scene.bot, "photo", scene.mina)
    sent = scene.joon.chooses(await answered(scene, query, photo | {"reply_markup": keyboard("Open")}), "1")
    named = {"inline_message_id": sent.inline_message_id}
    assert True is (await scene.api("editMessageCaption", caption="Wool", **named)).result
    upload = {"type": "photo", "media": "attach://one"}
    refused = await scene.api("editMessageMedia", media=upload, **named)
    assert refused.refusal == "Bad Request: invalid inline message content specified"
    before = sent.file
    scene.telegram.internet.put(PICTURE, Document("scarf.jpg", blank_picture(), "image/png"))
    assert True is (await scene.api("editMessageMedia", media={"type": "photo", "media": PICTURE}, **named)).result
    assert (sent.file is not before, "") == (True, sent.text)


async def test_answers_are_kept(scene: Scene) -> None:
    """The same query is answered by Telegram for as long as `cache_time` lets it, for everybody unless personal."""
    query = await answered(scene, scene.joon.asks_inline(scene.bot, "all", scene.group), article(), cache_time=60)
    await scene.api.read_all()
    again = scene.mina.asks_inline(scene.bot, "all", scene.group)
    assert query.answer is again.answer
    scene.mina.chooses(again, "1")
    assert scene.mina.id == (await scene.api.read_all())[-1]["chosen_inline_result"]["from"]["id"]

    mine = {"is_personal": True, "cache_time": 60}
    await answered(scene, scene.joon.asks_inline(scene.bot, "mine", scene.group), article(), **mine)
    assert scene.joon.asks_inline(scene.bot, "mine", scene.group).answer is not None
    assert scene.mina.asks_inline(scene.bot, "mine", scene.group).answer is None

    scene.telegram.clock.advance(61)
    assert scene.joon.asks_inline(scene.bot, "mine", scene.group).answer is None


async def test_answered_once_and_soon(scene: Scene) -> None:
    """A second answer, one after 30 seconds and one to nothing are refused; an old query isn't delivered."""
    await scene.api.read_all()
    query = scene.joon.asks_inline(scene.bot, "gift", scene.group)
    given = {"inline_query_id": query.id, "results": [article()]}
    scene.telegram.clock.advance(31)
    assert await scene.api.updates() == []
    assert (await scene.api("answerInlineQuery", **given)).refusal == TOO_OLD
    query = await answered(scene, scene.joon.asks_inline(scene.bot, "gift", scene.group), article())
    assert (await scene.api("answerInlineQuery", **given | {"inline_query_id": query.id})).refusal == TOO_OLD
    assert (await scene.api("answerInlineQuery", **given | {"inline_query_id": "1"})).refusal == TOO_OLD


def button(**more: Any) -> dict[str, Any]:
    """An answer's button above the results."""
    return {"button": {"text": "Open the bot"} | more}


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ({"results": [article(str(n)) for n in range(51)]}, "too many inline query results specified"),
        ({"results": [article(), article()]}, "RESULT_ID_DUPLICATE"),
        ({"results": [article("")]}, "RESULT_ID_EMPTY"),
        ({"results": [article("가" * 22)]}, "RESULT_ID_INVALID"),
        ({"results": [], "next_offset": "x" * 65}, "NEXT_OFFSET_INVALID"),
        ({"results": [article(title=" ")]}, "ARTICLE_TITLE_EMPTY"),
        ({"results": [article(text="")]}, "message text is empty"),
        ({"results": [article(text="x" * 4097)]}, "MESSAGE_TOO_LONG"),
        ({"results": [article(text="<b>")]}, "can't parse entities: Can't find end tag"),
        ({"results": [article(reply_markup=keyboard("x" * 65))]}, "BUTTON_DATA_INVALID"),
        (
            {"results": [{"type": "article", "id": "1", "title": "Silk"}]},
            "can't parse InlineQueryResult: Can't",
        ),
        (
            {"results": [article(hide_url=True)]},
            'parameter "results[0]" of answerInlineQuery: deprecated',
        ),
        (
            {"results": [{"type": "photo", "id": "1", "photo_url": "scarf", "thumbnail_url": PICTURE}]},
            "WEBDOCUMENT_URL_INVALID",
        ),
        ({"results": [{"type": "photo", "id": "1", "photo_file_id": "BQAC"}]}, "wrong file identifier"),
        ({"results": []} | button(start_parameter=""), "can't use empty start_parameter"),
        ({"results": []} | button(start_parameter="x" * 65), "too long start_parameter specified"),
        ({"results": []} | button(start_parameter="a b"), "unallowed characters in start_parameter are used"),
        ({"results": []} | button(), "can't parse InlineQueryResultsButton"),
    ],
)
async def test_refused_answers(scene: Scene, answer: dict[str, Any], why: str) -> None:
    """What Telegram refuses in an answer; the query stays open."""
    query = scene.joon.asks_inline(scene.bot, "gift", scene.group)
    refused = await scene.api("answerInlineQuery", inline_query_id=query.id, **answer)
    assert f"Bad Request: {why}" in refused.refusal
    await answered(scene, query, article())


async def test_switching(scene: Scene) -> None:
    """A button leads into inline mode in a chat that is chosen; it offers the kinds that the bot allows."""
    chosen = {"query": "gift 7", "allow_user_chats": True}
    row: list[dict[str, Any]] = [
        {"text": "Send on", "switch_inline_query_chosen_chat": chosen},
        {"text": "Here", "switch_inline_query_current_chat": "look"},
    ]
    given = {"chat_id": scene.group.id, "text": "A gift", "reply_markup": {"inline_keyboard": [row]}}
    message = scene.group.by_id[(await scene.api("sendMessage", **given)).result["message_id"]]

    query = scene.joon.switches(message, "Send on", scene.mina)
    assert ("gift 7", scene.telegram.world.chat_between(scene.joon, scene.mina)) == (query.text, query.chat)
    assert scene.group is scene.joon.switches(message, "Here").chat
    with pytest.raises(CannotDoError):
        scene.joon.switches(message, "Send on", scene.group)
    row[0]["switch_inline_query_chosen_chat"] = {"query": ""}
    assert "at least one chat type must be allowed" in (await scene.api("sendMessage", **given)).refusal


async def test_start_link_of_a_card(scene: Scene) -> None:
    """Whoever gets a card follows its button's link, and the bot is started with the token."""
    link = {"inline_keyboard": [[{"text": "Open", "url": "https://t.me/encore_test_bot?start=g_7f3a"}]]}
    query = await answered(scene, scene.joon.asks_inline(scene.bot, "gift", scene.mina), article(reply_markup=link))
    scene.mina.follows(scene.joon.chooses(query, "1"), "Open")
    assert (await scene.api.updates())[-1]["message"]["text"] == "/start g_7f3a"


async def test_who_only_used_inline_mode(scene: Scene, newcomer: Any) -> None:
    """The bot knows such a person, but may not write to them first."""
    sent = {"chat_id": newcomer.id, "text": "Hello"}
    assert (await scene.api("sendMessage", **sent)).refusal == "Bad Request: chat not found"
    newcomer.asks_inline(scene.bot, "gift", scene.mina)
    refused = (await scene.api("sendMessage", **sent)).refusal
    assert refused == "Forbidden: bot can't initiate conversation with a user"
