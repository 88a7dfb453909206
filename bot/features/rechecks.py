"""Computes proofs again when fans ask for it: one at a time, off the event loop, each only once."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from datetime import timedelta
from typing import Generic, TypeVar

from bot.bounded import Bounded
from bot.logs import get_logger

log = get_logger("rechecks")

PATIENCE = timedelta(seconds=2)
"""How long one press waits for its result."""
KEPT = 500
"""How many results are kept."""
WAITING = 20
"""How many computations may wait for their turn."""

T = TypeVar("T")


class Rechecks(Generic[T]):
    """Results of computations by key. What is computed already costs a press nothing."""

    def __init__(self, patience: timedelta = PATIENCE) -> None:
        self._patience = patience.total_seconds()
        self._found: Bounded[Hashable, T] = Bounded(KEPT)
        self._running: dict[Hashable, asyncio.Task[T]] = {}
        self._turn = asyncio.Lock()

    async def find(self, key: Hashable, compute: Callable[[], Awaitable[T]]) -> T | None:
        """The result for `key`. None if it takes longer: then it goes on, and a later call gets the result."""
        if key in self._found:
            return self._found[key]
        task = self._running.get(key)
        if task is None:
            if len(self._running) >= WAITING:
                return None
            task = self._running[key] = asyncio.create_task(self._compute(key, compute))
        done, _ = await asyncio.wait({task}, timeout=self._patience)
        return task.result() if done else None

    async def _compute(self, key: Hashable, compute: Callable[[], Awaitable[T]]) -> T:
        try:
            async with self._turn:
                self._found[key] = await compute()
            return self._found[key]
        except Exception as error:
            log.warning("recheck_failed", error=type(error).__name__)
            raise
        finally:
            del self._running[key]
