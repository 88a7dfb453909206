"""The alarm clock: it wakes when the next row is due, and lets each feature do its due work.

Rows say what is due; APScheduler only wakes the clock and has no job store. After a restart the first round finds
everything that is due, and each feature decides again what should still be done.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Protocol

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.clock import Clock
from bot.logs import get_logger, logging_failures
from bot.meters import Beat, Meters
from bot.store.damage import Repairs
from bot.store.engine.away import DatabaseAwayError
from bot.store.engine.db import Database
from bot.store.engine.hold import Hold
from bot.store.engine.peers import Peers

log = get_logger("jobs")

SAFETY = timedelta(seconds=30)
"""Due work waits at most this long, even if the alarm is set wrong."""
TICKED = "ticked"
"""The word that what is due was done: what processes remember of it may be out of date."""
JOB_DEFAULTS = {"coalesce": True, "max_instances": 1, "misfire_grace_time": None}


class Due(Protocol):
    """A feature that has due work."""

    async def run_due(self, now: datetime) -> datetime | None:
        """Do what is due at `now`; a second call has no second effect.

        Returns when more is due, or None if that isn't known.
        """


Mirror = Callable[[], Awaitable[None]]
"""Reads again what a process keeps in memory of what is due."""


class Mirrors:
    """Keeps right what processes remember of what is due, where the alarm clock may ring in another process."""

    def __init__(self, db: Database, peers: Peers, mirrors: Sequence[Mirror]) -> None:
        self._several = peers.several
        self._mirrors = mirrors
        self._wake = asyncio.Event()
        db.on_plan(self._wake.set)
        peers.hear(TICKED, lambda _: self._wake.set())

    async def run(self) -> None:
        """Read again whenever a plan changed or what was due was done, until cancelled."""
        while self._several:
            self._wake.clear()
            for mirror in self._mirrors:
                with logging_failures(log, "mirror_failed"):
                    await mirror()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(SAFETY.total_seconds()):
                    await self._wake.wait()


class Jobs:
    """Runs the due work of every feature."""

    def __init__(
        self, *, db: Database, clock: Clock, hold: Hold, features: Sequence[Due], meters: Meters | None = None
    ) -> None:
        self._clock = clock
        self._hold = hold
        self._meters = meters or Meters()
        self._features = features
        self._wake = asyncio.Event()
        self._one_round = asyncio.Lock()
        self._repairs = Repairs(db)
        self._scheduler = AsyncIOScheduler(timezone=UTC, job_defaults=JOB_DEFAULTS)
        clock.wake_on_jump(self._wake)
        db.on_plan(self._wake.set)

    async def run(self) -> None:
        """Work until cancelled."""
        self._scheduler.start()
        every = SAFETY.total_seconds()
        self._scheduler.add_job(self._ring, "interval", seconds=every, id="safety", replace_existing=True)
        try:
            while True:
                self._wake.clear()
                await self._hold.wait()
                next_at = await self.tick()
                self._hold.peers.tell(TICKED)
                if next_at is not None:
                    self._set_alarm(next_at)
                await self._wake.wait()
        finally:
            self._scheduler.shutdown(wait=False)

    async def tick(self) -> datetime | None:
        """Run one round over all features, even if one fails.

        Rounds run one after another, so that nobody is looked up twice. Returns when more is due, or None if that
        isn't known.
        """
        async with self._one_round:
            return await self._run_round(self._clock.now())

    async def _run_round(self, now: datetime) -> datetime | None:
        waiting: list[datetime] = []
        for feature in self._features:
            try:
                next_at = await feature.run_due(now)
            except DatabaseAwayError as error:
                log.warning("due_waits", feature=type(feature).__name__, error=str(error))
            except Exception as error:  # the work stays due, and the safety alarm tries it again
                log.error("due_failed", feature=type(feature).__name__, exc_info=error)
                if isinstance(error, ValueError | TypeError) and await self._repaired(now):
                    waiting.append(now)
            else:
                if next_at is not None:
                    waiting.append(next_at)
        self._meters.beat(Beat.JOBS)
        return min(waiting, default=None)

    async def _repaired(self, now: datetime) -> bool:
        """Set damaged rows aside; whether there were any, so that another try makes sense."""
        repaired = 0
        with logging_failures(log, "repair_failed"):
            repaired = await self._repairs.repair(now)
        return repaired > 0

    def _set_alarm(self, next_at: datetime) -> None:
        """Set the alarm. The clock may have jumped, so the time until `next_at` counts, not the instant itself."""
        wait = max(next_at - self._clock.now(), timedelta(0))
        at = datetime.now(UTC) + wait  # noqa: TID251  # APScheduler uses the machine's own clock
        self._scheduler.add_job(self._ring, "date", run_date=at, id="alarm", replace_existing=True)

    async def _ring(self) -> None:
        self._wake.set()
