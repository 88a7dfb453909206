"""Alembic's entry: one migration at a time, whole or not at all, on both databases."""

import os
from typing import Any

from alembic import context
from sqlalchemy import Connection, create_engine, event, pool, text

from bot.store.tables import metadata


def _sync_url(url: str) -> str:
    return url.replace("sqlite://", "sqlite+pysqlite://", 1) if url.startswith("sqlite://") else url


def _run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        transactional_ddl=True,
        compare_type=True,
    )
    with context.begin_transaction():
        context.run_migrations()


def _make_sqlite_atomic(engine: Any) -> None:
    """SQLite's DDL is atomic only if BEGIN is ours; foreign keys are off meanwhile, as a rebuilt table drops rows
    of its children silently with them on, and are checked at the end.
    """

    @event.listens_for(engine, "connect")
    def _connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        connection.execute("PRAGMA foreign_keys = OFF")
        connection.execute("PRAGMA journal_mode = WAL")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def _run_on_sqlite(url: str) -> None:
    engine = create_engine(_sync_url(url), poolclass=pool.NullPool)
    _make_sqlite_atomic(engine)
    with engine.connect() as connection:
        _run(connection)
        broken = connection.execute(text("PRAGMA foreign_key_check")).all()
        if broken:
            raise RuntimeError(f"{len(broken)} rows point nowhere after the migration")
        connection.commit()
    engine.dispose()


given = context.config.attributes.get("connection")
if given is not None:
    _run(given)
else:
    _run_on_sqlite(context.config.get_main_option("sqlalchemy.url") or os.environ["DATABASE_URL"])
