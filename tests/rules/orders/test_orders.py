"""Orders: money as people write it, and calls as the shop's platform signs them."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rules.orders.calls import is_signed, read_call, sign
from bot.rules.orders.money import read_money
from bot.rules.orders.told import OrderPolicy, OrderTold, OrderTrouble

NOW = datetime(2026, 11, 2, 3, 0, tzinfo=UTC)
POLICY = OrderPolicy()


@pytest.mark.parametrize(
    ("text", "currency", "expected"),
    [
        ("12,000", "KRW", (12_000, "KRW")),
        ("₩12,000", None, (12_000, "KRW")),
        ("12000원", "KRW", (12_000, "KRW")),
        ("$19.9", None, (1_990, "USD")),
        ("129.00元", None, (12_900, "CNY")),
        ("usd 5", None, (500, "USD")),
        ("0", "USD", (0, "USD")),
        ("19.999", "USD", OrderTrouble.BAD_VALUE),
        ("1.5", "KRW", OrderTrouble.BAD_VALUE),
        ("-1", "KRW", OrderTrouble.BAD_VALUE),
        ("NaN", "KRW", OrderTrouble.BAD_VALUE),
        ("1e99", "KRW", OrderTrouble.BAD_VALUE),
        ("many", "KRW", OrderTrouble.BAD_VALUE),
        ("5", None, OrderTrouble.BAD_CURRENCY),
        ("5", "won", (500, "WON")),
    ],
)
def test_money(text: str, currency: str | None, expected: tuple[int, str] | OrderTrouble) -> None:
    """Sums become whole minor units, or a trouble."""
    assert read_money(text, currency, POLICY) == expected


@given(st.text(max_size=30), st.none() | st.text(max_size=4))
def test_no_text_breaks_the_reader_of_money(text: str, currency: str | None) -> None:
    """Whatever stands in a column of sums."""
    found = read_money(text, currency, POLICY)
    assert isinstance(found, OrderTrouble) or 0 <= found[0] <= POLICY.max_value


CALL = {"order": "A-1", "code": "SILK-1", "value": 39000, "currency": "krw", "at": "2026-11-02T12:00:00+09:00"}


def test_a_call_is_read() -> None:
    """A body as documented; without a time it is now, without a state it is paid."""
    assert read_call(CALL, NOW, POLICY) == OrderTold("A-1", 39_000, "KRW", NOW, ("SILK-1",))
    assert read_call({**CALL, "at": None}, NOW, POLICY) == OrderTold("A-1", 39_000, "KRW", NOW, ("SILK-1",))


@pytest.mark.parametrize(
    "wrong",
    [
        {"order": ""},
        {"order": 1},
        {"order": "x" * 65},
        {"order": "a\nb"},
        {"code": 5},
        {"value": 1.5},
        {"value": True},
        {"value": -1},
        {"value": 10**20},
        {"currency": "원화"},
        {"currency": None},
        {"at": "yesterday"},
        {"at": "2026-11-02T12:00:00"},
        {"at": 5},
        {"state": "lost"},
        {"state": []},
    ],
    ids=repr,
)
def test_a_call_that_is_none(wrong: dict[str, object]) -> None:
    """What isn't as documented is no order."""
    assert read_call({**CALL, **wrong}, NOW, POLICY) is None
    assert read_call([CALL], NOW, POLICY) is None


def test_signatures() -> None:
    """Right and fresh passes; another secret, body, time, or an old, early or strange stamp doesn't."""
    stamp = str(int(NOW.timestamp()))
    good = sign("secret", stamp, b"body")
    assert is_signed("secret", stamp, b"body", good.upper(), NOW, POLICY)
    assert is_signed("secret", stamp, b"body", good, NOW + POLICY.fresh, POLICY)
    late = NOW + POLICY.fresh + timedelta(seconds=1)
    assert not is_signed("secret", stamp, b"body", good, late, POLICY)
    assert not is_signed("secret", stamp, b"body", good, NOW - POLICY.fresh - timedelta(seconds=1), POLICY)
    assert not is_signed("other", stamp, b"body", good, NOW, POLICY)
    assert not is_signed("secret", stamp, b"body2", good, NOW, POLICY)
    assert not is_signed("secret", f"{stamp}0", b"body", good, NOW, POLICY)
    for strange in ("", "soon", "١٢٣", "1" * 40, "-5"):
        assert not is_signed("secret", strange, b"body", sign("secret", strange, b"body"), NOW, POLICY)
    assert not is_signed("secret", stamp, b"body", "ключ", NOW, POLICY)
