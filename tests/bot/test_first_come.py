"""Who founds the first shop, what a start on a fresh database says, and the mark by which a lost one is known."""

import asyncio
import shutil
import sqlite3
import stat
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from bot.__main__ import _lost
from bot.store.engine.mark import MARK, address_of, has_shop, is_marked, leave_mark, remove_mark
from sandbox import Limits, Rights, Sandbox
from tests.bot.conftest import TOKEN, start
from tests.bot.process import Running, result, running
from tests.bot.process import start as start_process
from tests.features.scene import query
from tests.postgres import Postgres

STRANGERS_ID = 7_000_000_099
SLOW = 60.0
"""Seconds that a start may take which makes the tables, on a machine that is busy."""


async def shops(url: str, founder_id: int | None, *, is_open: bool = False) -> tuple[list[object], list[str]]:
    """Jun's group, then Mina's gets a bot with an empty database: the shops, and where the bot stays."""
    async with Sandbox(limits=Limits.none()) as telegram:
        bot = telegram.add_bot(token=TOKEN, username="encore_test_bot")
        mina, jun = telegram.add_user("Mina"), telegram.add_user("Jun")
        wool, silk = telegram.add_group("Wool", creator=jun), telegram.add_group("Silk", creator=mina)
        helper = telegram.add_user("Ana")  # who adds the bot decides nothing
        founder = {None: None, 0: mina.id}.get(founder_id, founder_id)
        app, task = start(telegram, url, owner_id=founder, open=is_open)
        try:
            for group in (wool, silk):
                helper.joins(group)
                helper.adds(bot, group)
                async with asyncio.timeout(10):
                    while telegram.pending(bot) or not (app.intake and app.intake.idle):
                        await asyncio.sleep(0.01)
            found = await query(app.db, "SELECT shop FROM community ORDER BY id")
            return [shop for (shop,) in found], [one.title for one in (wool, silk) if one.has(bot)]
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            await app.close()


@pytest.mark.parametrize(
    ("founder_id", "is_open", "founded", "inside"),
    [
        (None, False, ["Wool"], ["Wool"]),
        (0, False, ["Silk"], ["Silk"]),
        (0, True, ["Silk"], ["Silk"]),
        (STRANGERS_ID, False, [], []),
        (STRANGERS_ID, True, [], []),
        (None, True, ["Wool", "Silk"], ["Wool", "Silk"]),
    ],
)
async def test_who_founds(
    url: str, founder_id: int | None, *, is_open: bool, founded: list[str], inside: list[str]
) -> None:
    """The first group, or with `OWNER_ID` only one that this person created; the others hear a goodbye, open or not."""
    assert await shops(url, founder_id, is_open=is_open) == (founded, inside)


async def test_a_creator_whom_telegram_does_not_tell(sqlite_url: str) -> None:
    """With `OWNER_ID` a group without a known creator founds nothing, also if the owner adds the bot there."""
    async with Sandbox(limits=Limits.none()) as telegram:
        bot = telegram.add_bot(token=TOKEN, username="encore_test_bot")
        mina = telegram.add_user("Mina")
        group = telegram.add_group("Silk", creator=mina)
        telegram.faults.refuse("getChatAdministrators", "CHAT_ADMIN_REQUIRED", chat=group, times=1)
        app, task = start(telegram, sqlite_url, owner_id=mina.id)
        try:
            mina.adds(bot, group)
            await mina.waits_for(group, lambda m: m.sender is bot, timeout=10)
            assert await query(app.db, "SELECT count(*) FROM community") == [(0,)]
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            await app.close()


def event(process: Running, name: str) -> dict[str, object]:
    """The one line of this event, but for what every line has."""
    (found,) = (one for one in process.events if one["event"] == name)
    return {key: value for key, value in found.items() if key not in {"event", "level", "timestamp"}}


