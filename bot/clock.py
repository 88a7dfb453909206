"""The clock by which work is due. It can jump (demo, tests). Deadlines use `time.monotonic` instead."""

import asyncio
import time
from collections.abc import Callable
from datetime import UTC, datetime


class Clock:
    """Tells the time. When it jumps, it sets the events of tasks that wait for a time.

    Telegram's limits are kept by `monotonic`, in seconds. In the demo it jumps too: a visitor who jumps over an hour
    doesn't wait for the end of a minute.
    """

    def __init__(self, epoch: Callable[[], float], monotonic: Callable[[], float] = time.monotonic) -> None:
        self._epoch = epoch
        self.monotonic = monotonic
        self._waiting: set[asyncio.Event] = set()

    @classmethod
    def real(cls) -> "Clock":
        """The clock of the machine. No other code reads the machine's time."""
        return cls(lambda: datetime.now(UTC).timestamp())  # noqa: TID251  # see above

    def now(self) -> datetime:
        """The present instant: timezone-aware, in UTC."""
        return datetime.fromtimestamp(self._epoch(), UTC)

    def jumped(self) -> None:
        """Set all events of `wake_on_jump`. Code that moves the time calls this."""
        for event in self._waiting:
            event.set()

    def wake_on_jump(self, event: asyncio.Event) -> None:
        """Set `event` whenever the time jumps."""
        self._waiting.add(event)
