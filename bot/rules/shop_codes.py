"""Shop codes: six characters by which a fan's order is known as theirs. The fan writes them into the order's note."""

import re
from collections.abc import Callable
from unicodedata import normalize

from bot.rules.alphabet import ALPHABET

LENGTH = 6
_TRIES = 200
_TOKEN = re.compile(rf"(?<![A-Z0-9])[{ALPHABET}]{{{LENGTH}}}(?![A-Z0-9])")


def new_shop_code(choice: Callable[[str], str]) -> str:
    """A fresh code; `choice` picks one character of a string (`secrets.choice`).

    Raises:
        RuntimeError: the source of randomness is broken.
    """
    for _ in range(_TRIES):
        code = "".join(choice(ALPHABET) for _ in range(LENGTH))
        if is_shop_code(code):
            return code
    raise RuntimeError("the random source is broken: it gives only letters, or only digits")


def is_shop_code(text: str) -> bool:
    """Whether this can be a shop code. It has a digit and a letter, so that no word and no number is one."""
    return (
        _TOKEN.fullmatch(text) is not None
        and any(letter.isdigit() for letter in text)
        and any(letter.isalpha() for letter in text)
    )


def shop_codes_in(note: str | None, most: int) -> tuple[str, ...]:
    """What can be shop codes in an order's note, each once and at most `most`; case and width don't matter."""
    written = normalize("NFKC", note or "").upper()
    found = (word for word in _TOKEN.findall(written) if is_shop_code(word))
    return tuple(dict.fromkeys(found))[:most]
