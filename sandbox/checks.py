"""Checks each call against the Bot API's own description, nested objects too.

Telegram ignores unknown parameters, and keeps the first action of a button that has several. The stand-in refuses
both, so that a misspelt name in the bot can't pass a test. Numbers and booleans at the top of a call may be strings, as
in a form post; inside a JSON object the types are exact.
"""

import json
import math
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from sandbox.errors import ApiError, bad
from sandbox.unpack import NotUtf8Error, load_json

SCHEMA: dict[str, Any] = json.loads((Path(__file__).parent / "schema" / "bot-api-10.3.json").read_text("utf-8"))
METHOD_NAMES: dict[str, str] = {name.lower(): name for name in SCHEMA["methods"]}
DEPRECATED = frozenset(
    {
        "reply_to_message_id",
        "allow_sending_without_reply",
        "disable_web_page_preview",
        "thumb",
        "thumb_url",
        "thumb_width",
        "thumb_height",
        "thumb_mime_type",
        "hide_url",
        "correct_option_id",
        "can_send_media_messages",
        "user_id_hash",
    }
)
RESULTS = frozenset(SCHEMA["objects"]["InlineQueryResult"]["any"])
MEDIA = frozenset(SCHEMA["objects"]["InputMedia"]["any"])
BUTTON_LOOKS = frozenset({"text", "icon_custom_emoji_id", "style"})
WHOLE = re.compile(r"-?\d{1,19}")
LARGEST = 2**63 - 1
NUMBER = re.compile(r"-?\d+(\.\d+)?")
TRUE = frozenset({"true", "yes", "1"})
FALSE = frozenset({"false", "no", "0"})
MISSING = {
    "chat_id": "chat_id is empty",
    "from_chat_id": "chat_id is empty",
    "user_id": "invalid user_id specified",
    "text": "message text is empty",
    "message_id": "message identifier is not specified",
    "callback_query_id": "query is too old and response timeout expired or query ID is invalid",
}


OPTIONAL = frozenset({("setWebhook", "url")})
"""Required by the documentation but not by the server: without a URL setWebhook removes the webhook."""
BUTTON_ORDER = (
    "url",
    "callback_data",
    "callback_game",
    "pay",
    "switch_inline_query",
    "switch_inline_query_current_chat",
    "switch_inline_query_chosen_chat",
    "login_url",
    "web_app",
    "copy_text",
    "disabled",
)
"""If a button has several actions, Telegram keeps the one that comes first in this list."""
_lenient: ContextVar[bool] = ContextVar("_lenient", default=False)


@contextmanager
def _leniently() -> Iterator[None]:
    token = _lenient.set(True)
    try:
        yield
    finally:
        _lenient.reset(token)


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that came in a multipart post."""

    filename: str
    content: bytes
    content_type: str


class Misfit(Exception):  # noqa: N818 - never leaves this module
    """A value that doesn't fit its type. `where` is the path to it; each outer object adds a step in front."""

    def __init__(self, why: str, where: str = "", *, verbatim: bool = False) -> None:
        super().__init__(why)
        self.why = why
        self.where = where
        self.verbatim = verbatim

    def inside(self, step: str) -> "Misfit":
        """This misfit, with one more step in front of its path."""
        self.where = step + self.where
        return self


Check = Callable[[Any], Any]


def read(method: str, given: dict[str, Any], *, strict: bool = True) -> dict[str, Any]:
    """Return the call's parameters with their JSON types. `method` is spelt as in the documentation.

    If not `strict`, unknown fields are dropped at every level, as Telegram does.
    Raises ApiError: an unknown, deprecated, missing or ill-typed parameter.
    """
    if not strict:
        with _leniently():
            return _read(method, {name: value for name, value in given.items() if name in SCHEMA["methods"][method]})
    return _read(method, given)


def _read(method: str, given: dict[str, Any]) -> dict[str, Any]:
    checks, required = _compiled(method)
    values: dict[str, Any] = {}
    for name, value in given.items():
        check = checks.get(name)
        if check is None:
            kind = "deprecated" if name in DEPRECATED else "unknown"
            raise bad(f'{kind} parameter "{name}" in {method}')
        try:
            values[name] = check(value)
        except Misfit as misfit:
            raise _refusal(misfit, method, name) from None
    for name in required:
        if (name not in values or values[name] == "") and (method, name) not in OPTIONAL:
            raise bad(MISSING.get(name, f'parameter "{name}" of {method} is missing'))
    return values


