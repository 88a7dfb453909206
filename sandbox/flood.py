"""Flood control: how many messages a bot may send before it gets a 429.

The numbers are those of https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this. Deadlines
use a monotonic clock, so that moving the stand-in's clock doesn't end a wait.
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
    """How many messages a bot may send; None is no limit.

    `burst` is how many can be sent at once to a quiet chat. `ephemeral` says whether ephemeral messages count;
    Telegram doesn't document that.
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
    """Allows `capacity` messages at once, and `rate` a second after that."""

    rate: float
    capacity: float
    level: float
    at: float

    def wait(self, now: float) -> float:
        """Seconds until one more message is allowed; 0.0 if one is allowed now."""
        self.level = min(self.capacity, self.level + (now - self.at) * self.rate)
        self.at = now
        return 0.0 if self.level >= 1.0 else (1.0 - self.level) / self.rate


@dataclass(slots=True)
class ChatMeter:
    """What one bot sent to one chat lately, and until when it is blocked there."""

    bucket: Bucket | None
    minute: deque[float] = field(default_factory=deque)
    silent_until: float = 0.0


class FloodControl:
    """Counts the messages of every bot. `spend` refuses a message that is over a limit."""

    def __init__(self, limits: Limits, monotonic: Callable[[], float] = time.monotonic) -> None:
        self.limits = limits
        self._now = monotonic
        self._bots: dict[int, ChatMeter] = {}
        self._chats: dict[tuple[int, int], ChatMeter] = {}

    def spend(self, bot: int, chat: int, *, is_group: bool, only_minute: bool = False) -> None:
        """Count a message, or an edit (`only_minute`). Raises ApiError 429 if it is over a limit.

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
