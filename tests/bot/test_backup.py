"""Backup and restore as an operator does them: files that are there, files that are no backups, and who is minded."""

import asyncio
import shutil
import sqlite3
import stat
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from bot.__main__ import IN_USE
from bot.clock import Clock
from bot.commands.backup import restore_backup, write_backup
from bot.rules.people.privacy import DeletionDone
from bot.settings import Settings
from bot.store.engine.db import Database
from bot.store.engine.lock import InUseError, alone, in_use, using
from bot.store.engine.schema import HEAD, migrate
from bot.store.engine.sessions import Tx
from bot.store.tables import Inbox
from tests.bot.copies import SAID, TOKEN, check_copy, query
from tests.bot.process import result
from tests.features.scene import NOON, fan, give, privacy, shop

LATER = Clock((NOON + timedelta(hours=6)).timestamp)


def settings(path: Path) -> Settings:
    """Settings of an operator with this database."""
    return Settings.model_validate({"bot_token": TOKEN, "database_url": f"sqlite:///{path}"})


@pytest.fixture
def path(sqlite_url: str) -> Path:
    """A fresh database's file."""
    return Path(sqlite_url.removeprefix("sqlite:///"))


def lines(capsys: pytest.CaptureFixture[str]) -> tuple[str, str]:
    """What was printed, and the one line of a refusal."""
    told = capsys.readouterr()
    assert told.err.count("\n") <= 1
    return told.out, told.err


def names(folder: Path) -> list[str]:
    """What lies in a folder."""
    return sorted(one.name for one in folder.iterdir())


async def shop_with_coins(path: Path) -> None:
    """A shop, a fan with 50 coins, and an update that waits."""
    async with Database.open(f"sqlite:///{path}") as db:
        await give(db, await shop(db), fan(1), 50)
        await db.write(receive)


def receive(tx: Tx) -> None:
    """An update in the inbox."""
    tx.add(Inbox(bot_id=42, update_id=7, body=f'{{"update_id": 7, "message": {{"text": "{SAID}"}}}}', received_at=NOON))


