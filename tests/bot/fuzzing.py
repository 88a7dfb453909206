"""Updates and answers as no Telegram would send them, the same in every run: types swapped, fields missing, numbers out
of range, depth, half characters, unknown kinds, bytes that are no JSON."""

import json
import random
from collections.abc import Callable
from typing import Any

from bot.telegram.answers import Granted, Refused, read_answer
from bot.updates import GREATEST_ID
from tests.bot.conftest import NOON

Dice = random.Random
DATE = int(NOON)
STRANGERS = range(5_000_000, 5_000_400)
ODD_NUMBERS = (
    *(-1, 0, -(2**31), 2**31 - 1, 2**31, 2**32, 2**52, -(2**52), 2**53, 2**62, 2**63 - 1, 2**63, -(2**63), 2**64),
    *(10**30, 10**400, 0.5, 1e300, -0.0, 1e-300),
)
ODD_TEXTS = (
    *(
        "",
        " ",
        "\0",
        "\ud800",
        "a\udfff",
        "٣",
        "9" * 5000,
        "🎁" * 3000,
        "/" * 10,
        "/checkin " + "x" * 4000,
        "\u202eabc",
    ),
    *(
        "/myorder " + "9" * 300,
        "/order 1 @" + "x" * 900,
        "/report stream 99999999999999999999",
        "/setup currency=\ud800",
    ),
    *("/start gift_" + "9" * 30, "/coupon 99999999999999999999", "/me@", "check in\ud83d", "null", "-1", "1e400"),
)
METHODS = ("sendMessage", "answerCallbackQuery", "editMessageText", "getChatMember", "getChatAdministrators", "getChat")
POLL = "getUpdates"


def person(dice: Dice) -> dict[str, Any]:
    """A stranger."""
    return {
        "id": dice.choice(STRANGERS),
        "is_bot": False,
        "first_name": "Zoe",
        "language_code": dice.choice("ek") + "n",
    }


class Templates:
    """Sound updates of each kind that the bot listens to, and some others, by strangers."""

    def __init__(self, group_id: int, words: tuple[str, ...]) -> None:
        self._group = {"id": group_id, "type": "supergroup", "title": "Silk room"}
        self._words = words

    def pick(self, dice: Dice) -> dict[str, Any]:
        """One without a number."""
        kinds: tuple[Callable[[Dice], dict[str, Any]], ...] = (
            self._message,
            self._message,
            self._press,
            self._inline,
            self._chosen,
            self._member,
            self._own_member,
            self._reaction,
            self._joins,
            self._other,
        )
        return dice.choice(kinds)(dice)

    def _said(self, dice: Dice, who: dict[str, Any], chat: dict[str, Any]) -> dict[str, Any]:
        said: dict[str, Any] = {"message_id": dice.randrange(1, 10**6), "date": DATE, "chat": chat, "from": who}
        more: tuple[dict[str, Any], ...] = (
            {"text": dice.choice(self._words)},
            {"text": dice.choice(ODD_TEXTS)},
            {"text": "/checkin", "entities": [{"type": "bot_command", "offset": 0, "length": 8}]},
            {"photo": [{"file_id": "x", "file_unique_id": "x", "width": 1, "height": 1}], "caption": "/me"},
            {"document": {"file_id": "x", "file_unique_id": "x", "file_name": "orders.csv", "file_size": 10}},
            {"new_chat_members": [person(dice)]},
            {"left_chat_member": person(dice)},
            {"forward_origin": {"type": "user", "sender_user": person(dice), "date": DATE}, "text": "check in"},
            {"sender_chat": {"id": -100_777, "type": "channel", "title": "News"}, "text": "check in"},
            {"reply_to_message": {"message_id": 5, "date": DATE, "chat": chat, "text": "hello"}, "text": "/me"},
            {"users_shared": {"request_id": 1, "users": [{"user_id": 5}]}},
        )
        return said | dice.choice(more)

    def _message(self, dice: Dice) -> dict[str, Any]:
        who = person(dice)
        chat = self._group if dice.random() < 0.6 else {"id": who["id"], "type": "private", "first_name": "Zoe"}
        return {"message": self._said(dice, who, chat)}

    def _press(self, dice: Dice) -> dict[str, Any]:
        who = person(dice)
        data = dice.choice(("claim:1", "checkin", "enter:1", "take:1", "here:1", "heart:1", "set:language:ko", "x:y:z"))
        press = {"id": str(dice.randrange(10**18)), "from": who, "chat_instance": "5", "data": data}
        return {"callback_query": press | {"message": self._said(dice, person(dice), self._group)}}

    def _inline(self, dice: Dice) -> dict[str, Any]:
        query = dice.choice(("", "gift 5", "gift 99999999999999999999", *ODD_TEXTS))
        return {"inline_query": {"id": "5", "from": person(dice), "query": query, "offset": ""}}

    def _chosen(self, dice: Dice) -> dict[str, Any]:
        return {"chosen_inline_result": {"result_id": "5", "from": person(dice), "query": dice.choice(ODD_TEXTS)}}

    def _changed(self, dice: Dice, chat: dict[str, Any], who: dict[str, Any]) -> dict[str, Any]:
        states = ("member", "left", "kicked", "restricted", "administrator", "creator", "guest")
        old, new = ({"user": who, "status": dice.choice(states), "until_date": 0} for _ in range(2))
        return {"chat": chat, "from": person(dice), "date": DATE, "old_chat_member": old, "new_chat_member": new}

    def _member(self, dice: Dice) -> dict[str, Any]:
        return {"chat_member": self._changed(dice, self._group, person(dice))}

    def _own_member(self, dice: Dice) -> dict[str, Any]:
        me = {"id": 42, "is_bot": True, "first_name": "Encore", "username": "encore_test_bot"}
        # Never the group of the fans who must be served.
        return {"my_chat_member": self._changed(dice, {**self._group, "id": -100_200 - dice.randrange(50)}, me)}

    def _reaction(self, dice: Dice) -> dict[str, Any]:
        heart = [{"type": "emoji", "emoji": "❤"}]
        who = {"chat": self._group, "message_id": 5, "user": person(dice), "date": DATE}
        return {"message_reaction": who | {"old_reaction": [], "new_reaction": heart}}

    def _joins(self, dice: Dice) -> dict[str, Any]:
        who = person(dice)
        return {"chat_join_request": {"chat": self._group, "from": who, "user_chat_id": who["id"], "date": DATE}}

    def _other(self, dice: Dice) -> dict[str, Any]:
        return {dice.choice(("dream", "poll", "edited_message", "channel_post", "purchased_paid_media")): {"id": "5"}}


