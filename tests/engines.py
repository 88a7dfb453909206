"""One test's statements serve the next: SQLAlchemy turns each into SQL once a process, not once an engine.

Nearly every test opens a database of its own. Compiling its statements anew took a quarter of a test's time.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import create_engine
from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg
from sqlalchemy.dialects.sqlite.aiosqlite import SQLiteDialect_aiosqlite
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.engine import Dialect, Engine
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

DIALECTS = (SQLiteDialect_pysqlite, SQLiteDialect_aiosqlite, PGDialect_asyncpg)


@contextmanager
def compiled_once() -> Iterator[None]:
    """While this lasts, engines of one kind share what they compile; those of migrations compile for themselves.

    SQLAlchemy looks compiled statements up by their dialect. Two engines of a kind speak the same SQL here, since there
    is one SQLite and one PostgreSQL, so their dialects pass for one.
    """
    compiled: dict[Any, Any] = {}

    def engine(*args: Any, **options: Any) -> Engine:
        return create_engine(*args, execution_options={"compiled_cache": compiled}, **options)

    def async_engine(*args: Any, **options: Any) -> AsyncEngine:
        if "poolclass" in options:  # not a Database: it looks at tables of other revisions too
            return create_async_engine(*args, **options)
        return create_async_engine(*args, execution_options={"compiled_cache": compiled}, **options)

    with pytest.MonkeyPatch.context() as patch:
        for kind in DIALECTS:
            patch.setattr(kind, "__eq__", _is_same_kind)
            patch.setattr(kind, "__hash__", _by_kind)
        patch.setattr("bot.store.engine.sqlite.create_engine", engine)
        patch.setattr("bot.store.engine.db.create_async_engine", async_engine)
        yield


def _is_same_kind(one: Dialect, other: object) -> bool:
    return type(one) is type(other)


def _by_kind(one: Dialect) -> int:
    return hash(type(one))
