"""Reads a server's answer: it is a clear word of the Bot API, or a passing failure.

In outages nginx answers in place of Telegram (HTML with 502, 504, 429 or 403), a proxy cuts a body, or a server says
`ok: false` with status 200. A clear word is a JSON object with `ok: true` and a `result`, or with `ok: false` and a
code that the Bot API knows. Everything else is a passing failure.

Rules: https://core.telegram.org/bots/api#making-requests.
"""

from dataclasses import dataclass
from typing import Any

from bot.plain_json import is_whole, read_json

HTTP_OK = 200
TOO_MANY = 429
REFUSALS = frozenset({400, 401, 403, 404, 409, 413, TOO_MANY})
"""Codes with which the Bot API refuses a call. Codes from 500 on mean that the server is in trouble."""
SERVER_TROUBLE = range(500, 600)
LONGEST_WAIT = 86_400
"""Seconds. A longer `retry_after` counts as this one."""
LONGEST_GUESS = 300
"""Seconds. A longer `Retry-After` header counts as this one, because nginx sends it, not Telegram."""
GREATEST_SIZE = 64 << 20
"""Bytes of an answer that are read at most. A hundred updates are far smaller."""
LATEST = 2**32
"""Seconds since 1970. A greater number is no valid date."""


@dataclass(frozen=True, slots=True)
class Granted:
    """`ok: true`."""

    result: Any


@dataclass(frozen=True, slots=True)
class Refused:
    """`ok: false` with a code that the Bot API knows."""

    code: int
    description: str
    retry_after: int | None = None
    """Seconds, of a 429."""
    migrate_to_chat_id: int | None = None


@dataclass(frozen=True, slots=True)
class Unclear:
    """No clear word of the Bot API: a passing failure."""

    status: int
    """The HTTP status."""


@dataclass(frozen=True, slots=True)
class Place:
    """A message's chat, id and date."""

    chat_id: int
    message_id: int
    date: int
    """Seconds since 1970, by Telegram's clock."""


Answer = Granted | Refused | Unclear


def read_answer(status: int, content: bytes, retry_after: str | None = None) -> Answer:
    """Read the content of an answer. `status` is its HTTP status, `retry_after` its `Retry-After` header or None."""
    try:
        raw = read_json(content)
    except (ValueError, RecursionError):
        return _by_status_alone(status, retry_after)
    if not isinstance(raw, dict):
        return _by_status_alone(status, retry_after)
    if raw.get("ok") is True and "result" in raw and status in range(HTTP_OK, 300):
        return Granted(raw["result"])
    code = raw.get("error_code")
    if raw.get("ok") is not False or not is_whole(code) or status not in {code, HTTP_OK}:
        return _by_status_alone(status, retry_after)
    if code not in REFUSALS and code not in SERVER_TROUBLE:
        return Unclear(status)
    return _refused(code, raw, retry_after)


def message_id_of(sent: Any) -> int | None:
    """The id of a sent message, from the answer; None if the answer has none. Then it can't be edited or deleted."""
    number = sent.get("message_id") if isinstance(sent, dict) else None
    return number if is_whole(number) and number > 0 else None


def place_in(sent: Any, *, edited: bool = False) -> Place | None:
    """The chat, id and date of a sent message, from the answer; None if one of them is missing or invalid.

    `edited`: the date of its last edit is meant.
    """
    number = message_id_of(sent)
    if number is None:
        return None
    chat, date = sent.get("chat"), sent.get("edit_date" if edited else "date")
    chat_id = chat.get("id") if isinstance(chat, dict) else None
    if not is_whole(chat_id) or not is_whole(date) or not 0 < date < LATEST:
        return None
    return Place(chat_id, number, date)


def _refused(code: int, raw: dict[str, Any], header: str | None) -> Refused:
    description = raw.get("description")
    parameters = raw.get("parameters")
    if not isinstance(parameters, dict):
        parameters = {}
    wait, chat = parameters.get("retry_after"), parameters.get("migrate_to_chat_id")
    if is_whole(wait) and wait > 0:
        wait = min(wait, LONGEST_WAIT)
    else:
        wait = (_seconds(header) or 1) if code == TOO_MANY else None
    return Refused(
        code,
        description if isinstance(description, str) else "",
        wait,
        chat if is_whole(chat) and chat != 0 else None,
    )


def _by_status_alone(status: int, retry_after: str | None) -> Answer:
    """Read an answer that isn't JSON, by its status: only a 429 with a `Retry-After` header says something clear."""
    wait = _seconds(retry_after) if status == TOO_MANY else None
    return Refused(TOO_MANY, "too many requests", wait) if wait is not None else Unclear(status)


def _seconds(header: str | None) -> int | None:
    """The seconds of a `Retry-After` header; None if it is missing, or a date, which HTTP allows but nobody sends."""
    if header is None or not header.isascii() or not header.isdecimal() or len(header) > len(str(LONGEST_WAIT)):
        return None
    return min(max(int(header), 1), LONGEST_GUESS)
