"""How far a friend has come: what their check-ins since they joined add up to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.rules.gifts.policy import GiftPolicy


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a friend's check-ins have brought them."""

    check_ins: int
    """Those that count for the second stage, at most as many as it takes."""
    started: bool
    """Whether they checked in at all: what they got for joining can be spent."""
    stays_at: datetime | None
    """When the second stage is reached; None as long as check-ins lack."""
    watching: bool
    """Whether another check-in can change something."""


def progress(joined_at: datetime, check_ins: Sequence[datetime], now: datetime, policy: GiftPolicy) -> Progress:
    """What the instants of a friend's check-ins since they joined, in order, come to at `now`."""
    counted = [at for at in check_ins if joined_at <= at <= joined_at + policy.within]
    enough = len(counted) >= policy.check_ins
    stays_at = max(counted[policy.check_ins - 1], joined_at + policy.full_time) if enough else None
    started = bool(check_ins)
    over = enough or now > joined_at + policy.within
    return Progress(min(len(counted), policy.check_ins), started, stays_at, watching=not (started and over))
