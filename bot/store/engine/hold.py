"""That a process is the one bot of its database, and what happens when it no longer is.

On SQLite that is a lock on a file (`lock.py`), which can't be lost. On PostgreSQL it is a session's advisory lock, on a
connection of its own: it goes with the connection. While it is lost nothing is sent and nothing falls due.
"""

import asyncio
import contextlib
import secrets
import time
from collections.abc import AsyncIterator

from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from bot.logs import get_logger
from bot.store.engine import lock
from bot.store.engine.away import is_away
from bot.store.engine.db import async_engine
from bot.store.engine.lock import InUseError

log = get_logger("hold")

KEY = 7236102
"""Of the advisory lock; PostgreSQL keeps those of each database apart."""
HOLDERS = text(
    "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted AND classid = 0 AND objid = :key "
    "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)
STEP = 0.1
"""Seconds between two tries to take it."""
WATCH_SECONDS = 5.0
"""How often the connection is asked whether it is still there, and how long it may take to answer."""
KEEPALIVE = {"tcp_keepalives_idle": "10", "tcp_keepalives_interval": "5", "tcp_keepalives_count": "3"}
"""A server that lost sight of us lets go of the lock after 25 s; by default it would after two hours."""


class Hold:
    """Whether this process is its database's one bot now."""

    def __init__(self) -> None:
        self.term = secrets.token_hex(8)
        """Names this process's time as the one bot: rows that it is sending carry it."""
        self._held = asyncio.Event()
        self._held.set()

    async def wait(self) -> None:
        """Wait until it is held: at once, but while it is lost."""
        await self._held.wait()

    def pause(self) -> None:
        """Before a stop: nothing new is begun."""
        self._held.clear()

    async def keep(self) -> None:
        """Watch over it until cancelled, if it can be lost.

        Raises:
            InUseError: it was lost, and another process has it.
        """


class PostgresHold(Hold):
    """An advisory lock on a connection of its own."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self._engine = async_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
        self._connection: AsyncConnection | None = None
        self._gone = asyncio.Event()

    async def take(self) -> None:
        """Take the lock, after the bot before has ended.

        Raises:
            InUseError: another process goes on holding it.
            Exception: the database can't be used; if it is away, that is waited for as long.
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
        """Watch over it; a lock that was lost is taken again, however long the database is away."""
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
                except Exception as error:  # noqa: BLE001  # without a database there is nothing else to do
                    log.warning("database_away", error=type(error).__name__)
                    await asyncio.sleep(WATCH_SECONDS)
                else:
                    break
            log.info("lock_held_again")
            self._held.set()

    async def close(self) -> None:
        """Let go of it."""
        if self._connection is not None:
            connection, self._connection = self._connection, None
            with contextlib.suppress(Exception):  # it may be broken: then the server has let go
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
            raise LookupError("a fresh connection has its driver's")
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
            except Exception:  # noqa: BLE001  # whatever it is, the lock can't be counted on
                return


@contextlib.asynccontextmanager
async def held(url: str) -> AsyncIterator[Hold]:
    """Be the one bot of a database. On SQLite whoever calls this has `lock.using`.

    Raises:
        InUseError: another process is, and goes on.
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
