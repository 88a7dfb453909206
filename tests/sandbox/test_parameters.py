"""Each call is checked against the Bot API's own description."""

import json
from typing import Any

import pytest

from sandbox import checks
from sandbox.checks import METHOD_NAMES, SCHEMA
from sandbox.errors import ApiError
from sandbox.html import checked_url
from sandbox.methods import BY_LOWER_NAME
from tests.sandbox.client import Answer, Api, Scene

BUTTON = {"text": "Go", "callback_data": "go"}


def markup(button: dict[str, Any]) -> dict[str, Any]:
    """A keyboard of one button."""
    return {"inline_keyboard": [[button]]}


def where(field: str) -> str:
    """How a refusal names a button's place."""
    return f'Bad Request: parameter "reply_markup.inline_keyboard[0][0]{field}" of sendMessage: '


REFUSED: list[tuple[str, dict[str, Any], str]] = [
    ("unknown", {"colour": "red"}, 'Bad Request: unknown parameter "colour" in sendMessage'),
    (
        "deprecated",
        {"reply_to_message_id": 1},
        'Bad Request: deprecated parameter "reply_to_message_id" in sendMessage',
    ),
    (
        "deprecated preview",
        {"disable_web_page_preview": True},
        'Bad Request: deprecated parameter "disable_web_page_preview" in sendMessage',
    ),
    ("no text", {"text": ""}, "Bad Request: message text is empty"),
    (
        "number for a boolean",
        {"protect_content": 7},
        'Bad Request: parameter "protect_content" of sendMessage: must be a boolean',
    ),
    (
        "text for a number",
        {"message_thread_id": "abc"},
        'Bad Request: parameter "message_thread_id" of sendMessage: must be a number',
    ),
    (
        "unreadable JSON",
        {"reply_markup": "{"},
        'Bad Request: parameter "reply_markup" of sendMessage: can\'t parse JSON',
    ),
    (
        "unknown nested",
        {"link_preview_options": {"is_off": True}},
        'Bad Request: parameter "link_preview_options" of sendMessage: unknown field "is_off" in LinkPreviewOptions',
    ),
    (
        "deprecated nested",
        {"reply_parameters": {"message_id": 1, "hide_url": True}},
        'Bad Request: parameter "reply_parameters" of sendMessage: deprecated field "hide_url" in ReplyParameters',
    ),
    (
        "ill-typed nested",
        {"ephemeral_message_parameters": {"receiver_user_id": "x"}},
        'Bad Request: parameter "ephemeral_message_parameters.receiver_user_id" of sendMessage: must be a number',
    ),
    (
        "missing nested",
        {"ephemeral_message_parameters": {}},
        "Bad Request: can't parse EphemeralMessageParameters: Can't find field \"receiver_user_id\"",
    ),
    (
        "button without text",
        {"reply_markup": markup({"callback_data": "x"})},
        "Bad Request: can't parse InlineKeyboardButton: Can't find field \"text\"",
    ),
    (
        "button without action",
        {"reply_markup": markup({"text": "Go"})},
        "Bad Request: Text buttons are not allowed in the inline keyboard",
    ),
    (
        "button with empty data",
        {"reply_markup": markup({"text": "Go", "callback_data": ""})},
        "Bad Request: Text buttons are not allowed in the inline keyboard",
    ),
    (
        "button with two actions",
        {"reply_markup": markup(BUTTON | {"url": "https://t.me"})},
        where("") + "a button must have exactly one action, this one has callback_data, url",
    ),
    (
        "unknown style",
        {"reply_markup": markup(BUTTON | {"style": "pink"})},
        where(".style") + "must be one of danger, success, primary",
    ),
    (
        "misspelt button field",
        {"reply_markup": markup({"text": "Go", "callback": "x"})},
        where("") + 'unknown field "callback" in InlineKeyboardButton',
    ),
    (
        "disabled that isn't an object",
        {"reply_markup": markup({"text": "Go", "disabled": True})},
        where(".disabled") + "must be an object DisabledButton",
    ),
]


