"""Answers to who is in no shop: the outbox belongs to shops, so these wait in memory, two minutes at most."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

from bot.logs import get_logger
from bot.telegram.pacer import HeldError

log = get_logger("afterwards")

WITHIN = 120.0
"""Seconds after which such an answer is dropped: the person has asked again by then, or gone."""
MOST = 1_000
"""Answers that wait at once."""

Say = Callable[[], Awaitable[Any]]


class LateAnswers:
    """Says again what couldn't leave. A stop of the process drops it."""

    def __init__(self) -> None:
        self._waiting: set[asyncio.Task[None]] = set()

    def retry(self, say: Say, held: HeldError) -> None:
        """Say it when the call may be tried again, unless that is too late."""
        if held.wait > WITHIN or len(self._waiting) >= MOST:
            log.warning("answer_dropped", kind=held.kind)
            return
        task = asyncio.create_task(_try_in_time(say, held))
        self._waiting.add(task)
        task.add_done_callback(self._waiting.discard)


async def _try_in_time(say: Say, held: HeldError) -> None:
    deadline = time.monotonic() + WITHIN
    pause = 1.0
    while time.monotonic() + held.wait <= deadline:
        await asyncio.sleep(max(held.wait, pause))
        pause *= 2
        try:
            await say()
        except HeldError as error:
            held = error
        except Exception as error:  # an answer that fails stops nothing else
            log.error("answer_failed", kind=held.kind, exc_info=error)
            return
        else:
            return
    log.warning("answer_dropped", kind=held.kind)
