"""JSON of the outside: orjson and the standard library read and write it alike."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.plain_json import GREATEST_INT, encode, encode_bytes, read_json

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-GREATEST_INT, GREATEST_INT) | st.text() | st.floats(-1e9, 1e9),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(VALUES)
def test_what_is_written_is_read_again(value: Any) -> None:
    """Whatever is written can be read by both, and is the same again."""
    assert read_json(encode(value)) == value
    assert read_json(encode_bytes(value)) == json.loads(encode_bytes(value)) == value


@given(VALUES, st.integers(GREATEST_INT + 1, 2**80) | st.integers(-(2**80), -GREATEST_INT - 1))
def test_numbers_that_no_database_stores_are_refused(value: Any, number: int) -> None:
    """A number of more than 63 bits is refused wherever it stands, with whatever around it."""
    for one in ([value, number], {"a": [number]}, number):
        with pytest.raises(ValueError, match="too great"):
            read_json(json.dumps(one))


@pytest.mark.parametrize("digits", ["0" * 25, "x" + "1" * 30, "1234567890123456789012"])
def test_digits_in_a_text_are_text(digits: str) -> None:
    """A text of many digits isn't a number."""
    assert read_json(json.dumps({"text": digits})) == {"text": digits}


@pytest.mark.parametrize("wrong", [b"[NaN]", b"[Infinity]", b"{", b"", b'"\xff"', b"[1,]", "\ufeff[]".encode()])
def test_what_is_no_json_is_refused(wrong: bytes) -> None:
    """It is a `ValueError`, whoever refuses it."""
    with pytest.raises(ValueError, match=r"."):
        read_json(wrong)


def test_half_a_character() -> None:
    """A lone surrogate is read and written as ever; as bytes it becomes a question mark."""
    assert read_json(b'"\\ud83d"') == "\ud83d"
    assert encode(["\ud83d"]) == '["\ud83d"]'
    assert encode_bytes(["\ud83d"]) == b'["?"]'


@pytest.mark.parametrize("depth", [900, 3000])
def test_deep_nesting(depth: int) -> None:
    """What is nested too deeply is refused, never a crash; what both can read is read."""
    try:
        value = read_json("[" * depth + "]" * depth)
    except RecursionError:
        assert depth > 900
    else:
        assert isinstance(value, list)


@pytest.mark.parametrize("value", [object(), {"a": {1, 2}}, b"bytes"])
def test_what_is_no_json_is_not_written(value: Any) -> None:
    """Python's other objects are a `TypeError`."""
    with pytest.raises(TypeError):
        encode(value)
    with pytest.raises(TypeError):
        encode_bytes(value)
