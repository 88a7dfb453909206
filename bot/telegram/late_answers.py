"""Answers that can't leave now, for people in no shop.

Rows of the outbox belong to shops, so these answers wait in memory, at most two minutes.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

from bot.logs import get_logger
from bot.telegram.pacer import HeldError

log = get_logger("afterwards")

WITHIN = 120.0
"""Seconds after which such an answer is dropped. By then the person has asked again or left."""
MOST = 1_000
"""How many answers can wait at the same time."""

Say = Callable[[], Awaitable[Any]]


class LateAnswers:
    """Sends answers later that couldn't leave. They are lost when the process stops."""

    def __init__(self) -> None:
        self._waiting: set[asyncio.Task[None]] = set()

    def retry(self, say: Say, held: HeldError) -> None:
        """Call `say` again after the time that `held` names. The answer is dropped if that is too late."""
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
        except Exception as error:  # a failing answer must not stop anything else
            log.error("answer_failed", kind=held.kind, exc_info=error)
            return
        else:
            return
    log.warning("answer_dropped", kind=held.kind)
