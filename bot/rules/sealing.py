"""The sealed draw: an order that anybody can compute again.

A secret seed is fixed before anyone enters, and its hash is posted. When entering is over, the list is frozen and its
hash is posted. Then the key is made of the seed, the list's hash and, if one was named, a public beacon's round. The
exact bytes are documented in `docs/verify-a-draw.md`. A change here would break what is promised there.
"""

import hmac
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256

SEED_BYTES = 32
SALT_BYTES = 16
HASH_BYTES = 32
MAX_WEIGHT = 100
"""The most chances that one entry may have. Each costs one hash."""


SEAL_SHOWN = 32
"""Digits of the seal in a page's address. Nobody can guess these 128 bits without seeing the card."""


@dataclass(frozen=True, slots=True)
class ListLine:
    """One line of the frozen list. Only the fan themselves can tell whose it is."""

    number: int
    weight: int
    line: str
    """SHA-256 of the entry's salt and the fan's id, in hexadecimal. Tables call it `seal`."""
    after: bool = False
    """Whether the entry comes after all others, as its fan won recently and the raffle has `fresh=`."""


def commitment(seed: bytes) -> str:
    """The seal that is posted before anyone enters: SHA-256 of the seed, in hexadecimal."""
    return sha256(seed).hexdigest()


def line_of(salt: bytes, user_id: int) -> str:
    """A fan's line on the list: SHA-256(salt ‖ the id in decimal digits), in hexadecimal."""
    return sha256(salt + str(user_id).encode()).hexdigest()


def list_text(entries: Iterable[ListLine]) -> str:
    """The frozen list as the text that is hashed: one line for each entry, by number, each ended by a line feed."""
    by_number = sorted(entries, key=lambda entry: entry.number)
    return "".join(f"{one.number},{one.weight},{int(one.after)},{one.line}\n" for one in by_number)


def list_hash(entries: Iterable[ListLine]) -> str:
    """SHA-256 of the list's text in UTF-8, in hexadecimal."""
    return sha256(list_text(entries).encode()).hexdigest()


def key_of(seed: bytes, frozen: str, randomness: bytes = b"") -> bytes:
    """The draw's key: SHA-256(seed ‖ 32 bytes of the list's hash ‖ 32 bytes of the beacon, or nothing)."""
    return sha256(seed + bytes.fromhex(frozen) + randomness).digest()


def rank_of(key: bytes, number: int, weight: int = 1) -> bytes:
    """An entry's rank: the least of HMAC-SHA256(key, "number:k") for k from 0 to weight − 1. A lower rank is better.

    An entry of weight `w` has `w` draws, so it comes first `w` times as often as an entry of weight 1.
    """
    return min(hmac.digest(key, f"{number}:{chance}".encode(), "sha256") for chance in range(weight))


def order_of(key: bytes, entries: Iterable[ListLine]) -> list[int]:
    """Entry numbers in the order in which they are drawn."""
    ranked = [(one.after, rank_of(key, one.number, one.weight), one.number) for one in entries]
    ranked.sort()
    return [number for _, _, number in ranked]


def standing_winners(order: Sequence[int], struck: Iterable[int], places: int) -> list[int]:
    """The winners: the first in the order that weren't struck. A lost place goes to the next in the order."""
    out = set(struck)
    winners: list[int] = []
    for number in order:
        if len(winners) == places:
            break
        if number not in out:
            winners.append(number)
    return winners
