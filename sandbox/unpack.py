"""Reads the JSON that a bot sent as Telegram's server does: at most 100 levels deep, and in UTF-8 only."""

import json
from typing import Any

MOST_DEPTH = 100
SURROGATE = ("\\ud", "\\uD")


class NotUtf8Error(ValueError):
    """Text with half a surrogate pair, which no UTF-8 can hold."""


def load_json(text: str) -> Any:
    """The value. Raises ValueError: no JSON, or deeper than 100 levels; NotUtf8Error: half a surrogate pair."""
    try:
        value = json.loads(text)
    except RecursionError:
        raise ValueError("too deep") from None
    if text.count("[") + text.count("{") > MOST_DEPTH:
        _check_depth(value)
    if any(start in text for start in SURROGATE):
        try:
            json.dumps(value, ensure_ascii=False).encode()
        except UnicodeEncodeError as error:
            raise NotUtf8Error(str(error)) from None
    return value


def _check_depth(value: Any) -> None:
    level = [value]
    for _ in range(MOST_DEPTH + 1):
        level = [inner for outer in level for inner in _inside(outer)]
        if not level:
            return
    raise ValueError("too deep")


def _inside(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []
