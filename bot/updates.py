"""Sorts the updates of a poll: sound ones are handled, the others are set aside, so that nothing waits for them.

An update is sound if it is a JSON object with an update id, if its sender and chat (where it has them) have valid ids,
and if both databases can store it. Everything deeper is checked when the update is handled.
"""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any

from bot.plain_json import encode, is_whole, read_json

GREATEST_ID = 2**31 - 2
"""The greatest update id that can be confirmed: the server's `offset` has 32 bits."""
GREATEST_PERSON = 2**52
"""Ids of people and chats have at most 52 bits: https://core.telegram.org/bots/api#user."""
GREATEST_DATE = 2**32
"""Seconds since 1970. A greater number is no valid date."""
LONGEST_BODY = 1_000_000
"""Characters. The body of a longer update is not kept when it is set aside."""
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
"""Kinds of updates: https://core.telegram.org/bots/api#update."""


@dataclass(frozen=True, slots=True)
class Sound:
    """An update that can be stored and handled."""

    update_id: int
    person: int
    """Updates of one person are handled in order: the id of the sender, else of the chat, else 0."""
    body: dict[str, Any]
    written: str
    """The body as JSON."""


@dataclass(frozen=True, slots=True)
class Unread:
    """An update that can't be read or stored."""

    body: str
    """The update as ASCII text: JSON, if it could be parsed."""
    reason: str
    update_id: int | None = None
    """None if the update has no id that can be confirmed."""
    user_id: int | None = None
    """The sender (or chat), if it could be read."""

    @property
    def key(self) -> str:
        """A key that stays the same when the update comes again."""
        return str(self.update_id) if self.update_id is not None else sha256(self.body.encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Batch:
    """The updates of one poll."""

    sound: list[Sound]
    unread: list[Unread]
    offset: int | None
    """The `offset` of the next poll, which confirms these updates; None if no update has a valid id."""


def sort_out(updates: Iterable[Any]) -> Batch:
    """Separate the sound updates of a poll from those that are set aside."""
    sound: list[Sound] = []
    unread: list[Unread] = []
    last = -1
    for raw in updates:
        one = raw if isinstance(raw, Unread) else read_update(raw)
        if isinstance(one, Sound):
            sound.append(one)
        else:
            unread.append(one)
        if one.update_id is not None and one.update_id > last:
            last = one.update_id
    return Batch(sound, unread, last + 1 if last >= 0 else None)


def read_update(raw: Any) -> Sound | Unread:
    """Check one update, as parsed JSON."""
    if not isinstance(raw, dict):
        return _unread(raw, "no object")
    update_id = raw.get("update_id")
    if not is_whole(update_id) or not 0 <= update_id <= GREATEST_ID:
        return _unread(raw, "no number of its own")
    person = _person(raw)
    if person is None:
        return _unread(raw, "nobody's", update_id)
    try:
        written = encode(raw)
        written.encode()
    except (ValueError, RecursionError) as error:
        reason = "half a character" if isinstance(error, UnicodeEncodeError) else "too deep"
        return _unread(raw, reason, update_id, person)
    if "\\u0000" in written and "\0" in _all_text(raw):
        return _unread(raw, "a zero byte", update_id, person)  # PostgreSQL can't store zero bytes
    return Sound(update_id, person, raw, written)


def read_body(written: str | bytes) -> Sound | Unread:
    """Parse and check an update that was stored as JSON."""
    try:
        return read_update(read_json(written))
    except (ValueError, RecursionError):
        return _unread_raw(written.encode() if isinstance(written, str) else written)


def unread_beginning(piece: bytes) -> Unread:
    """An update that is too long to keep, by the bytes with which it begins: only its id is kept."""
    return replace(_unread_raw(piece), body="", reason="too long to keep")


def unfit(body: dict[str, Any], reason: str) -> Unread:
    """A sound update as one to set aside: storing or handling it showed that it can't be handled."""
    return _unread(body, reason, body["update_id"], _person(body))


def split_updates(content: bytes) -> list[Any] | None:
    """Read each update of an answer by itself, because the answer can't be parsed as a whole.

    One update makes the whole JSON unreadable if it is nested too deeply, holds a number of more than 63 bits or isn't
    UTF-8. Such an update comes back as `Unread`, the others as JSON. None if this is no answer with updates.
    """
    found = _pieces(content)
    if found is None:
        return None
    return [_read_piece(piece) for piece in found]


def kind_of_update(update: dict[str, object]) -> str:
    """The kind of an update: the key that holds its content (`message`, `callback_query`, …), or `unknown`."""
    for key in update:
        if key in KINDS:
            return key
    return "unknown"


def _in_ascii(text: str) -> str:
    """Escape every character that isn't ASCII, as JSON does (`\\u00e9`)."""
    return _NOT_ASCII.sub(lambda sign: json.dumps(sign[0])[1:-1], text)


def _person(update: dict[str, Any]) -> int | None:
    """The id of the sender, else of the chat, else 0. None if the update's content, ids or date are invalid."""
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


def _unread(raw: Any, reason: str, update_id: int | None = None, person: int | None = None) -> Unread:
    try:
        body = json.dumps(raw)
    except (ValueError, RecursionError):
        return Unread("", reason, update_id, person or None)
    return _without_long_body(Unread(body, reason, update_id, person or None))


def _unread_raw(piece: bytes) -> Unread:
    """Keep bytes that can't be parsed as JSON. Bytes that aren't UTF-8 are decoded as Latin-1."""
    try:
        text, reason = piece.decode(), "not JSON that can be read"
    except UnicodeDecodeError:
        text, reason = piece.decode("latin-1"), "not UTF-8"
    found = _ID.search(piece)
    update_id = int(found[1]) if found is not None else None
    if update_id is not None and update_id > GREATEST_ID:
        update_id = None
    return _without_long_body(Unread(_in_ascii(text), reason, update_id))


def _without_long_body(one: Unread) -> Unread:
    return one if len(one.body) <= LONGEST_BODY else Unread("", "too long to keep", one.update_id, one.user_id)


def _read_piece(piece: bytes) -> Any:
    try:
        return read_json(piece)
    except (ValueError, RecursionError):
        return _unread_raw(piece)


def _pieces(content: bytes) -> list[bytes] | None:
    """Split an answer's `result` into its elements, by brackets; None if it isn't `{"ok":true,"result":[…]}`."""
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


def _all_text(value: Any) -> str:
    """All strings inside a JSON value, joined."""
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
