"""The one writer of an SQLite file: a thread that owns the only write connection and commits in groups.

Measured on two cores: the async ORM writes 358 check-ins a second, because every awaited statement changes the thread.
Here use cases cross to the writer's thread together, once in a turn of the loop, and those that wait share one fsync:
more than 4,752 check-ins a second.

A group runs without savepoints. If a use case fails after it changed rows, the whole group is rolled back and runs
again, each use case in a savepoint of its own. So a use case may run twice: it has no effect outside its session.
"""

import asyncio
import queue
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import closing, suppress
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
COMMITS_BETWEEN = 300
"""Groups that are committed between two checkpoints beside the writer."""

LOG_PAGES = 8_000
"""Pages of the log (32 MB) at which the writer itself moves into the file what nobody has moved yet."""

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


class _Checkpoints:
    """Moves what was committed from SQLite's log into its file, in a thread and on a connection of its own.

    By itself the writer does that after each 1,000 pages: under load three times a second, 20 to 60 ms each, for which
    all wait. This thread does it beside the writer, which then finds little left to do.
    """

    def __init__(self, path: str) -> None:
        self._path = path
        self._wanted = threading.Event()
        self._stopping = False
        self._thread: threading.Thread | None = None
        self._commits = 0

    def note_commit(self) -> None:
        """A group was committed. The thread begins with the first crowd: most tests, and quiet shops, never need it."""
        self._commits += 1
        if self._commits < COMMITS_BETWEEN:
            return
        self._commits = 0
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="encore-checkpoints", daemon=True)
            self._thread.start()
        self._wanted.set()

    def stop(self) -> None:
        """End the thread."""
        if self._thread is not None:
            self._stopping = True
            self._wanted.set()
            self._thread.join()

    def _run(self) -> None:
        with closing(sqlite3.connect(self._path, isolation_level=None)) as connection:
            while True:
                self._wanted.wait()
                self._wanted.clear()
                if self._stopping:
                    return
                with suppress(sqlite3.Error):  # busy, or a full disk: the writer's own checkpoints are still there
                    connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()


class WriterClosedError(RuntimeError):
    """A write was asked for after the store was closed."""


class SqliteWriter:
    """Runs use cases one after another, up to 64 in one commit. One that fails changes nothing; the others go on."""

    def __init__(self, url: str, meters: Meters) -> None:
        path = make_url(url).database
        if path and path != ":memory:":
            Path(path).parent.mkdir(parents=True, exist_ok=True)
        self._url = make_url(url).set(drivername="sqlite+pysqlite")
        self._queue: queue.SimpleQueue[list[_Job] | _Stop] = queue.SimpleQueue()
        self._turns: dict[asyncio.AbstractEventLoop, list[_Job]] = {}
        """Jobs that were asked for in a loop's present turn. They are queued together when it ends."""
        self._left: deque[_Job] = deque()
        """Jobs that the thread has taken and that didn't fit into a group yet."""
        self._checkpoints = _Checkpoints(path or ":memory:")
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
        loop = asyncio.get_running_loop()
        done: asyncio.Future[T] = loop.create_future()
        job = _Job(work, done)
        turn = self._turns.get(loop)
        if turn is not None:
            turn.append(job)
        else:
            # One item of the queue for a turn, not one for a job: each wakes the thread, which then waits for the GIL.
            self._turns[loop] = [job]
            loop.call_soon(self._end_turn, loop)
        return await done

    def _end_turn(self, loop: asyncio.AbstractEventLoop) -> None:
        jobs = self._turns.pop(loop, None)
        if jobs is not None:
            self._queue.put(jobs)

    async def close(self) -> None:
        """Commit all waiting jobs, then end the thread."""
        if not self._closed:
            self._closed = True
            self._end_turn(asyncio.get_running_loop())
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
        event.listen(engine, "connect", _set_log_pages)
        with engine.connect() as connection, Tx(connection, expire_on_commit=False) as tx:
            while True:
                jobs, stop = self._take_group()
                if jobs:
                    self._measure(jobs)
                    _run_group(connection, tx, jobs)
                    _give_results(jobs)
                    self._checkpoints.note_commit()
                if stop is not None:
                    break
        self._checkpoints.stop()
        engine.dispose()
        stop.ended.set()

    def _measure(self, jobs: list[_Job]) -> None:
        now = time.monotonic()
        for job in jobs:
            self._meters.writer_wait.observe(now - job.asked)
        self._meters.transactions += len(jobs)
        self._meters.commits += 1

    def _take_group(self) -> tuple[list[_Job], _Stop | None]:
        """Up to 64 jobs that wait, or the order to stop once no job is left."""
        stop = None
        while len(self._left) < GROUP and stop is None:
            try:
                item = self._queue.get(block=not self._left)
            except queue.Empty:
                break
            if isinstance(item, _Stop):
                stop = item
            else:
                self._left.extend(item)
        jobs = [self._left.popleft() for _ in range(min(GROUP, len(self._left)))]
        if stop is not None and self._left:
            self._queue.put(stop)  # nothing comes behind it: the store is closed
            stop = None
        return jobs, stop


def _run_group(connection: Connection, tx: Tx, jobs: list[_Job]) -> None:
    driver = connection.connection
    raw = driver.cursor()
    try:
        raw.execute("BEGIN IMMEDIATE")
        if not all(_run_bare(driver, tx, job) for job in jobs):
            raw.execute("ROLLBACK")
            raw.execute("BEGIN IMMEDIATE")
            for job in jobs:
                _run_in_savepoint(raw, tx, job)
        raw.execute("COMMIT")
    except BaseException as error:  # noqa: BLE001  # each caller gets the error that broke the commit
        if driver.in_transaction:
            raw.execute("ROLLBACK")
        for job in jobs:
            job.error = job.error or error
    finally:
        tx.expunge_all()


def _run_bare(driver: Any, tx: Tx, job: _Job) -> bool:
    """Run a job without a savepoint. False if it failed and changed rows, so that the group must be rolled back."""
    before = driver.total_changes
    try:
        job.result = job.work(tx)
        tx.flush()
    except BaseException as error:  # handed to the caller, who raises it
        if not driver.in_transaction:  # SQLite ends it after some failures, as on a full disk
            raise
        tx.rollback()
        tx.expunge_all()
        if driver.total_changes != before:
            return False
        job.error = error
    return True


def _run_in_savepoint(raw: Any, tx: Tx, job: _Job) -> None:
    # Savepoints in raw SQL: the session's own took half of the database time of a check-in.
    job.result = job.error = None
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


def _set_log_pages(connection: Any, _record: Any) -> None:
    connection.execute(f"PRAGMA wal_autocheckpoint = {LOG_PAGES}").close()
