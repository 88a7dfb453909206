"""A public beacon: random numbers that nobody knows before their time and everybody can look up afterwards."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Protocol

NAMED_AHEAD = timedelta(seconds=60)
"""A round counts only if the message that names it was in the group this long before the round came."""


@dataclass(frozen=True, slots=True)
class Pulse:
    """One round of a beacon, in hexadecimal."""

    round: int
    randomness: str
    signature: str

    @property
    def is_sound(self) -> bool:
        """Whether the randomness is the SHA-256 of the signature."""
        try:
            return sha256(bytes.fromhex(self.signature)).hexdigest() == self.randomness
        except ValueError:
            return False


@dataclass(frozen=True, slots=True)
class Chain:
    """The times of a beacon's rounds: round 1 comes at `genesis`, then one comes every `period`."""

    hash: str
    genesis: datetime
    period: timedelta

    def first_round_after(self, instant: datetime) -> int:
        """The number of the first round that comes after `instant` (aware).

        A round exactly at `instant` is too early.
        """
        return max(0, (instant - self.genesis) // self.period + 1) + 1

    def time_of(self, number: int) -> datetime:
        """The instant at which a round comes."""
        return self.genesis + (number - 1) * self.period

    def named_in_time(self, number: int, posted_at: datetime) -> bool:
        """Whether a round was named early enough to be unknown to everybody.

        `posted_at` is Telegram's date of the message.
        """
        return posted_at + NAMED_AHEAD <= self.time_of(number)


QUICKNET = Chain(
    hash="52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971",
    genesis=datetime.fromtimestamp(1_692_803_367, UTC),
    period=timedelta(seconds=3),
)
"""drand's quicknet, run by the League of Entropy. It is unchained: a round is known by its own signature alone."""


class Beacon(Protocol):
    """A client that fetches rounds."""

    chain: Chain

    async def fetch(self, number: int) -> Pulse | None:
        """This round, or None if it isn't available now. It takes a few seconds at most and raises nothing."""