def spoiled(dice: Dice, told: Any, most: int = 3) -> Any:
    """JSON with one to `most` things in it that shouldn't be so."""
    told = json.loads(json.dumps(told))
    for _ in range(min(most, dice.choice((1, 1, 1, 2, 3)))):
        places = list(_places(told))
        if places:
            inside, key = dice.choice(places)
            if dice.random() < 0.2:
                del inside[key]
            else:
                inside[key] = _odd(dice, inside[key])
    return told


def _odd(dice: Dice, value: Any) -> Any:
    """What might stand in a value's place."""
    match dice.randrange(6):
        case 0:
            return dice.choice(ODD_NUMBERS)
        case 1:
            return dice.choice(ODD_TEXTS)
        case 2:
            return dice.choice((None, True, False, [], {}, [[]], [None], {"": ""}, {"id": 5}))
        case 3:
            return dice.choice(([value], {"x": value}))
        case 4:
            return str(value)
    for _ in range(dice.choice((5, 200))):
        value = {"reply_to_message": value} if dice.random() < 0.5 else [value]
    return value


def _places(told: Any, depth: int = 0) -> Any:
    if depth > 8:
        return
    keys = list(told) if isinstance(told, dict) else range(len(told)) if isinstance(told, list) else ()
    for key in keys:
        if key not in {"update_id", "chat"} or depth > 1:
            yield told, key
        yield from _places(told[key], depth + 1)


def bad_update(dice: Dice, templates: Templates) -> Callable[[int], bytes]:
    """An update that is wrong somewhere, or a sound one of a stranger; given its number, its bytes."""
    told = templates.pick(dice)
    way = dice.randrange(40)
    if way < 22:
        told = spoiled(dice, told)

    def write(number: int) -> bytes:
        body: Any = {"update_id": number, **told}
        match way:
            case 1:  # no number that can be confirmed
                body["update_id"] = dice.choice((-5, True, "7", 0.5, None, GREATEST_ID + 1, 2**62, 2**63, 10**400, []))
            case 2:
                body = dice.choice(([], "x", 7, None, True, [body], {}))
            case 3:
                written = json.dumps(body, ensure_ascii=False).encode(errors="replace")
                return written.replace(b"Zoe", b"Zo\xe9")
            case 4:
                depth = dice.choice((900, 3000))
                return b'{"update_id":%d,"message":' % number + b'{"a":' * depth + b"1" + b"}" * depth + b"}"
            case 5:
                return b'{"update_id":%d,"message":{"date":NaN}}' % number
        # `json.dumps` writes NaN and half characters too.
        return json.dumps(body, ensure_ascii=dice.random() < 0.5).encode(errors="surrogatepass")

    return write


def bad_answer(dice: Dice, method: str) -> tuple[int, bytes, str]:
    """Status, body and type of an answer that is no clear word, or for an ask one that says something odd."""
    while True:
        code = dice.choice((200, 200, 200, 200, 301, 400, 403, 404, 429, 500, 502, 504))
        result: Any = {"status": "member", "user": {"id": 5, "is_bot": False, "first_name": "Zoe"}}
        body = json.dumps(spoiled(dice, {"ok": code == 200, "error_code": code, "result": result})).encode()
        match dice.randrange(6):
            case 0:
                body = b"<html>" + bytes(dice.randrange(256) for _ in range(50))
            case 1:
                body = body[: dice.randrange(len(body))]
            case 2:
                body = b'{"ok":true,"result":' + b"[" * 3000 + b"]" * 3000 + b"}"
            case 3 if method == POLL:
                body = b'{"ok":true,"result":[7,"x",{"update_id":-5},' + body + b"]}"
        said = read_answer(code, body)
        if isinstance(said, Granted) and method != POLL and not method.startswith("get"):
            continue  # it would be believed that it was done
        if isinstance(said, Refused) and said.code < 429:
            continue  # a clear word: another test's subject
        return code, body, dice.choice(("application/json", "text/html"))
