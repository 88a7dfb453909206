"""Alembic is the only maker of schemas: up, down and up again, on both databases."""

import asyncio
import os
import sys
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text
from sqlalchemy.ext.asyncio import create_async_engine

from bot.features.checkins import CheckIns
from bot.rules.checkins import CheckInPolicy
from bot.store.db import Database, async_url
from bot.store.schema import HEAD, SCRIPTS, migrate
from bot.store.tables import metadata
from tests.features.people import days, fan, shop

ROOT = Path(__file__).resolve().parents[1]


async def on(url: str, look: Any) -> Any:
    """Run a synchronous look at a connection."""
    engine = create_async_engine(async_url(url))
    try:
        async with engine.connect() as connection:
            return await connection.run_sync(look)
    finally:
        await engine.dispose()


def test_the_head_is_the_one_that_the_start_knows() -> None:
    """`run` loads Alembic only if the stored revision isn't HEAD, so HEAD must be Alembic's."""
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    assert ScriptDirectory.from_config(config).get_current_head() == HEAD


async def test_up_down_up(url: str) -> None:
    """An empty database goes down to nothing and up again."""
    assert await migrate(url) is False
    assert await migrate(url, "base") is True
    assert await on(url, lambda c: set(inspect(c).get_table_names()) - {"alembic_version"}) == set()
    assert await migrate(url) is True
    assert await migrate(url) is False


async def test_a_used_database_goes_down_and_up(url: str) -> None:
    """Rows don't stand in the way of a downgrade."""
    async with Database.open(url) as db:
        place = await shop(db)
        await CheckIns(db, CheckInPolicy()).check_in(place, fan(1), days(0), "42:1")
    assert await migrate(url, "base") is True
    assert await migrate(url) is True


async def test_the_schema_is_what_the_tables_say(url: str) -> None:
    """Nothing that the models declare is missing in the migrated schema, and nothing is left over."""

    def differences(connection: Connection) -> list[Any]:
        found: list[Any] = compare_metadata(
            MigrationContext.configure(connection, opts={"compare_type": True}), metadata
        )
        return found

    assert await on(url, differences) == []


async def test_partial_indexes_and_checks_are_there(url: str) -> None:
    """What autogeneration doesn't compare: conditions of unique indexes, and CHECK constraints."""

    def names(connection: Connection) -> tuple[set[str | None], set[str | None]]:
        found = inspect(connection)
        indexes = {index["name"] for table in found.get_table_names() for index in found.get_indexes(table)}
        checks = {check["name"] for table in found.get_table_names() for check in found.get_check_constraints(table)}
        return indexes, checks

    indexes, checks = await on(url, names)
    assert {"uq_outbox_waiting_fold", "uq_campaign_open_shared_code", "uq_account_one_of_a_kind"} <= indexes
    assert {
        "ck_account_balance_not_negative",
        "ck_campaign_taken_within_stock",
        "ck_transfer_amount_positive",
    } <= checks


async def test_two_starts_at_once(url: str) -> None:
    """Two processes that migrate together leave one whole schema."""
    await migrate(url, "base")
    environment = {**os.environ, "BOT_TOKEN": "42:TEST", "DATABASE_URL": url}
    processes = [
        await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", "migrate", cwd=ROOT, env=environment, stdout=asyncio.subprocess.DEVNULL
        )
        for _ in range(2)
    ]
    assert [await process.wait() for process in processes] == [0, 0]
    assert await on(url, lambda c: c.execute(text("SELECT version_num FROM alembic_version")).scalar()) == HEAD


@pytest.mark.parametrize("path", sorted(Path(SCRIPTS, "versions").glob("*.py")), ids=lambda path: path.name)
def test_a_migration_says_what_it_is(path: Path) -> None:
    """Each revision begins with a sentence, and both of its ways do something."""
    source = path.read_text()
    assert source.startswith('"""')
    assert source.count("op.") > 2
