"""A bot's queue of updates, and the long poll that empties it.

Rules: https://core.telegram.org/bots/api#getupdates; an update waits a day, a press 150 seconds.
"""

import asyncio
import json
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sandbox.checks import SCHEMA
from sandbox.clock import Clock
from sandbox.errors import ApiError

KINDS = frozenset(SCHEMA["updates"])
UNASKED = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
DEFAULT = KINDS - UNASKED
DAY = 86_400.0
FIRST_ID = 700_000_001
MOST = 100
CONFLICT = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"


@dataclass(slots=True, eq=False)
class Update:
    """One update as it is sent; `again` marks one that a test made Telegram deliver once more."""

    update_id: int
    kind: str
    payload: dict[str, Any]
    written: bytes
    expires: float
    again: bool = False


class Queue:
    """What waits for one bot. Everything is synchronous except `poll`."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._next = FIRST_ID
        self._pending: deque[Update] = deque()
        self._waiting: asyncio.Future[None] | None = None
        self.allowed = DEFAULT
        self.sent: list[Update] = []

    def add(self, kind: str, payload: dict[str, Any], life: float = DAY) -> None:
        """Queues an update, unless the bot didn't ask for its kind; it expires after `life` seconds."""
        if kind not in self.allowed:
            return
        number = self._next
        self._next += 1
        body = json.dumps({"update_id": number, kind: payload}, ensure_ascii=False, separators=(",", ":"))
        update = Update(number, kind, payload, body.encode(), self._clock.now() + life)
        self._pending.append(update)
        self.sent.append(update)
        self._wake()

    def pending(self) -> list[Update]:
        """The updates that the bot hasn't confirmed and that haven't expired."""
        now = self._clock.now()
        self._pending = deque(one for one in self._pending if one.expires > now)
        return list(self._pending)

    def redeliver(self, updates: Iterable[Update]) -> None:
        """Makes confirmed updates come again, under their old ids and before the newer ones."""
        waiting = {one.update_id for one in self._pending}
        again = []
        for update in updates:
            update.again = True
            update.expires = max(update.expires, self._clock.now() + DAY)
            if update.update_id not in waiting:
                again.append(update)
        self._pending = deque(sorted([*again, *self._pending], key=lambda one: one.update_id))
        self._wake()

    def drop(self) -> None:
        """Forgets what is pending (drop_pending_updates)."""
        self._pending.clear()

    async def poll(self, offset: int, limit: int, seconds: float, allowed: list[str] | None) -> list[Update]:
        """Confirms what lies before `offset`, then waits at most `seconds` for something to give.

        A newer poll ends this one with a 409.
        """
        if allowed is not None:
            known = frozenset(one.lower() for one in allowed) & KINDS
            self.allowed = known or DEFAULT
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_exception(ApiError(409, CONFLICT))
        self._waiting = None
        self._confirm(offset)
        limit = min(max(limit, 1), MOST)
        batch = self._take(limit)
        if batch or seconds <= 0:
            return batch
        waiting = self._waiting = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout(seconds):
                await waiting
        except TimeoutError:
            return []
        finally:
            if self._waiting is waiting:
                self._waiting = None
        return self._take(limit)

    def _confirm(self, offset: int) -> None:
        if offset > 0:
            kept: list[Update] = []
            while self._pending and self._pending[0].update_id < offset:
                first = self._pending.popleft()
                if first.again:
                    kept.append(first)
            self._pending.extendleft(reversed(kept))
        elif offset < 0:
            while len(self._pending) > -offset:
                self._pending.popleft()

    def _take(self, limit: int) -> list[Update]:
        """The first that haven't expired; they stay pending until an offset confirms them."""
        now = self._clock.now()
        batch: list[Update] = []
        while self._pending and len(batch) < limit:
            first = self._pending.popleft()
            if first.expires > now:
                first.again = False
                batch.append(first)
        self._pending.extendleft(reversed(batch))
        return batch

    def _wake(self) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(None)
