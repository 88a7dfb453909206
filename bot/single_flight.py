"""Reads that many wait for at once are made once: a crowd that meets an empty cache asks the database one time."""

import asyncio
from collections.abc import Callable, Coroutine, Hashable
from functools import partial
from typing import Any, TypeVar, cast

V = TypeVar("V")


class SingleFlight:
    """Shares a read among all who ask for the same key while it runs. It keeps no results."""

    def __init__(self) -> None:
        self._running: dict[Hashable, asyncio.Task[Any]] = {}

    async def read(self, key: Hashable, query: Callable[[], Coroutine[Any, Any, V]]) -> V:
        """The result of the read that runs for `key`, or of `query` if none runs. What it raises, all get.

        A caller who is cancelled doesn't stop the read of the others.
        """
        task = self._running.get(key)
        if task is None:
            task = self._running[key] = asyncio.create_task(query())
            task.add_done_callback(partial(self._end, key))
        return cast("V", await asyncio.shield(task))

    def _end(self, key: Hashable, task: asyncio.Task[Any]) -> None:
        del self._running[key]
        if not task.cancelled():
            task.exception()  # whoever waits gets it; that nobody waits any more is no fault to report
