"""JSON as others write it: read only if both databases can keep what it holds."""

import json
from typing import Any, TypeGuard

GREATEST_INT = 2**63 - 1
"""The greatest number that both databases can keep."""

encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
"""Compact JSON; made once, as `json.dumps` makes an encoder for each call with options."""


def read_json(content: bytes | str) -> Any:
    """JSON whose numbers fit into a database.

    Raises:
        ValueError: it is no JSON, no UTF-8, or it holds a number of more than 63 bits, `NaN` or `Infinity`.
        RecursionError: it is nested too deeply.
    """
    return _DECODER.decode(content.decode() if isinstance(content, bytes) else content)


def is_whole(value: Any) -> TypeGuard[int]:
    """Whether it is a number as ids are, and not `true` or `false`, which Python takes for numbers."""
    return isinstance(value, int) and not isinstance(value, bool)


def _whole(digits: str) -> int:
    # Longer ones would cost time by the square of their length.
    if len(digits) > len(str(GREATEST_INT)) + 1 or not -GREATEST_INT <= (number := int(digits)) <= GREATEST_INT:
        raise ValueError("a number is too great")
    return number


def _no_number(name: str) -> float:
    raise ValueError(f"{name} is no number")


_DECODER = json.JSONDecoder(parse_int=_whole, parse_constant=_no_number)
