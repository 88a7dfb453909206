"""Numbers out of messages, presses, links, headers and files: what isn't one, or has no place, is no number."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rules.numbers import LARGEST, read_number
from bot.rules.orders.calls import Malformed, is_signed, read_call, sign
from bot.rules.orders.money import read_money
from bot.rules.orders.told import OrderPolicy, OrderTold, OrderTrouble

NOW = datetime(2026, 11, 2, 3, tzinfo=UTC)
POLICY = OrderPolicy()
ORDER = {"order": "A-1", "code": "SILK-1", "value": 39_000, "currency": "KRW"}


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0", 0),
        ("007", 7),
        (str(LARGEST), LARGEST),
        (str(LARGEST + 1), None),
        ("9" * 20, None),
        ("9" * 5_000, None),
        ("", None),
        ("-1", None),
        ("+1", None),
        ("1_000", None),
        (" 1", None),
        ("1\n", None),
        ("٣", None),
        ("²", None),
        ("１", None),
        ("1e3", None),
    ],
)
def test_numbers(text: str, number: int | None) -> None:
    """Digits up to what 64 bits hold are a number; whatever else is none."""
    assert read_number(text) == number


@given(st.text(max_size=30) | st.integers().map(str))
def test_no_text_is_an_error(text: str) -> None:
    """Any text is a number within its bound, or none."""
    number = read_number(text, 1000)
    assert number is None or 0 <= number <= 1000


@pytest.mark.parametrize(
    "text", ["9e999999", "1e999999999", "9" * 5_000, "-9e99", "NaN", "sNaN", "Infinity", "1e-999999"]
)
@pytest.mark.parametrize("currency", ["KRW", "USD"])
def test_money_out_of_range(text: str, currency: str) -> None:
    """An amount of any size is read or is a trouble, and never an error."""
    assert isinstance(read_money(text, currency, POLICY), OrderTrouble)


@pytest.mark.parametrize(
    "at",
    [
        "0000-01-01T00:00:00+00:00",
        "0001-01-01T00:00:00+00:00",
        "0001-01-01T00:00:00+14:00",
        "1999-12-31T23:59:59+00:00",
        "9999-12-31T23:59:59+00:00",
        "9999-12-31T23:59:59-14:00",
        "99999-01-01T00:00:00+00:00",
        (NOW + timedelta(days=1, seconds=1)).isoformat(),
        "2026-11-02T03:00:00",
        5,
        10**400,
        [],
    ],
)
def test_orders_of_another_age(at: Any) -> None:
    """An order that was paid before 2000, more than a day ahead, or at no instant is none."""
    assert read_call({**ORDER, "at": at}, "KRW", NOW, POLICY) == Malformed("at")
    last = (NOW + timedelta(days=1)).isoformat()
    assert isinstance(read_call({**ORDER, "at": last}, "KRW", NOW, POLICY), OrderTold)


@pytest.mark.parametrize("odd", ["caf\u00e9", "\udce9", "1" * 5_000, "٣"])
def test_headers_of_any_bytes(odd: str) -> None:
    """A time or a signature that isn't ASCII, or no number, signs nothing; the right ones do."""
    stamp = str(int(NOW.timestamp()))
    signature = sign("secret", stamp, b"{}")
    assert is_signed("secret", stamp, b"{}", signature, NOW, POLICY)
    assert not is_signed("secret", odd, b"{}", signature, NOW, POLICY)
    assert not is_signed("secret", stamp, b"{}", odd, NOW, POLICY)