def _refusal(misfit: Misfit, method: str, name: str) -> ApiError:
    if misfit.verbatim and method == "sendMediaGroup" and '"animation"' in misfit.why:
        return bad("can't parse InputMedia: type \"animation\" can't be used in sendMediaGroup")
    if misfit.verbatim:
        return bad(misfit.why)
    return bad(f'parameter "{name}{misfit.where}" of {method}: {misfit.why}')


@cache
def _compiled(method: str) -> tuple[dict[str, Check], list[str]]:
    fields = SCHEMA["methods"][method]
    checks = {name: _loose(_plain(name, field["type"])) for name, field in fields.items()}
    return checks, [name for name, field in fields.items() if field.get("required")]


def _plain(name: str, kind: Any) -> Any:
    """Take a parse mode or a reaction's emoji as any string: the method refuses a wrong one in Telegram's words."""
    return "string" if name.endswith("parse_mode") or name == "ReactionTypeEmoji.emoji" else kind


def _loose(kind: Any) -> Check:
    """The check of a top-level parameter. It accepts strings too, because a form post sends everything as a string."""
    check = _check(kind)
    if kind == "number":
        return _loose_number
    if kind in ("boolean", "true"):
        return _loose_boolean
    if kind == "string":
        return _loose_string
    if _takes_strings(kind):
        return check

    def parsed(value: Any) -> Any:
        if isinstance(value, str):
            try:
                value = load_json(value)
            except NotUtf8Error:
                raise Misfit("strings must be encoded in UTF-8", verbatim=True) from None
            except ValueError:
                raise Misfit("can't parse JSON") from None
        return check(value)

    return parsed


def _takes_strings(kind: Any) -> bool:
    if isinstance(kind, dict) and "any" in kind:
        return any(_takes_strings(one) for one in kind["any"])
    if isinstance(kind, dict) and "is" in kind:
        return any(isinstance(one, str) for one in kind["is"])
    return kind in ("string", "file")


def _loose_number(value: Any) -> Any:
    if isinstance(value, str) and NUMBER.fullmatch(value):
        return int(value) if WHOLE.fullmatch(value) else _number(float(value))
    return _number(value)


def _loose_boolean(value: Any) -> bool:
    word = str(value).lower()
    if word in TRUE:
        return True
    if word in FALSE:
        return False
    raise Misfit("must be a boolean")


def _loose_string(value: Any) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return _string(value)


def _number(value: Any) -> Any:
    whole = isinstance(value, int) and not isinstance(value, bool) and abs(value) <= LARGEST
    if whole or (isinstance(value, float) and math.isfinite(value)):
        return value
    raise Misfit("must be a number")


def _string(value: Any) -> str:
    if not isinstance(value, str):
        raise Misfit("must be a string")
    return value


def _boolean(value: Any) -> bool:
    if not isinstance(value, bool):
        raise Misfit("must be a boolean")
    return value


def _true(value: Any) -> bool:
    if value is not True:
        raise Misfit("must be true")
    return True


def _file(value: Any) -> Any:
    if not isinstance(value, str | Upload):
        raise Misfit("must be a file")
    return value


ATOMS: dict[str, Check] = {
    "number": _number,
    "string": _string,
    "boolean": _boolean,
    "true": _true,
    "file": _file,
}


def _check(kind: Any) -> Check:
    if isinstance(kind, str):
        return ATOMS[kind] if kind in ATOMS else _named(kind)
    if "array" in kind:
        return _array(_check(kind["array"]))
    if "is" in kind:
        return _literal(kind["is"])
    return _union(kind["any"])


def _array(item: Check) -> Check:
    def check(value: Any) -> list[Any]:
        if not isinstance(value, list):
            raise Misfit("must be a list")
        checked = []
        for index, one in enumerate(value):
            try:
                checked.append(item(one))
            except Misfit as misfit:
                raise misfit.inside(f"[{index}]") from None
        return checked

    return check