async def test_from_fresh_to_lost(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A fresh start tells its path, founding tells whose and how to undo it; the same path found empty stops the start.

    Nothing is made where the database was; another path is another shop; `--fresh` begins anew, once.
    """
    folder, disk = tmp_path / "cwd", tmp_path / "disk"
    folder.mkdir()
    disk.mkdir()
    database = disk / "shop" / "encore.db"
    async with Sandbox(limits=Limits.none()) as telegram:
        bot = telegram.add_bot(token=TOKEN, username="encore_test_bot")
        mina = telegram.add_user("Mina")
        group = telegram.add_group("Silk room", creator=mina)
        settings = {"BOT_TOKEN": TOKEN, "TELEGRAM_API_URL": telegram.url}
        settings["DATABASE_URL"] = "sqlite:///../disk/shop/encore.db"
        async with running(folder, **settings) as process:
            await process.logs("started", seconds=SLOW)
            assert event(process, "empty_database") == {
                "database": str(database),
                "founds": "the first group that adds the bot",
            }
            assert not (folder / MARK).exists()
            mina.adds(bot, group, Rights.full())
            await process.logs("founded")
            assert await process.stops() == 0
        told = {"community": 1, "chat": group.id, "owner": mina.id, "undo": "python -m bot shops remove 1"}
        assert event(process, "founded") == told
        assert (folder / MARK).read_text().splitlines()[1:] == [str(database)]
        assert stat.S_IMODE((folder / MARK).stat().st_mode) == stat.S_IRUSR | stat.S_IWUSR

        disk.rename(tmp_path / "unmounted")
        disk.mkdir()
        lost = await result(folder, "run", **settings, LOG_LEVEL="error")
        assert lost == (2, "", [LOST.format(database)])
        assert list(disk.iterdir()) == []
        # The same by another spelling, and a database without tables, as an emptied server has.
        (disk / "shop").mkdir()
        database.touch()
        settings["DATABASE_URL"] = f"sqlite:///{disk}/shop/../shop/encore.db"
        assert await result(folder, "run", **settings, LOG_LEVEL="error") == (2, "", [LOST.format(database)])
        assert database.stat().st_size == 0
        monkeypatch.chdir(folder)
        assert _lost(f"sqlite:///{tmp_path}/other.db", fresh=False) is None
        assert await fresh(folder, settings) == 0
        assert not (folder / MARK).exists(), "it was meant: a restart needn't say so again"
        shutil.rmtree(disk)
        (tmp_path / "unmounted").rename(disk)
        async with running(folder, **settings) as process:
            await process.logs("started", seconds=SLOW)
            assert await process.stops() == 0
        assert not [one for one in process.events if one["event"] == "empty_database"]
        assert is_marked(folder, str(database))


LOST = (
    "encore: a shop stood in {}, which is empty now: is its disk mounted, and is it the right server? "
    "To begin anew: python -m bot run --fresh"
)


async def fresh(folder: Path, settings: dict[str, str]) -> int:
    """`run --fresh`, stopped as soon as it runs; its exit code."""
    process = Running(await start_process(folder, "run", "--fresh", **settings))
    await process.logs("started", seconds=SLOW)
    return await process.stops()


async def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    """The mark is a help: without it the bot warns, once a start, and works."""
    (tmp_path / MARK).mkdir()
    async with Sandbox(limits=Limits.none()) as telegram:
        bot = telegram.add_bot(token=TOKEN, username="encore_test_bot")
        mina = telegram.add_user("Mina")
        group = telegram.add_group("Silk room", creator=mina)
        async with running(tmp_path, BOT_TOKEN=TOKEN, TELEGRAM_API_URL=telegram.url) as process:
            await process.logs("started", seconds=SLOW)
            mina.adds(bot, group, Rights.full())
            await process.logs("mark_failed", times=2)
            await mina.waits_for(group, lambda m: m.sender is bot, timeout=10)
            assert await process.stops() == 0
    warned = [one for one in process.events if one["event"] == "mark_failed"]
    assert {(one["level"], one["error"], one["file"]) for one in warned} == {
        ("warning", "IsADirectoryError", str(tmp_path / MARK))
    }


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("sqlite:///data/encore.db", "sqlite:///./data/../data/encore.db", True),
        ("sqlite:///data/encore.db", "sqlite:///link/encore.db", True),
        ("sqlite:///data/encore.db", "sqlite:///data/other.db", False),
        ("postgresql://me:Sesame@Host/name", "postgresql://you@host:5432/name?sslmode=require", True),
        ("postgresql://me@localhost/name", "postgresql://me:Sesame@127.0.0.1/name", True),
        ("postgresql://me@/name", "postgresql:///name?host=localhost&password=Sesame", True),
        ("postgresql://me@host/name", "postgresql://me@host:5433/name", False),
        ("postgresql://me@host/name", "postgresql://me@host/other", False),
        ("postgresql:///name?host=/run/a", "postgresql:///name?host=/run/b", False),
        ("postgresql://name@host", "postgresql://you@host/name", True),
    ],
)
def test_addresses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, one: str, other: str, *, same: bool) -> None:
    """One database has one address, however it is written; no password is in it."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data").mkdir()
    (tmp_path / "link").symlink_to("data")
    assert (address_of(one) == address_of(other)) is same
    assert "Sesame" not in address_of(one) + address_of(other)


def test_marks_of_many_bots(tmp_path: Path) -> None:
    """Bots of one folder that found at once lose none of each other's lines; the last line taken takes the file."""
    names = [f"/data/{number}.db" for number in range(40)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda name: leave_mark(tmp_path, name), names * 2))
    assert sorted((tmp_path / MARK).read_text().splitlines()[1:]) == sorted(names)
    assert [one.name for one in tmp_path.iterdir()] == [MARK]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda name: remove_mark(tmp_path, name), names))
    assert list(tmp_path.iterdir()) == []


async def test_looking_for_a_shop(url: str, tmp_path: Path, postgres: Postgres) -> None:
    """A migrated database without a shop is empty, one without tables too; looking makes no file."""
    assert not await has_shop(url)
    assert not await has_shop(f"sqlite:///{tmp_path}/none/encore.db")
    assert not (tmp_path / "none").exists()
    name = "bare"
    bare = postgres.create(name)
    try:
        assert not await has_shop(bare)
    finally:
        postgres.drop(name)
    with closing(sqlite3.connect(tmp_path / "bare.db")) as database:
        database.execute("CREATE TABLE other (id INTEGER)")
    assert not await has_shop(f"sqlite:///{tmp_path}/bare.db")
