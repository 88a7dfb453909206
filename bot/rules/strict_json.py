"""Strict reading of JSON that a stranger wrote: whatever isn't exactly as expected raises ValueError.

Numbers have no point and no exponent, no name stands twice in an object, and text has no half characters.
"""

import json
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

NUMBER = re.compile(r"0|-?[1-9][0-9]{0,15}")
HEX = re.compile(r"(?:[0-9a-f]{2})*")
INSTANT = re.compile(r"20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\+00:00")


def loads(text: str) -> Any:
    """The value that the text holds.

    Raises:
        ValueError: the text isn't JSON of this strict kind.
    """
    try:
        return json.loads(text, parse_float=_refuse, parse_constant=_refuse, parse_int=_int, object_pairs_hook=_object)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def _refuse(written: str) -> Any:
    raise ValueError(f"{written[:20]} is no whole number")


def _int(written: str) -> int:
    if not NUMBER.fullmatch(written):
        raise ValueError("a number is too long, or is written oddly")
    return int(written)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    names = dict(pairs)
    if len(names) != len(pairs):
        raise ValueError("a name stands twice")
    return names


def values_of(value: Any, names: Sequence[str]) -> list[Any]:
    """The values of an object that has exactly these names, in the order of `names`."""
    if type(value) is not dict or value.keys() != set(names):
        raise ValueError("it has other names")
    return [value[name] for name in names]


def list_of(value: Any, length: int | None = None) -> list[Any]:
    """A list; of this length, if one is given."""
    if type(value) is not list or length not in (None, len(value)):
        raise ValueError("it isn't such a list")
    return value


def int_of(value: Any, least: int, most: int) -> int:
    """A whole number within bounds. `true` and `false` are no numbers."""
    if type(value) is not int or not least <= value <= most:
        raise ValueError("it isn't such a number")
    return value


def bool_of(value: Any) -> bool:
    """True or false."""
    if type(value) is not bool:
        raise ValueError("it is neither true nor false")
    return value


def text_of(value: Any) -> str:
    """Text without half characters."""
    if type(value) is not str:
        raise ValueError("it isn't text")
    value.encode()  # half of a surrogate pair raises a ValueError
    return value


def hex_of(value: Any, size: int) -> str:
    """`size` bytes in lower-case hexadecimal."""
    if type(value) is not str or len(value) != 2 * size or not HEX.fullmatch(value):
        raise ValueError("it isn't so many bytes in hexadecimal")
    return value


def instant_of(value: Any) -> datetime:
    """An instant of this century in UTC, to the second: `2026-11-02T03:00:00+00:00`."""
    if type(value) is not str or not INSTANT.fullmatch(value):
        raise ValueError("it isn't an instant")
    return datetime.fromisoformat(value).astimezone(UTC)
