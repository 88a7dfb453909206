"""Whole numbers as people write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rules.amounts import join_counters, read_amount


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        *((text, 50) for text in ("50", "50장", "50 장", "50 pcs", "50张", "５０", "50개", "50份", "00050", "50명")),
        *((text, 30) for text in ("30코인", "30 coins", "30金币", "30 Coins")),
        *((text, 1_000) for text in ("1,000", "1，000", "1000个", "1_000", "1천", "1千", "1k")),
        *((text, 20_000) for text in ("2만", "2万", "2萬", "2만 장", "20,000")),
        *((text, 15_000) for text in ("1.5만", "1.5万", "15k")),
        ("1,000,000", 1_000_000),
        ("-5", -5),
        *(
            (text, None)
            for text in ("", "many", "1,0", "1,00", "10,00", "1.5", "²", "٣", "1e3", "0x7f", "nan", "5원", "$5")
        ),
        *((text, None) for text in ("1.55555만", "1만만", "50장장", "9" * 40, "1 2", "--5", "+", "5 apples")),
    ],
)
def test_a_number_is_read_as_a_whole(text: str, expected: int | None) -> None:
    """With thousands set apart, with words for large numbers, with what is counted; never a part of a number."""
    assert read_amount(text) == expected


@given(st.integers(0, 10**12))
def test_what_was_written_is_read_back(number: int) -> None:
    """Plain, with commas of both widths, and with a counter."""
    for text in (f"{number}", f"{number:,}", f"{number:,}".replace(",", "，"), f"{number}장", f"{number} coins"):
        assert read_amount(text) == number


@given(st.text(max_size=50))
def test_any_text_is_a_number_or_none(text: str) -> None:
    """Nothing raises an error."""
    found = read_amount(text)
    assert found is None or isinstance(found, int)


def test_counters_stand_with_their_numbers() -> None:
    """Words of a line are taken together where the second only says what is counted."""
    assert join_counters(["500", "coins", "20", "shares", "rush"]) == ["500coins", "20shares", "rush"]
    assert join_counters(["coins", "500"]) == ["coins", "500"]
