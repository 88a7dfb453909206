"""The clock that rules due work. It can jump (demo, tests); pacing and deadlines use `time.monotonic` instead."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime


class Clock:
    """Tells the time, and wakes those who wait for a time when it jumps."""

    def __init__(self, epoch: Callable[[], float]) -> None:
        self._epoch = epoch
        self._waiting: set[asyncio.Event] = set()

    @classmethod
    def real(cls) -> "Clock":
        """The machine's own: the one place where time comes in."""
        return cls(lambda: datetime.now(UTC).timestamp())  # noqa: TID251  # see above

    def now(self) -> datetime:
        """The present instant, aware, in UTC."""
        return datetime.fromtimestamp(self._epoch(), UTC)

    def jumped(self) -> None:
        """Whoever moved the time says so here."""
        for event in self._waiting:
            event.set()

    def wake_on_jump(self, event: asyncio.Event) -> None:
        """Set `event` whenever the time jumps."""
        self._waiting.add(event)
