"""How far a message of the outbox has got, for the message that leaves after it."""

import asyncio
import contextlib
from dataclasses import dataclass, field

SLICES = 5
"""Wait in five slices: after a busy loop one long timeout would end although the answer is there."""


@dataclass(slots=True, eq=False)
class Flight:
    """How far a message has got."""

    answered: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when Telegram has answered, or when the message isn't sent after all."""
    marked: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when the result is written down."""

    async def over(self, patience: float) -> None:
        """Wait until a kill can't double it: at most `patience` seconds for Telegram's answer, then for our mark."""
        for _ in range(SLICES):
            if self.answered.is_set():
                break
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(patience / SLICES):
                    await self.answered.wait()
        if self.answered.is_set():
            await self.marked.wait()
