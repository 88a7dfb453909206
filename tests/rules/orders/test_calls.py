"""Calls of the shop's platform: what they say of an order, and how they are signed."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rules.orders.calls import FIELDS, Malformed, NotPaidYet, is_signed, read_call, read_json, sign
from bot.rules.orders.told import OrderPolicy, OrderState, OrderTold

NOW = datetime(2026, 11, 2, 3, 0, tzinfo=UTC)
POLICY = OrderPolicy()
CALL = {"order": "A-1", "code": "SILK-1", "value": 39000, "currency": "krw", "at": "2026-11-02T12:00:00+09:00"}
TOLD = OrderTold("A-1", 39_000, "KRW", NOW, ("SILK-1",))


def call(**fields: Any) -> OrderTold | NotPaidYet | Malformed:
    """What a call says: `CALL`, but for these fields."""
    return read_call(CALL | fields, "KRW", NOW, POLICY)


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({}, {}),
        ({"at": None}, {}),
        ({"state": "paid"}, {}),
        ({"status": "결제완료"}, {}),
        ({"currency": None}, {}),
        ({"currency": "USD"}, {"currency": "USD"}),
        ({"order": " A-1 "}, {}),
        ({"code": None}, {"codes": ()}),
        ({"codes": ["FREESHIP", "SILK-1"]}, {"codes": ("SILK-1", "FREESHIP")}),
        ({"code": None, "codes": ["A", "B"]}, {"codes": ("A", "B")}),
        ({"note": "gift wrap, A7K2M9\n🎁"}, {"note": "gift wrap, A7K2M9\n🎁"}),
        ({"note": " "}, {}),
        ({"discount": 5_000}, {"discount": 5_000}),
        ({"refunded": 9_000}, {"taken_back": 9_000}),
        ({"status": "partially_refunded", "refunded": 9_000}, {"taken_back": 9_000}),
        ({"refunded": 39_000}, {"state": OrderState.REFUNDED, "taken_back": 39_000}),
        ({"state": "refunded"}, {"state": OrderState.REFUNDED, "taken_back": 39_000}),
        ({"status": "退款成功"}, {"state": OrderState.REFUNDED, "taken_back": 39_000}),
        ({"state": "cancelled"}, {"state": OrderState.CANCELLED}),
        ({"state": "cancelled", "value": None}, {"state": OrderState.CANCELLED, "value": 0}),
        ({"value": 0}, {"value": 0}),
    ],
    ids=repr,
)
def test_a_call_is_read(fields: dict[str, Any], told: dict[str, Any]) -> None:
    """Each field as documented; what is left out has its usual value."""
    assert call(**fields) == OrderTold(**{name: getattr(TOLD, name) for name in TOLD.__slots__} | told)


@pytest.mark.parametrize("fields", [{"state": "pending"}, {"status": "on-hold"}, {"status": "반품요청"}], ids=repr)
def test_an_order_that_waits(fields: dict[str, Any]) -> None:
    """It isn't paid, or its refund isn't settled: there is nothing to take."""
    assert call(**fields) == NotPaidYet("A-1")


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"order": ""}, "order"),
        ({"order": None}, "order"),
        ({"order": 1}, "order"),
        ({"order": "x" * 65}, "order"),
        ({"order": "a\nb"}, "order"),
        ({"order": "x" * 4_000}, "order"),
        ({"order": "🧵"}, "order"),
        ({"order": "A-1 🧵"}, "order"),
        ({"order": "1\ufe0f\u20e3"}, "order"),
        ({"order": "\u0000A-1"}, "order"),
        ({"order": "A\u202e-1"}, "order"),
        ({"order": "\ud800"}, "order"),
        ({"order": "--"}, "order"),
        ({"order": 1.0}, "order"),
        ({"order": {}}, "order"),
        ({"value": 39_000.0}, "value"),
        ({"value": float("nan")}, "value"),
        ({"value": float("inf")}, "value"),
        ({"discount": 5_000.0}, "discount"),
        ({"refunded": 0.0}, "refunded"),
        ({"refunded": float("nan")}, "refunded"),
        ({"at": float("nan")}, "at"),
        ({"code": 5}, "code"),
        ({"code": "x" * 33}, "code"),
        ({"codes": "A, B"}, "codes"),
        ({"codes": [1]}, "codes"),
        ({"codes": ["A"] * 21}, "codes"),
        ({"value": 1.5}, "value"),
        ({"value": "39000"}, "value"),
        ({"value": True}, "value"),
        ({"value": -1}, "value"),
        ({"value": 10**20}, "value"),
        ({"value": None}, "value"),
        ({"currency": "원화"}, "currency"),
        ({"currency": "XXX"}, "currency"),
        ({"currency": 5}, "currency"),
        ({"at": "yesterday"}, "at"),
        ({"at": "2026-11-02T12:00:00"}, "at"),
        ({"at": 5}, "at"),
        ({"state": "lost"}, "state"),
        ({"state": []}, "state"),
        ({"state": "완료"}, "state"),
        ({"status": "lost"}, "status"),
        ({"status": {}}, "status"),
        ({"state": "paid", "status": "paid"}, "state"),
        ({"note": 5}, "note"),
        ({"note": "x" * 2_001}, "note"),
        ({"note": "\ud800"}, "note"),
        ({"discount": "10%"}, "discount"),
        ({"discount": -5}, "discount"),
        ({"refunded": 39_001}, "refunded"),
        ({"refunded": -1}, "refunded"),
        ({"state": "refunded", "refunded": 5}, "refunded"),
        ({"state": "cancelled", "refunded": 5}, "refunded"),
        ({"status": "partially_refunded"}, "refunded"),
        ({"vaule": 39_000}, "vaule"),
        ({"\n" + "x" * 100: 1}, "x" * 40),
    ],
    ids=repr,
)
def test_a_call_that_is_none(fields: dict[str, Any], wrong: str) -> None:
    """What isn't as documented is no order, and the caller hears which field it is."""
    assert call(**fields) == Malformed(wrong)