@pytest.mark.parametrize(("params", "refusal"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
async def test_refuses(scene: Scene, params: dict[str, Any], refusal: str) -> None:
    """A parameter that the Bot API doesn't know, or of another type, is refused by its name."""
    given = {"chat_id": scene.group.id, "text": "hello"} | params

    answer = await scene.api("sendMessage", **given)

    assert (400, refusal) == (answer.status, answer.refusal)


MISSING = [
    ("sendMessage", {"text": "x"}, "chat_id is empty"),
    ("sendMessage", {"chat_id": 1}, "message text is empty"),
    ("getChatMember", {"chat_id": 1}, "invalid user_id specified"),
    ("deleteMessage", {"chat_id": 1}, "message identifier is not specified"),
    ("setMyCommands", {}, 'parameter "commands" of setMyCommands is missing'),
]


@pytest.mark.parametrize(("method", "params", "refusal"), MISSING)
async def test_missing_parameter(scene: Scene, method: str, params: dict[str, Any], refusal: str) -> None:
    """A missing required parameter is refused, in Telegram's words where they are known."""
    assert f"Bad Request: {refusal}" == (await scene.api(method, **params)).refusal


ACCEPTED: list[tuple[str, dict[str, Any]]] = [
    ("url", {"url": "https://t.me/x"}),
    ("copy", {"copy_text": {"text": "SILK-1"}}),
    ("disabled", {"disabled": {}}),
    ("inline query", {"switch_inline_query": ""}),
    ("inline query here", {"switch_inline_query_current_chat": "card"}),
    ("inline query there", {"switch_inline_query_chosen_chat": {"query": "card", "allow_group_chats": True}}),
    ("styled", {"callback_data": "x", "style": "danger", "icon_custom_emoji_id": "5"}),
]


@pytest.mark.parametrize("button", [row[1] for row in ACCEPTED], ids=[row[0] for row in ACCEPTED])
async def test_accepts_buttons(scene: Scene, button: dict[str, Any]) -> None:
    """Every button with exactly one action is kept as it came."""
    scene.bot.inline = True
    given = {"text": "Go"} | button

    sent = (await scene.api("sendMessage", chat_id=scene.group.id, text="x", reply_markup=markup(given))).result

    assert markup(given) == sent["reply_markup"]


async def test_form_posts_are_strings(scene: Scene) -> None:
    """A form post may write numbers, booleans and objects as strings."""
    answer = await scene.api.form(
        "sendmessage", chat_id=scene.group.id, text="x", protect_content="True", reply_markup=markup(BUTTON)
    )

    assert markup(BUTTON) == answer.result["reply_markup"]
    assert answer.result["has_protected_content"] is True


async def test_scalars_are_read_loosely(scene: Scene) -> None:
    """A number stands for a text, "no" for false and a string for a number."""
    answer = await scene.api.form(
        "sendMessage", chat_id=str(scene.group.id), text=5, protect_content="no", message_thread_id="0"
    )

    assert (answer.result["text"], "has_protected_content" in answer.result) == ("5", False)
    assert (await scene.api("sendMessage", chat_id=scene.group.id, text=5)).result["text"] == "5"


async def test_query_string(scene: Scene) -> None:
    """A GET with a query string is a call too, in any letter case."""
    url = f"{scene.api.root}/SENDMESSAGE"
    async with scene.api.session.get(url, params={"chat_id": scene.group.id, "text": "hi"}) as response:
        assert (await response.json())["result"]["text"] == "hi"


async def test_bodies_that_are_no_objects(scene: Scene) -> None:
    """A JSON body that isn't an object is refused."""
    async with scene.api.session.post(f"{scene.api.root}/getMe", json=[1]) as response:
        assert response.status == 400


async def test_unplayed_methods(scene: Scene) -> None:
    """A method that isn't played here never gets a false ok, and one that doesn't exist gets Telegram's words."""
    unplayed, unknown = await scene.api("sendGame", chat_id=scene.group.id), await scene.api("noSuchMethod")

    assert (unplayed.status, unplayed.refusal) == (404, "Not Found: method sendGame is not played here")
    assert (unknown.status, unknown.refusal) == (404, "Not Found: method not found")


async def test_unknown_token(scene: Scene) -> None:
    """A token that no bot has is unauthorized."""
    answer = await Api(scene.api.session, scene.api.url, "43:OTHER")("getMe")

    assert (answer.status, answer.refusal) == (401, "Unauthorized")


async def test_malformed_before_missing_chat(scene: Scene) -> None:
    """What can be judged from the request alone is reported before a missing chat."""

    async def refusal(**params: Any) -> Answer:
        return await scene.api("sendMessage", chat_id=-1, **params)

    assert "Unsupported start tag" in (await refusal(text="<x>a</x>", parse_mode="HTML")).refusal
    assert "Wrong HTTP URL" in (await refusal(text="a", reply_markup=markup({"text": "a", "url": "nodot"}))).refusal
    assert "chat not found" in (await refusal(text="a" * 5000)).refusal


@pytest.mark.parametrize("port", ["", ":80", ":443", ":65535", ":0", ":65536", ":99999", ":", ":8x"])
def test_ports_of_links(port: str) -> None:
    """A link's port is a number that ports have, or there is no colon."""
    fits = port in {"", ":80", ":443", ":65535"}
    assert (checked_url(f"https://live.example.com{port}/silk") is not None) is fits
    assert checked_url(f"https://live<.example.com{port}/silk") is None


def test_every_method_is_in_the_schema() -> None:
    """What is played is a part of the Bot API 10.3, whose 185 methods the schema holds."""
    assert SCHEMA["api"] == "10.3"
    assert len(METHOD_NAMES) == 185
    assert all(METHOD_NAMES[lower] == name for lower, (name, _) in BY_LOWER_NAME.items())


async def test_inline_results_are_checked_though_unplayed(scene: Scene) -> None:
    """The schema reaches nested unions: the right member of a union names the fault."""
    result = {
        "type": "article",
        "id": "1",
        "title": "T",
        "hide_url": True,
        "input_message_content": {"message_text": "x"},
    }
    with pytest.raises(ApiError, match="hide_url"):
        checks.read("answerInlineQuery", {"inline_query_id": "1", "results": json.dumps([result])})
    del result["hide_url"]
    assert checks.read("answerInlineQuery", {"inline_query_id": "1", "results": [result]})["results"] == [result]
