"""How a packet's coins are split into shares, and who gets which. Anybody can compute both again from the seed."""

import hmac
from collections.abc import Sequence


def split(seed: bytes, coins: int, shares: int) -> list[int]:
    """Shares by the double-mean method: each at least 1, together `coins`, none favoured by its place.

    Each share gets 1 and an even draw between nothing and twice the mean of what is left beyond the ones; where that
    isn't whole, the upper end is one higher just so often that the mean is exact. So the first may expect as much as
    the last.
    """
    if not 1 <= shares <= coins:
        raise ValueError(f"{coins} coins can't be {shares} shares")
    beyond, parts = coins - shares, []
    for left in range(shares, 1, -1):
        most, rest = divmod(2 * beyond, left)
        most += draw(seed, f"most:{left}", left) < rest
        extra = draw(seed, f"share:{left}", most + 1)
        parts.append(1 + extra)
        beyond -= extra
    return [*parts, 1 + beyond]


def draw(seed: bytes, label: str, below: int) -> int:
    """An even draw from 0 to `below` - 1: the first that HMAC-SHA256(seed, label) is worth, of 2^256 even steps."""
    return int.from_bytes(hmac.digest(seed, label.encode(), "sha256"), "big") * below >> 256


def places(order: Sequence[int], shares: int) -> dict[int, int]:
    """Which share each drawn number gets, from 1: the first in the order the first, as far as there are shares."""
    return {number: place for place, number in enumerate(order[:shares], start=1)}
