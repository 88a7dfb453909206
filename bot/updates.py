"""What a poll brought: updates that can be handled, and those that are set aside so that the others go on.

An update is sound if it is an object with a number of its own, whose sender and chat, where it has any, can be told,
and which both databases can keep. Anything deeper is looked at when it is handled.
"""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from bot.plain_json import encode, is_whole, read_json

GREATEST_ID = 2**31 - 2
"""Of an update. The server's `offset` is a number of 32 bits: what is greater can't be confirmed."""
GREATEST_PERSON = 2**52
"""Ids of people and chats have at most 52 bits: https://core.telegram.org/bots/api#user."""
GREATEST_DATE = 2**32
"""Seconds since 1970: a later date is none."""
LONGEST_BODY = 1_000_000
"""Characters of an update that are kept when it is set aside."""
KINDS = frozenset(
    {
        *("business_connection", "business_message", "callback_query", "channel_post", "chat_boost"),
        *("chat_join_request", "chat_member", "chosen_inline_result", "deleted_business_messages"),
        *("edited_business_message", "edited_channel_post", "edited_message", "guest_message", "inline_query"),
        *("managed_bot", "message", "message_reaction", "message_reaction_count", "my_chat_member", "poll"),
        *("poll_answer", "pre_checkout_query", "purchased_paid_media", "removed_chat_boost", "shipping_query"),
        *("stopped_message_generation", "subscription"),
    }
)
"""What an update may be: https://core.telegram.org/bots/api#update."""


@dataclass(frozen=True, slots=True)
class Sound:
    """An update that can be stored and handled."""

    update_id: int
    person: int
    """Whose it is, for the order of handling: the sender, else the chat, else 0."""
    body: dict[str, Any]
    written: str
    """The body as JSON."""


