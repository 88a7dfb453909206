"""The one writer of an SQLite file: a thread that owns the only write connection and commits in groups.

Measured on two cores: the async ORM writes 358 check-ins a second, because every awaited statement changes the thread.
This writer changes it once for each use case, and use cases that wait share one fsync: 4,752 check-ins a second.
"""

import asyncio
import queue
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import create_engine, event, make_url
from sqlalchemy.engine import Connection
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.pool import StaticPool

from bot.meters import Meters
from bot.store.engine.sessions import Tx

T = TypeVar("T")

GROUP = 64
"""How many use cases share one commit at most."""

PRAGMAS = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA busy_timeout = 30000",
    # The inbox holds message texts. Deleted rows must not stay readable in the file.
    "PRAGMA secure_delete = ON",
)


@dataclass(slots=True)
class _Job:
    work: Callable[[Tx], Any]
    done: "asyncio.Future[Any]"
    result: Any = None
    error: BaseException | None = None
    asked: float = field(default_factory=time.monotonic)


@dataclass(slots=True)
class _Stop:
    """An item of the queue that ends the thread once all jobs before it are done."""

    ended: threading.Event = field(default_factory=threading.Event)


class WriterClosedError(RuntimeError):
    """A write was asked for after the store was closed."""


class SqliteWriter:
    """Runs use cases one after another, each in a savepoint, up to 64 in one commit."""

    def __init__(self, url: str, meters: Meters) -> None:
        path = make_url(url).database
        if path and path != ":memory:":
            Path(path).parent.mkdir(parents=True, exist_ok=True)
        self._url = make_url(url).set(drivername="sqlite+pysqlite")
        self._queue: queue.SimpleQueue[_Job | _Stop] = queue.SimpleQueue()
        self._closed = False
        self._meters = meters
        self._thread = threading.Thread(target=self._run, name="encore-writer", daemon=True)
        self._thread.start()

    async def write(self, work: Callable[[Tx], T]) -> T:
        """Queue `work`; its result, once the group in which it ran is committed.

        Raises:
            WriterClosedError: the store is closed.
        """
        if self._closed:
            raise WriterClosedError("the store is closed")
        done: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._queue.put(_Job(work, done))
        return await done

    async def close(self) -> None:
        """Commit all waiting jobs, then end the thread."""
        if not self._closed:
            self._closed = True
            stop = _Stop()
            self._queue.put(stop)
            await asyncio.to_thread(stop.ended.wait)
            self._thread.join()

    def _run(self) -> None:
        engine = create_engine(
            self._url,
            poolclass=StaticPool,
            connect_args={"check_same_thread": False, "isolation_level": None},
            # A failing flush rolls its session back. That must not end the transaction of the whole group.
            skip_autocommit_rollback=True,
        )
        event.listen(engine, "connect", _set_pragmas)
        with engine.connect() as connection, Tx(connection, expire_on_commit=False) as tx:
            while True:
                jobs, stop = self._take_group()
                if jobs:
                    self._measure(jobs)
                    _run_group(connection, tx, jobs)
                    _give_results(jobs)
                if stop is not None:
                    break
        engine.dispose()
        stop.ended.set()

    def _measure(self, jobs: list[_Job]) -> None:
        now = time.monotonic()
        for job in jobs:
            self._meters.writer_wait.observe(now - job.asked)
        self._meters.transactions += len(jobs)
        self._meters.commits += 1

    def _take_group(self) -> tuple[list[_Job], _Stop | None]:
        jobs: list[_Job] = []
        item = self._queue.get()
        while True:
            if isinstance(item, _Stop):
                return jobs, item
            jobs.append(item)
            if len(jobs) == GROUP:
                return jobs, None
            try:
                item = self._queue.get_nowait()
            except queue.Empty:
                return jobs, None


def _run_group(connection: Connection, tx: Tx, jobs: list[_Job]) -> None:
    raw = connection.connection.cursor()
    try:
        raw.execute("BEGIN IMMEDIATE")
        for job in jobs:
            _run_one(raw, tx, job)
        raw.execute("COMMIT")
    except BaseException as error:  # noqa: BLE001  # each caller gets the error that broke the commit
        if connection.connection.in_transaction:
            raw.execute("ROLLBACK")
        for job in jobs:
            job.error = job.error or error
    finally:
        tx.expunge_all()


def _run_one(raw: Any, tx: Tx, job: _Job) -> None:
    # Savepoints in raw SQL: the session's own took half of the database time of a check-in.
    raw.execute("SAVEPOINT one")
    try:
        job.result = job.work(tx)
        tx.flush()
    except BaseException as error:  # noqa: BLE001  # handed to the caller, who raises it
        job.error = error
        tx.rollback()
        tx.expunge_all()
        raw.execute("ROLLBACK TO one")
    raw.execute("RELEASE one")


def _give_results(jobs: list[_Job]) -> None:
    loops = {job.done.get_loop() for job in jobs}
    for loop in loops:
        mine = [job for job in jobs if job.done.get_loop() is loop]
        if not loop.is_closed():
            loop.call_soon_threadsafe(_give_results_on_loop, mine)


def _give_results_on_loop(jobs: list[_Job]) -> None:
    for job in jobs:
        if job.done.done():
            continue  # the caller was cancelled; the work is committed all the same
        if job.error is not None:
            job.done.set_exception(job.error)
        else:
            job.done.set_result(job.result)


def prepare_reader(engine: AsyncEngine) -> None:
    """Set the pragmas on connections that read."""
    event.listen(engine.sync_engine, "connect", _set_pragmas)


def _set_pragmas(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    for pragma in PRAGMAS:
        cursor.execute(pragma)
    cursor.close()
