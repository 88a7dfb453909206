"""Takes updates that Telegram delivers to the webhook.

A delivery is answered after its update was stored. Deliveries that come while a commit runs share the next one. If
the database is away, deliveries are refused after a few seconds, and Telegram brings them again; what was given to the
inbox meanwhile is stored when the database is back, and the update that comes again is known then.
"""

import asyncio
import time
from enum import StrEnum

from bot.bounded import Bounded
from bot.clock import Clock
from bot.meters import Meters
from bot.telegram.inbox import Intake
from bot.telegram.webhook_watch import Watch
from bot.updates import Batch, Sound, Unread

STORE_SECONDS = 5.0
"""A delivery waits this long for its commit. Then it is refused, and Telegram brings the update again."""
BATCH = 100
"""The most updates in one commit."""
MOST_WAITING = 400
"""The most updates that wait for a commit. More deliveries are refused."""
REMEMBERED = 5_000
"""So many updates that were stored last are known when they come again, though they are done and deleted."""


class Taken(StrEnum):
    """How a delivery ended. All but the first are refusals: Telegram brings the update again."""

    STORED = "stored"
    BUSY = "busy"
    AWAY = "away"
    STOPPING = "stopping"


class Webhook:
    """Stores updates that are delivered, and keeps the webhook set."""

    def __init__(self, intake: Intake, watch: Watch, clock: Clock, meters: Meters) -> None:
        self._intake = intake
        self._watch = watch
        self._clock = clock
        self._meters = meters
        self._open = False
        self._gathered: list[Sound | Unread] = []
        """Updates that no commit has begun for."""
        self._some = asyncio.Event()
        self._waiting: dict[str, asyncio.Future[None]] = {}
        """Updates that aren't stored yet, by `_key_of`, each with what its deliveries wait for."""
        self._stored: Bounded[str, None] = Bounded(REMEMBERED)

    @property
    def is_open(self) -> bool:
        """Whether deliveries are taken."""
        return self._open

    async def run(self) -> None:
        """Take deliveries, and keep the webhook set, until cancelled."""
        self._open = True
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._keep_storing())
                group.create_task(self._watch.run())
        finally:
            self._open = False

    async def take(self, update: Sound | Unread) -> Taken:
        """Store one update that was delivered. Whoever waits for the same update waits for the same commit."""
        key = _key_of(update)
        if key in self._stored:
            return Taken.STORED
        if not self.is_open:
            return Taken.STOPPING
        if (stored := self._waiting.get(key)) is None:
            if not self._intake.has_room or len(self._waiting) >= MOST_WAITING:
                return Taken.BUSY
            stored = self._waiting[key] = asyncio.get_running_loop().create_future()
            self._gathered.append(update)
            self._some.set()
        done, _ = await asyncio.wait((stored,), timeout=STORE_SECONDS)
        if done:
            return Taken.STORED
        return self._why_not()

    def _why_not(self) -> Taken:
        return Taken.AWAY if self.is_open else Taken.STOPPING

    async def finish(self, seconds: float) -> None:
        """Refuse new deliveries, and wait up to `seconds` until those that came are stored."""
        self._open = False
        deadline = time.monotonic() + seconds
        while self._waiting and time.monotonic() < deadline:  # noqa: ASYNC110  # once in a process's life
            await asyncio.sleep(0.01)

    async def _keep_storing(self) -> None:
        while True:
            await self._some.wait()
            batch, self._gathered = self._gathered[:BATCH], self._gathered[BATCH:]
            if not self._gathered:
                self._some.clear()
            sound = [one for one in batch if isinstance(one, Sound)]
            unread = [one for one in batch if isinstance(one, Unread)]
            await self._intake.take(Batch(sound, unread, None))
            self._meters.delivered_at = self._clock.now()
            for one in batch:
                key = _key_of(one)
                self._stored[key] = None
                self._waiting.pop(key).set_result(None)


def _key_of(update: Sound | Unread) -> str:
    return update.key if isinstance(update, Unread) else str(update.update_id)
