"""Flood control: how many messages a bot may send, and the 429 that it gets beyond that.

The numbers are those of https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this. Deadlines
use a monotonic clock, so that moving the stand-in's clock forgives nothing.
"""

import math
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from sandbox.errors import too_many

MINUTE = 60.0
Key = TypeVar("Key")


@dataclass(frozen=True)
class Limits:
    """Messages that pass; None sets no limit.

    `burst` is how many pass at once in a chat that was quiet. `ephemeral` says whether ephemeral messages count:
    Telegram's documentation doesn't tell.
    """

    per_chat_per_second: float | None = 1.0
    burst: int = 5
    per_group_per_minute: int | None = 20
    per_bot_per_second: float | None = 30.0
    ephemeral: bool = False

    @classmethod
    def none(cls) -> "Limits":
        """No limit at all."""
        return cls(per_chat_per_second=None, per_group_per_minute=None, per_bot_per_second=None)


@dataclass(slots=True)
class Bucket:
    """Lets `capacity` pass at once, and `rate` a second after that."""

    rate: float
    capacity: float
    level: float
    at: float

    def wait(self, now: float) -> float:
        """Seconds until one more may pass; 0.0 if it may now."""
        self.level = min(self.capacity, self.level + (now - self.at) * self.rate)
        self.at = now
        return 0.0 if self.level >= 1.0 else (1.0 - self.level) / self.rate


@dataclass(slots=True)
class ChatMeter:
    """What one bot sent to one chat lately, and until when it must keep silent there."""

    bucket: Bucket | None
    minute: deque[float] = field(default_factory=deque)
    silent_until: float = 0.0


class FloodControl:
    """Counts the messages of every bot; `spend` refuses the one that is too many."""

    def __init__(self, limits: Limits, monotonic: Callable[[], float] = time.monotonic) -> None:
        self.limits = limits
        self._now = monotonic
        self._bots: dict[int, ChatMeter] = {}
        self._chats: dict[tuple[int, int], ChatMeter] = {}

    def spend(self, bot: int, chat: int, *, is_group: bool, only_minute: bool = False) -> None:
        """Counts a message, or an edit (`only_minute`); raises a 429 if it doesn't pass.

        After a 429 the chat stays closed until `retry_after` has passed, as on Telegram.
        """
        limits = self.limits
        if limits.per_chat_per_second is limits.per_group_per_minute is limits.per_bot_per_second is None:
            return
        now = self._now()
        whole = self._meter(self._bots, bot, limits.per_bot_per_second, limits.per_bot_per_second or 1.0, now)
        here = self._meter(self._chats, (bot, chat), limits.per_chat_per_second, limits.burst, now)
        self._refuse(whole, now, self._wait(whole, None, now))
        per_minute = limits.per_group_per_minute if is_group else None
        self._refuse(here, now, self._wait(here, per_minute, now, only_minute=only_minute))
        for meter in (whole, here):
            if meter.bucket is not None and not (only_minute and meter is here):
                meter.bucket.level -= 1.0
        here.minute.append(now)

    @staticmethod
    def _meter(meters: dict[Key, ChatMeter], key: Key, rate: float | None, burst: float, now: float) -> ChatMeter:
        found = meters.get(key)
        if found is None:
            bucket = None if rate is None else Bucket(rate, burst, burst, now)
            found = meters[key] = ChatMeter(bucket)
        return found

    @staticmethod
    def _wait(meter: ChatMeter, per_minute: int | None, now: float, *, only_minute: bool = False) -> float:
        wait = max(0.0, meter.silent_until - now)
        if meter.bucket is not None and not only_minute:
            wait = max(wait, meter.bucket.wait(now))
        while meter.minute and meter.minute[0] <= now - MINUTE:
            meter.minute.popleft()
        if per_minute is not None and len(meter.minute) >= per_minute:
            wait = max(wait, meter.minute[-per_minute] + MINUTE - now)
        return wait

    @staticmethod
    def _refuse(meter: ChatMeter, now: float, wait: float) -> None:
        if wait > 0.0:
            seconds = max(1, math.ceil(wait))
            if meter.silent_until <= now:
                meter.silent_until = now + seconds
            raise too_many(seconds)
