"""Whose an order is: codes in notes, numbers that are typed freely, and who comes first."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rules.alphabet import ALPHABET
from bot.rules.orders.numbers import order_key, read_claimed
from bot.rules.orders.told import Belongs
from bot.rules.orders.whose import ClaimedBy, Whose, whose
from bot.rules.shop_codes import is_shop_code, new_shop_code, shop_codes_in

COUPON, CODE = ClaimedBy.COUPON, ClaimedBy.SHOP_CODE


@pytest.mark.parametrize(
    ("by_coupon", "by_code", "expected"),
    [
        (set(), set(), Whose()),
        ({1}, set(), Whose(1, Belongs.COUPON)),
        (set(), {2}, Whose(2, Belongs.SHOP_CODE)),
        ({1}, {1}, Whose(1, Belongs.COUPON)),
        ({1}, {2}, Whose(1, Belongs.COUPON, ((2, CODE),))),
        ({1, 2}, {2}, Whose(2, Belongs.SHOP_CODE, ((1, COUPON),))),
        ({1, 2}, set(), Whose(asked=((1, COUPON), (2, COUPON)))),
        (set(), {1, 2}, Whose(asked=((1, CODE), (2, CODE)))),
        ({1, 2}, {3, 4}, Whose(asked=((3, CODE), (4, CODE), (1, COUPON), (2, COUPON)))),
    ],
)
def test_whose(by_coupon: set[int], by_code: set[int], expected: Whose) -> None:
    """One coupon says it, else one code; whoever else is named is asked about, and nobody is guessed."""
    assert whose(by_coupon, by_code) == expected


@pytest.mark.parametrize(
    ("note", "codes"),
    [
        ("K7M2QX", ("K7M2QX",)),
        ("k7m2qx please", ("K7M2QX",)),
        ("ｋ７ｍ２ｑｘ", ("K7M2QX",)),
        ("문앞에K7M2QX놔주세요", ("K7M2QX",)),
        ("备注:K7M2QX，谢谢", ("K7M2QX",)),
        ("K7M2QX K7M2QX / ABC234", ("K7M2QX", "ABC234")),
        ("K7M2QXA", ()),
        ("PLEASE", ()),
        ("234567", ()),
        ("K7M2-QX4P", ()),
        ("010-1234-5678", ()),
        ("K7M2Q0", ()),
        ("", ()),
        (None, ()),
    ],
)
def test_codes_in_a_note(note: str | None, codes: tuple[str, ...]) -> None:
    """Whole words of six, with a digit and a letter, in any case and width; a longer word holds none."""
    assert shop_codes_in(note, 8) == codes


def test_a_note_is_looked_through_only_so_far() -> None:
    """However many words a note has, few are looked up."""
    assert len(shop_codes_in(" ".join(f"K7M2Q{letter}" for letter in ALPHABET), 8)) == 8


@given(st.integers())
def test_a_fresh_code_is_found_in_a_note(seed: int) -> None:
    """Whatever code is made, it is one, and a note that holds it says so."""
    code = new_shop_code(random.Random(seed).choice)
    assert is_shop_code(code)
    assert shop_codes_in(f"to Mina, {code.lower()}.", 8) == (code,)


def test_a_broken_source_is_noticed() -> None:
    """A source that gives one letter for ever makes no code."""
    with pytest.raises(RuntimeError, match="random source"):
        new_shop_code(lambda letters: letters[-1])


@pytest.mark.parametrize(
    ("one", "other"),
    [("#1001", "1001"), ("２０２６-a1", "2026A1"), ("A-1", "a 1"), ("2026_11", "202611")],
)
def test_numbers_that_are_one(one: str, other: str) -> None:
    """Signs, case and width make no difference."""
    assert order_key(one) == order_key(other)


def test_numbers_that_are_two() -> None:
    """Another digit does, and numbers of signs alone stay what they are."""
    assert len({order_key(ref) for ref in ("1001", "1002", "A1001", "-", "#")}) == 5


@pytest.mark.parametrize(
    ("said", "ref"),
    [
        ("1001", "1001"),
        (" #1001 ", "#1001"),
        ("번호 20261123-0042", "20261123-0042"),
        ("订单号 2026 1123", "20261123"),
        ("ABCDEF", "ABCDEF"),
        ("!?", ""),
        ("", ""),
        ("9" * 99, "9" * 64),
        ("10\u202e01", "1001"),
    ],
)
def test_what_a_fan_types(said: str, ref: str) -> None:
    """Words with a digit are the number; signs alone are none."""
    assert read_claimed(said, 64) == ref
