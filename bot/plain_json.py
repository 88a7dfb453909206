"""Reads JSON from outside, and only accepts values that both databases can store."""

import json
from typing import Any, TypeGuard

GREATEST_INT = 2**63 - 1
"""The greatest integer that both databases can store."""

encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
"""Write compact JSON. The encoder is made once; `json.dumps` with options would make one for each call."""


def read_json(content: bytes | str) -> Any:
    """Read JSON whose integers fit into a database.

    Raises:
        ValueError: the content is no JSON or no UTF-8, or it holds a number of more than 63 bits, `NaN` or `Infinity`.
        RecursionError: it is nested too deeply.
    """
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


_DECODER = json.JSONDecoder(parse_int=_whole, parse_constant=_no_number)
