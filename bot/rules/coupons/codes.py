"""Coupon codes that people read aloud and type: `XXXX-XXXX`, no look-alikes, the last a check character."""

from collections.abc import Callable
from itertools import zip_longest
from unicodedata import normalize

from bot.rules.alphabet import ALPHABET

LENGTH = 8


def check_character(head: str) -> str:
    """The character that makes the weighted sum of all eight divisible by 31.

    31 is prime. Weights 1…8 modulo a prime find every single wrong character and every two that were swapped, as in
    ISBN-10.
    """
    total = sum(weight * ALPHABET.index(letter) for weight, letter in enumerate(head, start=1))
    # The last weight is 8, whose inverse modulo 31 is 4.
    return ALPHABET[(-total * 4) % 31]


def new_code(choice: Callable[[str], str]) -> str:
    """A fresh code; `choice` picks one character of a string (`secrets.choice`)."""
    head = "".join(choice(ALPHABET) for _ in range(LENGTH - 1))
    return _with_hyphen(head + check_character(head))


def read_code(text: str) -> str | None:
    """The generated code that `text` means, however it was typed, or None if it can't be one."""
    bare = "".join(letter for letter in text.upper() if letter.isalnum())
    if len(bare) != LENGTH or any(letter not in ALPHABET for letter in bare):
        return None
    return _with_hyphen(bare) if check_character(bare[:-1]) == bare[-1] else None


def _with_hyphen(bare: str) -> str:
    halves = zip_longest(*[iter(bare)] * 4)
    return "-".join("".join(half) for half in halves)


def code_key(code: str) -> str:
    """The code as it is compared: without blanks, in capitals, in usual width. Two codes with one key are the same."""
    plain = code if code.isascii() else normalize("NFKC", code)
    return "".join(plain.upper().split())
