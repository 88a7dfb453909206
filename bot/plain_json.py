"""Reads and writes JSON of the outside, and only accepts values that both databases can store.

orjson does it, ten times as fast as the standard library. What it refuses or reads otherwise goes to the standard
library, which decides: so a rare text is read in the same way as ever.
"""

import json
from typing import Any, TypeGuard

import orjson

GREATEST_INT = 2**63 - 1
"""The greatest integer that both databases can store."""

_OPTIONS = orjson.OPT_PASSTHROUGH_DATACLASS | orjson.OPT_PASSTHROUGH_DATETIME
"""What isn't JSON is refused, as the standard library does."""
_AS_NOUGHTS = bytes.maketrans(
    bytes(range(256)), bytes(ord("0" if byte in b"0123456789" else " ") for byte in range(256))
)
_LONG_NUMBER = b"0" * len(str(GREATEST_INT))
"""Digits as noughts: a number that may have more than 63 bits. orjson reads one of more than 64 bits as a fraction."""


def encode(value: Any) -> str:
    """Write compact JSON. Half a character (a lone surrogate) stays in the text, which can't be encoded then.

    Raises:
        ValueError, TypeError: the value isn't JSON.
        RecursionError: it is nested too deeply.
    """
    try:
        return orjson.dumps(value, option=_OPTIONS).decode()
    except TypeError:
        return _ENCODER.encode(value)


def encode_bytes(value: Any) -> bytes:
    """Write compact JSON as UTF-8, with a question mark for half a character.

    Raises:
        ValueError, TypeError: the value isn't JSON.
        RecursionError: it is nested too deeply.
    """
    try:
        return orjson.dumps(value, option=_OPTIONS)
    except TypeError:
        return _ENCODER.encode(value).encode(errors="replace")


def read_json(content: bytes | str) -> Any:
    """Read JSON whose integers fit into a database.

    Raises:
        ValueError: the content is no JSON or no UTF-8, or it holds a number of more than 63 bits, `NaN` or `Infinity`.
        RecursionError: it is nested too deeply.
    """
    raw = content if isinstance(content, bytes) else content.encode(errors="surrogatepass")
    if _LONG_NUMBER not in raw.translate(_AS_NOUGHTS):  # a search by pattern would take five times as long as orjson
        try:
            return orjson.loads(raw)
        except orjson.JSONDecodeError:
            pass
    return _DECODER.decode(content.decode() if isinstance(content, bytes) else content)


def is_whole(value: Any) -> TypeGuard[int]:
    """Whether a value is an integer, and not `true` or `false`, which are integers in Python."""
    return isinstance(value, int) and not isinstance(value, bool)


def _whole(digits: str) -> int:
    # The length is checked first: converting a long number takes time that grows with the square of its length.
    if len(digits) > len(str(GREATEST_INT)) + 1 or not -GREATEST_INT <= (number := int(digits)) <= GREATEST_INT:
        raise ValueError("a number is too great")
    return number


def _no_number(name: str) -> float:
    raise ValueError(f"{name} is no number")


_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
_DECODER = json.JSONDecoder(parse_int=_whole, parse_constant=_no_number)
