"""The hold: a process is the only bot that works on its database.

On SQLite the hold is a lock on a file (`lock.py`), which can't be lost. On PostgreSQL it is an advisory lock of a
session on a connection of its own: it is lost with the connection. While it is lost, nothing is sent and no due work
is done.
"""

import asyncio
import contextlib
import secrets
import time
from collections.abc import AsyncIterator, Awaitable, Callable

from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from bot.logs import get_logger
from bot.store.engine import lock
from bot.store.engine.away import is_away
from bot.store.engine.db import async_engine
from bot.store.engine.lock import InUseError
from bot.store.engine.peers import Peers
from bot.store.engine.sessions import Tx

log = get_logger("hold")

KEY = 7236102
"""The number of the advisory lock. Each PostgreSQL database has its own locks, so one number is enough."""
PRESENT = 7236105
"""The first number of the locks of several processes. The second one is the process's own."""
HOLDERS = text(
    "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted AND classid = 0 AND objid = :key "
    "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)
STEP = 0.1
"""Seconds between two tries to take the lock."""
WATCH_SECONDS = 5.0
"""Seconds between two checks of the connection, and for which a check may last."""
KEEPALIVE = {"tcp_keepalives_idle": "10", "tcp_keepalives_interval": "5", "tcp_keepalives_count": "3"}
"""A server that can't reach us any more frees the lock after 25 s; by default after two hours."""


class NotLeadingError(ConnectionError):
    """This process doesn't hold its database any more, so it must not begin to send."""


class Hold:
    """Tells whether this process is the only bot of its database now, or of several processes the one that leads."""

    number: int | None = None
    """The number of this process among several. Rows of the inbox that it takes carry it."""

    def __init__(self) -> None:
        self.term = secrets.token_hex(8)
        """The name of this process's time as the only bot. Outbox rows that it is sending carry it."""
        self.peers = Peers()
        self._held = asyncio.Event()
        self._held.set()

    @property
    def is_held(self) -> bool:
        """Whether it is held now."""
        return self._held.is_set()

    async def wait(self) -> None:
        """Return at once while the database is held; else wait until it is held again."""
        await self._held.wait()

    def pause(self) -> None:
        """Let nothing new begin, because the process is about to stop."""
        self._held.clear()

    async def keep(self) -> None:
        """Watch the lock until cancelled; nothing to do where it can't be lost.

        Raises:
            InUseError: the lock was lost, and another process has it.
        """

    async def lead(self, *works: Callable[[], Awaitable[None]]) -> None:
        """Do what only one process does at a time, until cancelled."""
        async with asyncio.TaskGroup() as group:
            for work in works:
                group.create_task(_run(work))

    async def until_ended(self, seconds: float) -> None:
        """Wait until another process has ended, or so many seconds."""
        await asyncio.sleep(seconds)

    async def until_gone(self) -> None:
        """Wait until others may take over what this process took. That can't be where there is only one."""
        await asyncio.Event().wait()

    async def until_here(self) -> None:
        """Wait until what this process took is safe from others."""

    def guard(self, tx: Tx) -> None:
        """Make sure, in the transaction that takes rows for sending, that this process may send.

        Raises:
            NotLeadingError: it may not.
        """

    def fence(self, tx: Tx) -> None:
        """Wait, in the first transaction of a new leader, for what others still take. After it they take nothing."""


async def _run(work: Callable[[], Awaitable[None]]) -> None:
    await work()


class PostgresHold(Hold):
    """The hold on a PostgreSQL database: an advisory lock on a connection of its own."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self._engine = async_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
        self._connection: AsyncConnection | None = None
        self._gone = asyncio.Event()

    async def take(self) -> None:
        """Take the lock; wait up to `lock.PATIENCE` seconds for the bot that has it, or for a database that is away.

        Raises:
            InUseError: another process still has the lock.
            Exception: the database can't be used.
        """
        deadline = time.monotonic() + lock.PATIENCE
        logged = False
        while True:
            away = None
            try:
                if await self._try_to_lock():
                    return
                if not logged:
                    lock.log_waiting()
                    logged = True
            except Exception as error:
                if not is_away(error):
                    raise
                away = error
            if time.monotonic() >= deadline:
                raise away or InUseError
            await asyncio.sleep(STEP)

    async def keep(self) -> None:
        """Watch the lock. If it is lost, take it again, however long the database is away."""
        while True:
            await self._until_gone()
            self._held.clear()
            log.warning("lock_lost")
            await self.close()
            while True:
                try:
                    await self.take()
                except InUseError:
                    raise
                except Exception as error:  # noqa: BLE001  # without a database there is nothing to do but wait
                    log.warning("database_away", error=type(error).__name__)
                    await asyncio.sleep(WATCH_SECONDS)
                else:
                    break
            log.info("lock_held_again")
            self._held.set()

    async def close(self) -> None:
        """Free the lock by closing its connection."""
        if self._connection is not None:
            connection, self._connection = self._connection, None
            with contextlib.suppress(Exception):  # a broken connection: the server frees the lock
                await connection.close()

    async def _try_to_lock(self) -> bool:
        try:
            if self._connection is None:
                async with asyncio.timeout(WATCH_SECONDS):
                    self._connection = await self._connect()
            async with asyncio.timeout(WATCH_SECONDS):
                taken = await self._connection.execute(text("SELECT pg_try_advisory_lock(:key)"), {"key": KEY})
            return bool(taken.scalar_one())
        except BaseException:
            await self.close()
            raise

    async def _connect(self) -> AsyncConnection:
        connection = await self._engine.connect()
        self._gone.clear()
        raw = (await connection.get_raw_connection()).driver_connection
        if raw is None:
            raise LookupError("a fresh connection has no driver connection")
        raw.add_termination_listener(lambda _: self._gone.set())
        for name, value in KEEPALIVE.items():
            await connection.execute(text("SELECT set_config(:name, :value, false)"), {"name": name, "value": value})
        return connection

    async def _until_gone(self) -> None:
        while self._connection is not None and not self._gone.is_set():
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(WATCH_SECONDS):
                    await self._gone.wait()
            try:
                async with asyncio.timeout(WATCH_SECONDS):
                    await self._connection.execute(text("SELECT 1"))
            except Exception:  # noqa: BLE001  # after any failure the lock may be lost
                return


@contextlib.asynccontextmanager
async def held(url: str) -> AsyncIterator[Hold]:
    """Be the only bot of a database while the block runs. On SQLite the caller has taken `lock.using` before.

    Raises:
        InUseError: another process is the bot of this database, and doesn't end.
        Exception: the database can't be used.
    """
    if make_url(url).get_backend_name() != "postgresql":
        yield Hold()
        return
    hold = PostgresHold(url)
    try:
        await hold.take()
        yield hold
    finally:
        await hold.close()


def is_held(session: Session) -> bool:
    """Whether a process holds a PostgreSQL database's lock now."""
    return bool(session.execute(HOLDERS, {"key": KEY}).scalar_one())