def test_a_file_that_is_there_is_kept(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Without --force nothing is replaced; the database itself, a folder and a missing folder are refused."""
    asyncio.run(shop_with_coins(path))
    copy = path.with_name("copy.db")
    copy.write_text("precious")
    assert write_backup(settings(path), copy, force=False) == 1
    assert "--force" in lines(capsys)[1]
    assert copy.read_text() == "precious"
    for target, word in (
        (path, "name another file"),
        (path.parent, "name another file"),
        (path.parent / "no" / "copy.db", "there is no folder"),
    ):
        assert write_backup(settings(path), target, force=True) == 1
        out, problem = lines(capsys)
        assert out == ""
        assert problem.startswith("encore: ")
        assert word in problem
    assert write_backup(settings(path), copy, force=True) == 0
    assert "1 shop, 1 member; no messages" in lines(capsys)[0]
    check_copy(copy)
    assert query(path, "SELECT count(*) FROM inbox") == [(1,)]


def test_nothing_to_back_up(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """No database, and one of somebody else's, are told in one line; no file is left behind."""
    target = tmp_path / "copy.db"
    assert write_backup(settings(tmp_path / "none.db"), target, force=False) == 1
    assert "nothing to back up" in lines(capsys)[1]
    with closing(sqlite3.connect(tmp_path / "other.db")) as other:
        other.execute("CREATE TABLE song (title TEXT)")
    assert write_backup(settings(tmp_path / "other.db"), target, force=False) == 1
    assert "isn't Encore's" in lines(capsys)[1]
    assert names(tmp_path) == ["other.db"]


def test_what_is_no_backup_is_refused(path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Junk, an empty file, a stranger's database, a newer Encore's, a damaged one, and none: the database stays."""
    asyncio.run(shop_with_coins(path))
    before = path.read_bytes()
    junk, empty, other = (tmp_path / name for name in ("junk.db", "empty.db", "other.db"))
    junk.write_bytes(b"SQLite format 3 it is not" * 500)
    empty.touch()
    with closing(sqlite3.connect(other)) as database:
        database.execute("CREATE TABLE song (title TEXT)")
    newer, damaged = (Path(shutil.copy(path, tmp_path / name)) for name in ("newer.db", "damaged.db"))
    with closing(sqlite3.connect(newer)) as database, database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
    pages = bytearray(damaged.read_bytes())
    pages[8192:12288] = b"\xff" * 4096
    damaged.write_bytes(pages)
    folder = set(names(tmp_path))
    for source, word in (
        (junk, "junk.db"),
        (empty, "isn't a database of Encore's"),
        (other, "isn't a database of Encore's"),
        (newer, "newer Encore"),
        (damaged, "damaged.db"),
        (path, "itself"),
        (tmp_path / "none.db", "isn't a file"),
        (tmp_path, "isn't a file"),
    ):
        assert restore_backup(settings(path), source, LATER) == 1
        out, problem = lines(capsys)
        assert out == ""
        assert word in problem
    assert path.read_bytes() == before
    assert set(names(tmp_path)) - folder <= {"encore.db.lock"}


def test_an_older_backup_is_brought_up_to_date(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A backup of an earlier version is migrated before it takes its place, even where there was no database."""
    old, new = tmp_path / "old.db", tmp_path / "deep" / "encore.db"
    asyncio.run(migrate(f"sqlite:///{old}", "0001"))
    assert restore_backup(settings(new), old, LATER) == 0
    out, _ = lines(capsys)
    assert "kept" not in out
    assert query(new, "SELECT version_num FROM alembic_version") == [(HEAD,)]
    assert query(old, "SELECT version_num FROM alembic_version") == [("0001",)]
    assert stat.S_IMODE(new.stat().st_mode) == 0o600
    assert names(new.parent) == ["encore.db", "encore.db.lock"]


def test_a_damaged_database_is_replaced_and_kept(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What can't be opened any more is what a restore is for: it is kept, its log beside it, and replaced."""
    asyncio.run(shop_with_coins(path))
    copy = path.with_name("copy.db")
    assert write_backup(settings(path), copy, force=False) == 0
    path.write_bytes(b"\x00" * 10_000)
    assert restore_backup(settings(path), copy, LATER) == 0
    assert "fans hold 50 coins" in lines(capsys)[0]
    kept = path.with_name(f"encore.db.before-restore-{LATER.now():%Y%m%dT%H%M%SZ}")
    assert kept.read_bytes() == b"\x00" * 10_000
    assert query(path, "SELECT balance FROM account WHERE kind = 'member'") == [(50,)]


def test_a_log_that_was_left_is_not_played(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Where the database was deleted and its log wasn't, the log is moved away before the backup comes."""
    asyncio.run(shop_with_coins(path))
    copy = path.with_name("copy.db")
    assert write_backup(settings(path), copy, force=False) == 0
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("UPDATE community SET shop = 'Lost'")
        log = Path(f"{path}-wal").read_bytes()
        path.unlink()
    Path(f"{path}-wal").write_bytes(log)
    assert restore_backup(settings(path), copy, LATER) == 0
    assert "kept in" not in lines(capsys)[0].partition("shop")[2]
    assert Path(f"{path}.before-restore-{LATER.now():%Y%m%dT%H%M%SZ}-wal").read_bytes() == log
    assert query(path, "SELECT shop FROM community") == [("Silk room",)]


def test_who_was_deleted_since_stays_deleted(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A restore doesn't bring back a fan who had their data deleted after the backup; others keep their coins."""
    asyncio.run(two_fans(path))
    copy = path.with_name("copy.db")
    assert write_backup(settings(path), copy, force=False) == 0
    asyncio.run(delete_one(path))
    assert restore_backup(settings(path), copy, LATER) == 0
    out, _ = lines(capsys)
    assert "1 fan had their data deleted since: deleted again" in out
    assert "fans hold 30 coins" in out
    assert "the books balance" in out
    assert query(path, "SELECT count(*) FROM person WHERE user_id = ?", fan(1).user_id) == [(0,)]
    assert query(path, "SELECT count(*) FROM forgotten") == [(1,)]
    assert restore_backup(settings(path), copy, LATER) == 0
    assert "1 fan had their data deleted" in lines(capsys)[0]
    assert sum("before-restore" in name for name in names(path.parent)) == 2


async def two_fans(path: Path) -> None:
    """A shop whose fans hold 50 and 30 coins."""
    async with Database.open(f"sqlite:///{path}") as db:
        place = await shop(db)
        await give(db, place, fan(1), 50)
        await give(db, place, fan(2), 30)


async def delete_one(path: Path) -> None:
    """The first asks to be deleted."""
    async with Database.open(f"sqlite:///{path}") as db:
        assert isinstance(await privacy(db).delete(await shop(db), fan(1).user_id, NOON), DeletionDone)


def test_whoever_has_the_database_open_is_minded(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Another program with the file open, and a bot's lock, stand in the way of a restore."""
    copy = path.with_name("copy.db")
    assert write_backup(settings(path), copy, force=False) == 0
    lines(capsys)
    with closing(sqlite3.connect(path)) as shell:
        shell.execute("PRAGMA journal_mode = WAL")
        shell.execute("SELECT count(*) FROM member").fetchone()
        assert restore_backup(settings(path), copy, LATER) == 1
        assert "another program" in lines(capsys)[1]
    with using(f"sqlite:///{path}"):
        assert restore_backup(settings(path), copy, LATER) == 1
        assert "stop it first" in lines(capsys)[1]
    assert restore_backup(settings(path), copy, LATER) == 0


def test_one_holds_the_lock(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A second bot isn't let in, nor a restore beside a bot, nor a bot beside a restore; looking is no holding."""
    monkeypatch.setattr("bot.store.engine.lock.PATIENCE", 0.0)
    url = f"sqlite:///{path}"
    assert not in_use(url)
    for first in (using, alone):
        with first(url):
            assert in_use(url)
            for second in (using, alone):
                with pytest.raises(InUseError), second(url):
                    pass
        assert not in_use(url)
    with using("postgresql://me@host/name"), alone("postgresql://me@host/name"):
        assert not in_use("postgresql://me@host/name")


async def test_a_start_during_a_restore(path: Path) -> None:
    """`run` waits as for another bot, then says in one line why it can't start, with a code that means: try again."""
    variables = {"BOT_TOKEN": TOKEN, "DATABASE_URL": f"sqlite:///{path}", "LOG_LEVEL": "error"}
    with alone(f"sqlite:///{path}"):
        code, out, problems = await result(path.parent, "run", **variables)
    assert (code, out) == (1, "")
    assert problems == [f"encore: {IN_USE}"]


@pytest.mark.parametrize("verb", ["backup", "restore"])
async def test_postgresql_has_tools_of_its_own(tmp_path: Path, verb: str) -> None:
    """With PostgreSQL both verbs name its tools in one line and do nothing."""
    code, out, problems = await result(
        tmp_path, verb, "copy.db", BOT_TOKEN=TOKEN, DATABASE_URL="postgresql://me:secret@127.0.0.1:1/shop"
    )
    assert (code, out, len(problems)) == (2, "", 1)
    assert ("pg_dump" if verb == "backup" else "pg_restore") in problems[0]
    assert "secret" not in problems[0]
