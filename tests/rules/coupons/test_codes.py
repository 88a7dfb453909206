"""Codes: every slip of a finger is caught, every way of typing is read."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.rules.alphabet import ALPHABET
from bot.rules.coupons.codes import LENGTH, check_character, new_code, read_code

quick = settings(max_examples=100, deadline=None, derandomize=True, database=None)
heads = st.text(ALPHABET, min_size=LENGTH - 1, max_size=LENGTH - 1)
codes = heads.map(lambda head: head + check_character(head))


def test_the_alphabet_has_no_look_alikes() -> None:
    """31 characters, a prime, none of 0 O 1 I L."""
    assert len(set(ALPHABET)) == len(ALPHABET) == 31
    assert not set("01OIL") & set(ALPHABET)


@quick
@given(codes)
def test_every_wrong_character_is_caught(code: str) -> None:
    """Each of the 240 codes that differ in one character is refused."""
    for place, letter in enumerate(code):
        for other in ALPHABET.replace(letter, ""):
            assert read_code(code[:place] + other + code[place + 1 :]) is None


@quick
@given(codes)
def test_every_two_swapped_characters_are_caught(code: str) -> None:
    """Neighbours or not, two different characters that changed places are noticed."""
    for first in range(LENGTH):
        for second in range(first + 1, LENGTH):
            swapped = list(code)
            swapped[first], swapped[second] = swapped[second], swapped[first]
            if code[first] != code[second]:
                assert read_code("".join(swapped)) is None


@quick
@given(codes, st.lists(st.sampled_from([" ", "-", ".", "\n", "–", "/"]), min_size=LENGTH + 1, max_size=LENGTH + 1))
def test_a_code_is_read_however_it_is_typed(code: str, between: list[str]) -> None:
    """Lower case, spaces and hyphens anywhere change nothing."""
    typed = between[0] + "".join(letter + mark for letter, mark in zip(code.lower(), between[1:], strict=True))
    assert read_code(typed) == f"{code[:4]}-{code[4:]}"


@quick
@given(st.text(max_size=20))
def test_any_text_is_read_or_refused(text: str) -> None:
    """Whatever somebody sends, reading it gives a code in its one form or nothing."""
    read = read_code(text)
    assert read is None or (len(read) == LENGTH + 1 and read_code(read) == read)


@quick
@given(st.integers())
def test_a_new_code_is_one_that_reads(seed: int) -> None:
    """What is handed out has the form `XXXX-XXXX` and its check character."""
    code = new_code(random.Random(seed).choice)
    assert read_code(code) == code


@pytest.mark.parametrize("text", ["", "SILK20", "2345-678", "2345-67890", "OOOO-OOOO", "２３４５-６７８９", "ßßßß"])
def test_what_is_no_code(text: str) -> None:
    """Too short, too long, look-alikes, other scripts' digits."""
    assert read_code(text) is None