@pytest.mark.parametrize("body", [None, [], [CALL], 5, "order"])
def test_a_body_that_is_no_object(body: Any) -> None:
    """There is no field to name."""
    assert read_call(body, "KRW", NOW, POLICY) == Malformed()


@pytest.mark.parametrize(
    ("json", "wrong"),
    [
        ('{"order": "A-1", "value": 39000, "value": 1}', "value"),
        ('{"order": "A-1", "order": "A-1", "value": 39000}', "order"),
        ('{"order": "A-1", "value": {"value": 1, "value": 2}}', "value"),
        ('{"order": "A-1", "value": 39000, "note": {"a": 1, "a": 2}}', "note"),
        ('{"order": "A-1", "value": %s}' % ("9" * 50), "value"),
        ('{"order": "A-1", "value": %s}' % ("9" * 5_000), "value"),
        ('{"order": "A-1", "value": -%s}' % ("9" * 5_000), "value"),
        ('{"order": %s, "value": 39000}' % ("9" * 5_000), "order"),
        ('{"order": "A-1", "value": 1, "discount": %s}' % ("9" * 5_000), "discount"),
        ('{"order": "A-1", "value": NaN}', "value"),
        ('{"order": "A-1", "value": Infinity}', "value"),
        ('{"order": "A-1", "value": 39000.0}', "value"),
        ('{"order": "A-1", "value": 3.9e4}', "value"),
        ('{"order": "A-1", "value": 1e999}', "value"),
        ('{"order": "A-1", "value": 1, "codes": [%s]}' % ("9" * 5_000), "codes"),
        ('{"order": "A-1", "value": 1, "codes": [NaN]}', "codes"),
        ('{"order": "A-1", "value": 1, "\\u0000": 1}', ""),
        ("NaN", None),
        ("9" * 5_000, None),
        ('[{"order": "A-1", "value": 1}]', None),
    ],
    ids=lambda one: str(one)[:60],
)
def test_json_that_can_be_read_in_several_ways(json: str, wrong: str | None) -> None:
    """A field that stands there twice, a number without end, and what is no number are refused by their field."""
    assert read_call(read_json(json.encode()), "KRW", NOW, POLICY) == Malformed(wrong)


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b"{'order': 1}", b"\x00" * 9, b'{"order"}'], ids=repr)
def test_what_is_no_json(body: bytes) -> None:
    """It is told as such, and is no bug."""
    with pytest.raises(ValueError, match=r"."):
        read_json(body)


SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
ANYTHING = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner)
)


@given(st.dictionaries(st.sampled_from(FIELDS) | st.text(max_size=4), ANYTHING, max_size=6))
def test_no_json_breaks_the_reader(fields: dict[str, Any]) -> None:
    """Whatever a signed call holds is an order within the bounds, one that waits, or a field that is named."""
    found = read_call(CALL | fields, "KRW", NOW, POLICY)
    if isinstance(found, OrderTold):
        assert 0 <= found.taken_back <= found.value <= POLICY.max_value
    else:
        assert isinstance(found, NotPaidYet | Malformed)


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
