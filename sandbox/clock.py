"""The stand-in's clock: it runs like the real one, from where a test put it."""

import time


class Clock:
    """Seconds since 1970, as the stand-in sees them; presses expire and messages are dated by it."""

    def __init__(self, start: float | None = None) -> None:
        self._offset = 0.0
        if start is not None:
            self.set(start)

    def now(self) -> float:
        """The present instant, in epoch seconds."""
        return time.time() + self._offset  # noqa: TID251 - this is the clock that the others ask

    def advance(self, seconds: float) -> None:
        """Moves the present forward by `seconds`."""
        self._offset += seconds

    def set(self, epoch: float) -> None:
        """Makes `epoch` the present; time runs on from there."""
        self._offset += epoch - self.now()