@dataclass(frozen=True, slots=True)
class Unread:
    """An update that can't be read or stored."""

    body: str
    """JSON in ASCII, as far as it is JSON at all."""
    reason: str
    update_id: int | None = None
    """If it has one that can be confirmed."""
    user_id: int | None = None
    """Whose it is, if that can be told."""

    @property
    def key(self) -> str:
        """The same each time it comes again."""
        return str(self.update_id) if self.update_id is not None else sha256(self.body.encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Batch:
    """The updates of one poll."""

    sound: list[Sound]
    unread: list[Unread]
    offset: int | None
    """What the next poll confirms; None if no update has a number that can be."""


def sort_out(updates: Iterable[Any]) -> Batch:
    """Tell the sound updates of a poll from the others."""
    sound: list[Sound] = []
    unread: list[Unread] = []
    last = -1
    for told in updates:
        one = told if isinstance(told, Unread) else read_update(told)
        if isinstance(one, Sound):
            sound.append(one)
        else:
            unread.append(one)
        if one.update_id is not None and one.update_id > last:
            last = one.update_id
    return Batch(sound, unread, last + 1 if last >= 0 else None)


def read_update(told: Any) -> Sound | Unread:
    """Look at one update."""
    if not isinstance(told, dict):
        return _unread(told, "no object")
    update_id = told.get("update_id")
    if not is_whole(update_id) or not 0 <= update_id <= GREATEST_ID:
        return _unread(told, "no number of its own")
    person = _person(told)
    if person is None:
        return _unread(told, "nobody's", update_id)
    try:
        written = encode(told)
        written.encode()
    except (ValueError, RecursionError) as error:
        reason = "half a character" if isinstance(error, UnicodeEncodeError) else "too deep"
        return _unread(told, reason, update_id, person)
    if "\\u0000" in written and "\0" in _flat(told):
        return _unread(told, "a zero byte", update_id, person)  # PostgreSQL keeps none
    return Sound(update_id, person, told, written)


def read_body(written: str | bytes) -> Sound | Unread:
    """The same of an update that was stored as JSON."""
    try:
        return read_update(read_json(written))
    except (ValueError, RecursionError):
        return _unread_raw(written.encode() if isinstance(written, str) else written)


def unfit(body: dict[str, Any], reason: str) -> Unread:
    """A sound update that turned out to be none when it was stored or handled."""
    return _unread(body, reason, body["update_id"], _person(body))


def split_updates(content: bytes) -> list[Any] | None:
    """The updates of an answer that can't be read as a whole, each as far as it can be; None if it is no answer.

    One that is nested too deeply, holds a number of more than 63 bits or isn't UTF-8 spoils the JSON of all.
    """
    found = _pieces(content)
    if found is None:
        return None
    return [_read_piece(piece) for piece in found]


def kind_of_update(update: dict[str, object]) -> str:
    """`message`, `callback_query`, …: the part of an update that says what it is, or `unknown`."""
    for key in update:
        if key in KINDS:
            return key
    return "unknown"


def _in_ascii(text: str) -> str:
    """JSON in which all that isn't ASCII is written by its number."""
    return _NOT_ASCII.sub(lambda sign: json.dumps(sign[0])[1:-1], text)


def _person(update: dict[str, Any]) -> int | None:
    """The sender, else the chat, else 0 for nobody; None if what stands there can't be."""
    for key, value in update.items():
        if key not in KINDS:
            continue
        if not isinstance(value, dict):
            return None
        chat, date = value.get("chat"), value.get("date", 0)
        if chat is not None and _id_of(chat) is None:
            return None
        if not is_whole(date) or not 0 <= date < GREATEST_DATE:
            return None
        sender = value.get("from") or value.get("user") or chat
        return _id_of(sender) if sender is not None else 0
    return 0


def _id_of(someone: Any) -> int | None:
    number = someone.get("id") if isinstance(someone, dict) else None
    return number if is_whole(number) and -GREATEST_PERSON < number < GREATEST_PERSON else None


def _unread(told: Any, reason: str, update_id: int | None = None, person: int | None = None) -> Unread:
    try:
        body = json.dumps(told)
    except (ValueError, RecursionError):
        return Unread("", reason, update_id, person or None)
    return _short(Unread(body, reason, update_id, person or None))


def _unread_raw(piece: bytes) -> Unread:
    """A piece that is no JSON, or none that Python reads. What isn't UTF-8 is taken for Latin-1."""
    try:
        text, reason = piece.decode(), "not JSON that can be read"
    except UnicodeDecodeError:
        text, reason = piece.decode("latin-1"), "not UTF-8"
    found = _ID.search(piece)
    update_id = int(found[1]) if found is not None else None
    if update_id is not None and update_id > GREATEST_ID:
        update_id = None
    return _short(Unread(_in_ascii(text), reason, update_id))


def _short(one: Unread) -> Unread:
    return one if len(one.body) <= LONGEST_BODY else Unread("", "too long to keep", one.update_id, one.user_id)


def _read_piece(piece: bytes) -> Any:
    try:
        return read_json(piece)
    except (ValueError, RecursionError):
        return _unread_raw(piece)


def _pieces(content: bytes) -> list[bytes] | None:
    """The elements of an answer's `result`, by its brackets; None if it isn't `{"ok":true,"result":[…]}`."""
    begun = _RESULT.match(content)
    if begun is None:
        return None
    pieces: list[bytes] = []
    depth, start = 0, begun.end()
    for token in _TOKENS.finditer(content, start):
        sign = token[0]
        if sign in b"[{":
            depth += 1
        elif depth and sign in b"]}":
            depth -= 1
        elif not depth and sign in b",]}":
            if piece := content[start : token.start()].strip():
                pieces.append(piece)
            start = token.end()
            if sign != b",":
                return pieces
    return None


def _flat(value: Any) -> str:
    """All strings inside, one after the other."""
    return "".join(_strings(value))


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield key
            yield from _strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _strings(inner)


_RESULT = re.compile(rb'\s*\{\s*"ok"\s*:\s*true\s*,\s*"result"\s*:\s*\[')
_TOKENS = re.compile(rb'"(?:[^"\\]|\\.)*+"|[\[\]{},]', re.DOTALL)
_ID = re.compile(rb'"update_id"\s*:\s*(\d{1,19})(?!\d)')
_NOT_ASCII = re.compile(r"[^\x00-\x7f]")
