"""The sealed draw: an order that nobody could choose, and that anybody can compute again.

The secret seed is fixed before anyone enters, and its hash is posted. When entering is over the list is frozen, and its
hash is posted. Only then is the key made of both, and of a public beacon's round where one was named before. The exact
bytes stand in `docs/verify-a-draw.md`; whoever changes something here changes what was promised there.
"""

import hmac
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256

SEED_BYTES = 32
SALT_BYTES = 16
HASH_BYTES = 32
MAX_WEIGHT = 100
"""Chances of one entry, at most: each costs one hash."""


@dataclass(frozen=True, slots=True)
class ListLine:
    """One line of the frozen list: who it is can be told only by them."""

    number: int
    weight: int
    line: str
    """SHA-256 of the entry's salt and the fan's id, in hexadecimal."""
    after: bool = False
    """Whether it comes after all that aren't: of someone who won lately, where the rules put them last."""


def commitment(seed: bytes) -> str:
    """What is posted before anyone enters: SHA-256 of the seed, in hexadecimal."""
    return sha256(seed).hexdigest()


def line_of(salt: bytes, user_id: int) -> str:
    """A fan as the list shows them: SHA-256(salt ‖ the id in decimal digits), in hexadecimal."""
    return sha256(salt + str(user_id).encode()).hexdigest()


def list_text(entries: Iterable[ListLine]) -> str:
    """The frozen list as the one text that is hashed: a line an entry, by number, each ended by a line feed."""
    by_number = sorted(entries, key=lambda entry: entry.number)
    return "".join(f"{one.number},{one.weight},{int(one.after)},{one.line}\n" for one in by_number)


def list_hash(entries: Iterable[ListLine]) -> str:
    """SHA-256 of the list's text in UTF-8, in hexadecimal."""
    return sha256(list_text(entries).encode()).hexdigest()


def key_of(seed: bytes, frozen: str, randomness: bytes = b"") -> bytes:
    """The draw's key: SHA-256(seed ‖ the list's hash, as 32 bytes ‖ the beacon's 32 bytes, or nothing)."""
    return sha256(seed + bytes.fromhex(frozen) + randomness).digest()


def rank_of(key: bytes, number: int, weight: int = 1) -> bytes:
    """An entry's rank, the lower the better: the least of HMAC-SHA256(key, "number:k") for k below its weight.

    The least of `w` even draws wins against the others `w` times as often as one does.
    """
    return min(hmac.digest(key, f"{number}:{chance}".encode(), "sha256") for chance in range(weight))


def order_of(key: bytes, entries: Iterable[ListLine]) -> list[int]:
    """Entry numbers in the order in which they are drawn."""
    ranked = [(one.after, rank_of(key, one.number, one.weight), one.number) for one in entries]
    ranked.sort()
    return [number for _, _, number in ranked]


def standing_winners(order: Sequence[int], struck: Iterable[int], places: int) -> list[int]:
    """Who has won: the first in the order who weren't struck. A place that is lost goes to the next in rank."""
    out = set(struck)
    winners: list[int] = []
    for number in order:
        if len(winners) == places:
            break
        if number not in out:
            winners.append(number)
    return winners
