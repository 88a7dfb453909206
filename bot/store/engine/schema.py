"""The schema's revision. Only Alembic changes the schema, and it is loaded only when there is something to do."""

import asyncio
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, create_engine, inspect, make_url, text
from sqlalchemy.pool import NullPool

from bot.store.engine.db import async_engine

HEAD = "0048"
"""The newest revision in migrations/. A test checks that this is right."""

SCRIPTS = Path(__file__).resolve().parents[3] / "migrations"


async def migrate(url: str, target: str = "head") -> bool:
    """Migrate the database at `url` to the revision `target`; whether there was anything to do.

    `target` is a revision to go up to, or to go down to if it is `base` or begins with `<` (`<0014`).
    """
    if make_url(url).get_backend_name() == "sqlite":
        return await asyncio.to_thread(migrate_file, url, target)
    engine = async_engine(url, poolclass=NullPool)
    try:
        async with engine.connect() as connection:
            if target == "head" and await connection.run_sync(_revision) == HEAD:
                return False
            # If two bots start at once, the second waits here and then finds nothing to do.
            await connection.execute(text("SELECT pg_advisory_lock(7236101)"))
            await connection.run_sync(lambda sync: _run_alembic(url, target, sync))
            await connection.commit()
            await connection.execute(text("SELECT pg_advisory_unlock(7236101)"))
            await connection.commit()
            return True
    finally:
        await engine.dispose()


async def is_newest(url: str) -> bool:
    """Whether the PostgreSQL database at `url` has the newest schema."""
    engine = async_engine(url, poolclass=NullPool)
    try:
        async with engine.connect() as connection:
            return await connection.run_sync(_revision) == HEAD
    finally:
        await engine.dispose()


def migrate_file(url: str, target: str) -> bool:
    """Migrate an SQLite file as `migrate` does, without an event loop; whether there was anything to do."""
    path = make_url(url).database
    if path and path != ":memory:":
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        # Only the owner may read the file, because it holds fans' names. SQLite gives its logs the same rights.
        Path(path).touch(mode=0o600)
    engine = create_engine(make_url(url).set(drivername="sqlite+pysqlite"), poolclass=NullPool)
    with engine.connect() as connection:
        current = _revision(connection)
    engine.dispose()
    if target == "head" and current == HEAD:
        return False
    _run_alembic(url, target, None)
    return True


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    revision: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return revision


def _run_alembic(url: str, target: str, connection: Any) -> None:
    from alembic import command  # noqa: PLC0415  # 0.4 s and 8 MiB that a start without migrations doesn't pay
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    config.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    config.attributes["connection"] = connection
    if target == "base" or target.startswith("<"):
        command.downgrade(config, target.removeprefix("<"))
    else:
        command.upgrade(config, target)


def known_revisions() -> frozenset[str]:
    """All revisions that this version of Encore can migrate from."""
    from alembic.config import Config  # noqa: PLC0415  # only a restore and `doctor` ask
    from alembic.script import ScriptDirectory  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    return frozenset(script.revision for script in ScriptDirectory.from_config(config).walk_revisions())
