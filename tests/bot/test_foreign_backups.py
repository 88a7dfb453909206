"""A restore takes nothing that Encore's own migrations don't make: it would run with the bot's rights."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from bot.clock import Clock
from bot.commands.backup import restore_backup, write_backup
from bot.settings import Settings
from bot.store.engine.db import Database
from tests.features.scene import NOON, fan, give, shop

CLOCK = Clock(NOON.timestamp)
TRIGGER = "CREATE TRIGGER gift AFTER UPDATE ON account BEGIN UPDATE account SET balance = 1000000; END"
HIDE = "PRAGMA writable_schema = ON; UPDATE sqlite_master SET name = 'sqlite_gift' WHERE name = 'gift'"
FOREIGN = (
    (TRIGGER, "trigger gift"),
    ("CREATE VIEW rich AS SELECT * FROM account", "view rich"),
    ("CREATE TABLE song (title TEXT)", "table song"),
    ("CREATE VIRTUAL TABLE song USING fts5(title)", "table song"),
    ("CREATE UNIQUE INDEX one_each ON member (joined_at)", "index one_each"),
    ("ALTER TABLE person ADD COLUMN twice AS (user_id * 2)", "computed column person.twice"),
    ("DROP TABLE outbox; CREATE VIRTUAL TABLE outbox USING fts5(id)", "table outbox_c"),
    ('CREATE VIEW "a\x1b[2Jb\n" AS SELECT 1', "view a[2Jb"),
    (f"{TRIGGER}; {HIDE}", "malformed database schema (sqlite_gift)"),
)
LACKING = (("DROP INDEX ix_outbox_due", "index ix_outbox_due"), ("DROP TABLE heart", "index ix_heart"))


@pytest.fixture
def path(sqlite_url: str) -> Path:
    """A database with a shop in it."""

    async def fill() -> None:
        async with Database.open(sqlite_url) as db:
            await give(db, await shop(db), fan(1), 50)

    asyncio.run(fill())
    return Path(sqlite_url.removeprefix("sqlite:///"))


def settings(path: Path) -> Settings:
    """Settings of a bot on a file."""
    return Settings.model_validate({"bot_token": "42:TEST", "database_url": f"sqlite:///{path}"})


@pytest.fixture
def copy(path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """A backup of it."""
    copy = path.with_name("copy.db")
    assert write_backup(settings(path), copy, force=False) == 0
    capsys.readouterr()
    return copy


def change(copy: Path, statements: str) -> None:
    """Do something to a backup."""
    with closing(sqlite3.connect(copy, isolation_level=None)) as database:
        database.executescript(statements)


@pytest.mark.parametrize(("statements", "told"), [*FOREIGN, *LACKING])
def test_what_isnt_ours_is_refused(
    path: Path, copy: Path, capsys: pytest.CaptureFixture[str], statements: str, told: str
) -> None:
    """One line names it, in plain signs; the database stays as it was, and nothing is left beside it."""
    change(copy, statements)
    before, beside = path.read_bytes(), {one.name for one in path.parent.iterdir()}
    assert restore_backup(settings(path), copy, CLOCK) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.count("\n") == 1
    assert told in said.err
    assert said.err.rstrip("\n").isprintable()
    assert path.read_bytes() == before
    assert {one.name for one in path.parent.iterdir()} - beside <= {"encore.db.lock"}


def test_what_sqlite_makes_by_itself_is_no_stranger(path: Path, copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Its statistics may be in a backup: an operator who let it measure the tables can restore it."""
    change(copy, "ANALYZE")
    assert restore_backup(settings(path), copy, CLOCK) == 0
    assert "the books balance" in capsys.readouterr().out
