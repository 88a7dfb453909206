"""The stand-in's clock. It runs like the real one, from the instant that a test set."""

import asyncio
import contextlib
import time
from collections.abc import Callable


class Clock:
    """The time of the stand-in, in seconds since 1970. Messages are dated by it and presses expire by it."""

    def __init__(self, start: float | None = None) -> None:
        self._offset = 0.0
        self._listeners: list[Callable[[], None]] = []
        self._due: list[tuple[float, Callable[[], None]]] = []
        self._moved: set[asyncio.Future[None]] = set()
        if start is not None:
            self.set(start)

    def now(self) -> float:
        """The present instant, in epoch seconds."""
        return time.time() + self._offset  # noqa: TID251 - this is the clock that the others ask

    def on_change(self, call: Callable[[], None]) -> None:
        """Call this function whenever a test moves the time."""
        self._listeners.append(call)

    def call_at(self, epoch: float, call: Callable[[], None]) -> None:
        """Call once when `epoch` is reached, by itself or because a test moved the time."""
        self._due.append((epoch, call))
        asyncio.get_running_loop().call_later(max(0.0, epoch - self.now()), self._call_due)

    def advance(self, seconds: float) -> None:
        """Move the time forward by `seconds`."""
        self._offset += seconds
        self._tell_moved()

    def set(self, epoch: float) -> None:
        """Set the time to `epoch`; it runs on from there."""
        self._offset += epoch - self.now()
        self._tell_moved()

    async def wait_until(self, epoch: float) -> None:
        """Wait until `epoch` is reached, by itself or because a test moved the time."""
        while (left := epoch - self.now()) > 0:
            moved = asyncio.get_running_loop().create_future()
            self._moved.add(moved)
            try:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(left):
                        await moved
            finally:
                self._moved.discard(moved)

    def _call_due(self) -> None:
        now = self.now() + 0.001
        due = [one for one in self._due if one[0] <= now]
        self._due = [one for one in self._due if one[0] > now]
        for _, call in due:
            call()

    def _tell_moved(self) -> None:
        for moved in self._moved:
            if not moved.done():
                moved.set_result(None)
        for call in self._listeners:
            call()
        self._call_due()
