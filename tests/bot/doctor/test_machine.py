"""What `doctor` sees at home: the database, the files and the time zones."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from bot.commands.doctor import machine
from bot.commands.doctor.machine import examine_machine
from bot.outside.fonts import Fonts
from bot.rules.doctor.database import (
    BooksWrong,
    BotRests,
    BotRuns,
    DatabaseAway,
    DatabaseDamaged,
    DatabaseFine,
    DatabaseHeld,
    NoDatabaseYet,
    NotEncores,
    SchemaAhead,
    SchemaBehind,
    ShopLost,
)
from bot.rules.doctor.findings import Finding, Level, Part
from bot.rules.doctor.machine import FileOpenToOthers, FontsMissing, PainterMissing, PicturesFine, ZonesMissing
from bot.store.engine.hold import held
from bot.store.engine.lock import using
from bot.store.engine.mark import address_of, leave_mark
from bot.store.engine.schema import migrate
from tests.bot.conftest import Play
from tests.bot.doctor.settings import SECRET, at


async def test_both_databases_are_examined(url: str) -> None:
    """A fresh shopless database of either kind is fine, and knows no chats."""
    found, chats = await examine_machine(at("http://127.0.0.1:1", database=url))
    assert chats == []
    assert [finding for finding in found if finding.level is not Level.FINE] == []
    assert DatabaseFine("SQLite" if url.startswith("sqlite") else "PostgreSQL", 0, 0) in found


async def test_whether_a_bot_runs(url: str) -> None:
    """The lock tells on either kind of database, and looking at it is in nobody's way."""
    settings = at("http://127.0.0.1:1", database=url)
    with using(url):
        async with held(url):
            assert BotRuns() in (await examine_machine(settings))[0]
    assert BotRests() in (await examine_machine(settings))[0]


async def test_a_database_that_lost_its_shop(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the mark says that a shop stood, an empty database must be mended, and a missing file too."""
    monkeypatch.chdir(tmp_path)
    for lost in (url, f"sqlite:///{tmp_path}/none.db"):
        leave_mark(tmp_path, address_of(lost))
        found, _ = await examine_machine(at("http://127.0.0.1:1", database=lost))
        assert ShopLost() in found
    assert not (tmp_path / "none.db").exists()


async def found_in(path: Path) -> list[Finding]:
    """What is found of an SQLite file, the disk left out."""
    found, _ = await examine_machine(at("http://127.0.0.1:1", database=f"sqlite:///{path}"))
    return [one for one in found if one.part is Part.DATABASE and not type(one).__name__.startswith("Disk")]


async def test_databases_that_cannot_serve(tmp_path: Path, sqlite_url: str) -> None:
    """No file, a folder, junk, a broken page and a lock that is held are told apart."""
    assert (await found_in(tmp_path / "none.db"))[0] == NoDatabaseYet()
    assert not (tmp_path / "none.db").exists()
    assert isinstance((await found_in(tmp_path))[0], DatabaseAway)
    (tmp_path / "junk.db").write_bytes(b"not a database at all, but long enough to look like one" * 20)
    assert (await found_in(tmp_path / "junk.db"))[0] == DatabaseDamaged()
    with closing(sqlite3.connect(tmp_path / "other.db")) as other:
        other.execute("CREATE TABLE song (title TEXT)")
    assert (await found_in(tmp_path / "other.db"))[0] == NotEncores()
    path = Path(sqlite_url.removeprefix("sqlite:///"))
    assert (await found_in(broken(path)))[0] == DatabaseDamaged()


def broken(path: Path) -> Path:
    """A copy of a database with one page of nonsense."""
    pages = bytearray(path.read_bytes())
    pages[4096:8192] = b"\xff" * 4096
    copy = path.with_name("broken.db")
    copy.write_bytes(pages)
    return copy


async def test_a_database_that_somebody_holds(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A write lock that isn't given back is told as such, after a while."""
    monkeypatch.setattr("bot.store.engine.checkup.PATIENCE", 0.1)
    path = Path(sqlite_url.removeprefix("sqlite:///"))
    with closing(sqlite3.connect(path, isolation_level=None)) as holder:
        holder.execute("PRAGMA journal_mode = WAL")
        holder.execute("BEGIN IMMEDIATE")
        assert (await found_in(path))[0] == DatabaseHeld()
        holder.execute("ROLLBACK")


async def test_servers_that_are_away() -> None:
    """A PostgreSQL that isn't there is told without its address."""
    found, _ = await examine_machine(at("http://x", database=f"postgresql://me:{SECRET}@127.0.0.1:1/shop"))
    (away,) = (one for one in found if isinstance(one, DatabaseAway))
    assert SECRET not in away.reason


async def test_schemas_of_other_versions(tmp_path: Path) -> None:
    """An older schema is behind, one that this version doesn't know is ahead; neither's rows are read."""
    path = tmp_path / "encore.db"
    await migrate(f"sqlite:///{path}", "0001")
    assert SchemaBehind("0001") in await found_in(path)
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
    assert SchemaAhead("9999") in await found_in(path)


async def test_books_that_do_not_balance(play_sqlite: Play) -> None:
    """A balance that isn't the sum of its transfers is found."""
    stage = await play_sqlite()
    await stage.ask(stage.fan(), "/checkin")
    await stage.stop()
    path = Path(stage.url.removeprefix("sqlite:///"))
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("UPDATE account SET balance = balance + 1 WHERE kind = 'member'")
    assert BooksWrong(1) in await found_in(path)


async def test_unknown_zones_and_open_files(play_sqlite: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    """A zone that this machine lacks, and files that all may read, are told."""
    stage = await play_sqlite()
    await stage.stop()
    path = Path(stage.url.removeprefix("sqlite:///"))
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("UPDATE community SET timezone = 'Moon/Sea_of_Tranquility'")
    open_to_all(path)
    open_to_all(path.with_name(".env"))
    monkeypatch.chdir(path.parent)
    found, _ = await examine_machine(at("http://127.0.0.1:1", database=stage.url))
    assert ZonesMissing(("Moon/Sea_of_Tranquility",)) in found
    assert FileOpenToOthers(".env") in found
    assert FileOpenToOthers(str(path)) in found


def open_to_all(path: Path) -> None:
    """A file that every account may read."""
    path.touch()
    path.chmod(0o644)


@pytest.mark.parametrize(
    ("fonts", "library", "found"),
    [(True, True, PicturesFine()), (False, True, FontsMissing()), (True, False, PainterMissing())],
)
def test_whether_pictures_can_be_drawn(
    fonts: bool, library: bool, found: Finding, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A font for each shop's language and the library are needed; without a shop nothing is said."""
    had = Fonts("Noto Sans", ("a.ttf",)) if fonts else None
    monkeypatch.setattr(machine, "find_fonts", lambda _text, _language: had)
    monkeypatch.setattr(machine, "find_spec", lambda _name: object() if library else None)
    assert machine._examine_fonts(frozenset({"ko", "zh"})) == [found]
    assert machine._examine_fonts(frozenset()) == []