def _literal(allowed: list[Any]) -> Check:
    def check(value: Any) -> Any:
        if value in allowed and type(value) in {str, int}:
            return value
        if isinstance(value, str) and WHOLE.fullmatch(value) and int(value) in allowed:
            return int(value)
        raise Misfit(f"must be one of {', '.join(str(one) for one in allowed[:8])}")

    return check


@cache
def _named(name: str) -> Check:
    """An object's type can contain itself, so its fields are compiled when the first value is checked."""
    definition = SCHEMA["objects"][name]
    if "any" in definition and isinstance(definition["any"], list):
        late: list[Check] = []

        def union(value: Any) -> Any:
            if not late:
                late.append(_union(definition["any"]))
            return late[0](value)

        return union
    return _object(name, definition)


def _object(name: str, fields: dict[str, Any]) -> Check:
    checks: dict[str, Check] = {}
    shown = "InlineQueryResult" if name in RESULTS else name
    required = [field for field, one in fields.items() if one.get("required")]

    def check(value: Any) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise Misfit(f"must be an object {name}")
        if not checks and fields:
            checks.update({field: _check(_plain(f"{name}.{field}", one["type"])) for field, one in fields.items()})
        if _lenient.get():
            _drop_unknown(name, value, checks)
        for field, one in value.items():
            _field(name, field, one, checks)
        for field in required:
            if field not in value:
                raise Misfit(f"can't parse {shown}: Can't find field \"{field}\"", verbatim=True)
        if name == "InlineKeyboardButton":
            _one_action(value)
        return value

    return check


def _drop_unknown(name: str, value: dict[str, Any], checks: dict[str, Check]) -> None:
    """Remove fields that the Bot API doesn't know, and all actions of a button but the first."""
    extra = [field for field in value if field not in checks]
    if name == "InlineKeyboardButton":
        extra += [field for field in BUTTON_ORDER if field in value][1:]
    for field in extra:
        value.pop(field, None)


def _field(name: str, field: str, value: Any, checks: dict[str, Check]) -> None:
    check = checks.get(field)
    if check is None:
        kind = "deprecated" if field in DEPRECATED else "unknown"
        raise Misfit(f'{kind} field "{field}" in {name}')
    try:
        check(value)
    except Misfit as misfit:
        if field == "type" and name in MEDIA and isinstance(value, str):
            raise Misfit(f'can\'t parse InputMedia: type "{value}" is unsupported', verbatim=True) from None
        raise misfit.inside(f".{field}") from None


def _one_action(button: dict[str, Any]) -> None:
    """ "Exactly one of the fields other than text, icon_custom_emoji_id, and style must be used"."""
    actions = [field for field in button if field not in BUTTON_LOOKS]
    if not actions or button.get("callback_data") == "" or button.get("url") == "":
        raise Misfit("Text buttons are not allowed in the inline keyboard", verbatim=True)
    if len(actions) > 1:
        raise Misfit(f"a button must have exactly one action, this one has {', '.join(actions)}")


def _union(kinds: list[Any]) -> Check:
    options = [(_signature(kind), _check(kind)) for kind in kinds]

    def check(value: Any) -> Any:
        misfits: list[tuple[int, Misfit]] = []
        likeliest = options
        if _lenient.get():  # the most similar type decides which fields are unknown
            likeliest = sorted(options, key=lambda one: -_likeness(one[0], value))
        for signature, option in likeliest:
            try:
                return option(value)
            except Misfit as misfit:
                misfits.append((_likeness(signature, value), misfit))
        raise max(misfits, key=lambda one: one[0])[1]

    return check


def _signature(kind: Any) -> dict[str, Any]:
    definition = SCHEMA["objects"].get(kind, {}) if isinstance(kind, str) else {}
    return definition if isinstance(definition, dict) and "any" not in definition else {}


def _likeness(signature: dict[str, Any], value: Any) -> int:
    """How similar a value is to an object type: a matching type name counts 100, each known field 1."""
    if not isinstance(value, dict):
        return 0
    points = sum(1 for field in value if field in signature)
    for tag in ("type", "source"):
        allowed = signature.get(tag, {}).get("type")
        if isinstance(allowed, dict) and value.get(tag) in allowed.get("is", ()):
            points += 100
    return points
