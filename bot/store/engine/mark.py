"""The mark: a file in the folder in which a bot is started. It lists the addresses of databases that hold a shop.

A lost database (a disk that isn't mounted, a server that was emptied) looks like a new one, and whoever adds the bot
first would found a new shop in it. At a start the mark shows which of the two it is.
"""

import asyncio
import fcntl
import os
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy import inspect, make_url, select
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.store.engine.checkup import PATIENCE, read_once
from bot.store.engine.lock import sqlite_path
from bot.store.tables import Community

MARK = ".encore-database"
ABOUT = "# Databases with a shop in them, one a line. A start that finds one of them empty stops: docs/operations.md"
HERE = frozenset({None, "", "localhost", "127.0.0.1", "::1"})
"""Hosts in an address that mean this machine."""
POSTGRES_PORT = 5432


def address_of(url: str) -> str:
    """A database's address without user and password, the same for every spelling: a path, or `postgresql://host:port/name`."""
    path = sqlite_path(url)
    if path is not None:
        return str(path.resolve())
    parsed = make_url(url)
    host = parsed.host or parsed.query.get("host")
    hosts = ",".join(host) if isinstance(host, tuple) else host
    port = parsed.port or parsed.query.get("port") or POSTGRES_PORT
    where = "localhost" if hosts in HERE else str(hosts).lower()
    return f"postgresql://{where}:{port}/{parsed.database or parsed.username or ''}"


def is_marked(folder: Path, address: str) -> bool:
    """Whether a bot that was started in this folder before had a shop at this address.

    Raises:
        OSError: the mark can't be read.
    """
    return address in _lines(folder)


def leave_mark(folder: Path, address: str) -> None:
    """Remember that the database at this address holds a shop.

    Raises:
        OSError: the folder can't be written to.
    """
    _change(folder, lambda lines: lines if address in lines else [*lines, address])


def remove_mark(folder: Path, address: str) -> None:
    """Forget an address: its database holds no shop any more, on purpose.

    Raises:
        OSError: the folder can't be written to.
    """
    _change(folder, lambda lines: [line for line in lines if line != address])


async def has_shop(url: str) -> bool:
    """Whether a database holds a shop. The check makes neither a file nor a table.

    Raises:
        SQLAlchemyError, sqlite3.Error, OSError: the database can't be read.
    """
    path = sqlite_path(url)
    if path is None:
        return await read_once(url, _any_shop)
    return path.exists() and await asyncio.to_thread(_any_shop_in_file, path)


def _any_shop(session: Session) -> bool:
    if not inspect(session.connection()).has_table(Community.__tablename__):
        return False
    return session.execute(select(col(Community.id)).limit(1)).first() is not None


def _any_shop_in_file(path: Path) -> bool:
    """The same with the driver alone. Every start asks this, and an engine of SQLAlchemy takes 40 ms for it."""
    name = Community.__tablename__
    with closing(sqlite3.connect(path, timeout=PATIENCE)) as database:
        found = database.execute("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?", (name,)).fetchone()
        if found is None:
            return False
        return database.execute(f"SELECT 1 FROM {name} LIMIT 1").fetchone() is not None  # noqa: S608  # our own table


def _lines(folder: Path) -> list[str]:
    try:
        written = (folder / MARK).read_text(encoding="utf-8", errors="surrogateescape")
    except FileNotFoundError:
        return []
    return [line for line in written.splitlines() if line and not line.startswith("#")]


def _change(folder: Path, change: Callable[[list[str]], list[str]]) -> None:
    """Rewrite the mark, whole or not at all. A lock makes sure that two bots don't lose each other's lines."""
    with _locked(folder):
        before = _lines(folder)
        after = change(before)
        if after == before:
            return
        if not after:
            (folder / MARK).unlink()
            return
        descriptor, name = tempfile.mkstemp(prefix=f"{MARK}.", dir=folder)
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8", errors="surrogateescape") as file:
                file.write("".join(f"{line}\n" for line in (ABOUT, *after)))
                file.flush()
                os.fsync(file.fileno())
            Path(name).replace(folder / MARK)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
