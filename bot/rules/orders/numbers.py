"""Numbers of orders, as platforms give them and as people type them."""

import re
from unicodedata import category, normalize

_SIGNS = re.compile(r"[\W_]+")


_PICTURES = frozenset({"So", "Me", "Cn", "Co", "Cs"})
"""Unicode's categories of emoji and of what no platform puts into a number."""


def is_order_number(ref: str, longest: int) -> bool:
    """Whether a text can be an order's number: it fits, can be shown, has a letter or a digit, and no emoji."""
    plain = normalize("NFKC", ref)
    fits = 0 < len(ref.strip()) <= longest and ref.isprintable() and _SIGNS.sub("", plain) != ""
    return fits and not any(category(sign) in _PICTURES for sign in plain)


def order_key(ref: str) -> str:
    """What two ways to write one order's number have in common: `#1001`, `1001`, `２０２６-a1` and `2026A1`.

    A number of signs alone is its own key.
    """
    bare = _SIGNS.sub("", normalize("NFKC", ref)).upper()
    return bare or ref


def read_claimed(text: str, longest: int) -> str:
    """The order's number in what a fan wrote behind the command; empty if there is none.

    Words with a digit are the number. Without any, the whole text is.
    """
    words = "".join(letter if letter.isprintable() else " " for letter in normalize("NFKC", text)).split()
    told = "".join(word for word in words if any(letter.isdigit() for letter in word)) or "".join(words)
    return told[:longest] if _SIGNS.sub("", told) else ""
