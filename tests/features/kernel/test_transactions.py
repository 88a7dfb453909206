"""Transactions stand alone: what fails leaves no trace, what shares a commit shares nothing else; on both databases."""

import asyncio
import sqlite3
import threading
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError

from bot.store.engine import sqlite
from bot.store.engine.db import Database
from bot.store.engine.sessions import Rx, Tx
from bot.store.engine.sqlite import GROUP, WriterClosedError
from bot.store.tables import FanGroup, Person
from tests.features.kernel.small_writes import (
    OopsError,
    born,
    born_twice,
    born_unflushed,
    breaks_off,
    paid_twice,
    pay,
    people,
)
from tests.features.scene import NOON, OWNER, balance, everything, fan, give, query, shop


class Gate:
    """Holds the SQLite writer, so that what is written meanwhile shares the next commit."""

    def __init__(self, db: Database) -> None:
        self._open = threading.Event()
        self._held = threading.Event()
        self._task = asyncio.ensure_future(db.write(self._wait))

    def _wait(self, _tx: Tx) -> None:
        self._held.set()
        self._open.wait(10)

    async def shut(self) -> None:
        """Until the writer waits."""
        await asyncio.to_thread(self._held.wait, 10)

    async def open(self) -> None:
        """Let the writer go on."""
        await asyncio.sleep(0)
        self._open.set()
        await self._task


async def test_one_failing_use_case_rolls_back_alone(sqlite_url: str) -> None:
    """Of nine in one commit, four fail in their own ways; the other five stand."""
    async with Database.open(sqlite_url) as db:
        place = await shop(db)
        await give(db, place, fan(1), 0)
        gate = Gate(db)
        await gate.shut()
        outcomes = asyncio.gather(
            db.write(born, 501),
            db.write(breaks_off, 502),
            db.write(born, 503),
            db.write(born_twice, 504),
            db.write(born, 505),
            db.write(paid_twice, place),
            db.write(born, 506),
            db.write(born_unflushed, OWNER.user_id),
            db.write(born, 507),
            return_exceptions=True,
        )
        await gate.open()
        kinds = [outcome if isinstance(outcome, int) else type(outcome) for outcome in await outcomes]
        assert kinds == [501, OopsError, 503, IntegrityError, 505, IntegrityError, 506, IntegrityError, 507]
        assert await people(db) == [101, 501, 503, 505, 506, 507]
        assert await balance(db, place, fan(1)) == 0


@pytest.mark.runs_once
async def test_only_a_failure_that_changed_rows_runs_its_group_again(sqlite_url: str) -> None:
    """One that changed nothing costs the others nothing. One that did undoes them all, and they run again."""
    runs: list[str] = []

    def note(tx: Tx, name: str, user_id: int = 0, *, fails: bool = False) -> None:
        runs.append(name)
        if user_id:
            born(tx, user_id)
        if fails:
            raise OopsError

    async def together(*, changes: bool) -> list[str]:
        runs.clear()
        gate = Gate(db)
        await gate.shut()
        first = 600 if changes else 500
        written = asyncio.gather(
            db.write(note, "one", first + 1),
            db.write(note, "two", first + 2 if changes else 0, fails=True),
            db.write(note, "three", first + 3),
            return_exceptions=True,
        )
        await gate.open()
        assert [type(outcome) for outcome in await written] == [type(None), OopsError, type(None)]
        return list(runs)

    async with Database.open(sqlite_url) as db:
        assert await together(changes=False) == ["one", "two", "three"]
        assert await together(changes=True) == ["one", "two", "one", "two", "three"]
        assert await people(db) == [501, 503, 601, 603]


@pytest.mark.parametrize("fails", [breaks_off, born_twice])
async def test_a_rollback_leaves_no_trace(db: Database, fails: Any) -> None:
    """Whatever a use case wrote before it failed is gone, and the next one works."""
    await shop(db)
    before = await everything(db)
    with pytest.raises((OopsError, IntegrityError)):
        await db.write(fails, 501)
    assert await everything(db) == before
    assert await db.write(born, 501) == 501


async def test_a_failing_commit_tells_each_caller(sqlite_url: str) -> None:
    """If the commit itself fails, everyone in it hears so and nothing stands; the next commit works."""

    def breaks_the_commit(tx: Tx) -> None:
        tx.execute(text("PRAGMA defer_foreign_keys = ON"))
        tx.add(FanGroup(community_id=999, chat_id=-9, title="nobody's", joined_at=NOON))

    async with Database.open(sqlite_url) as db:
        await shop(db)
        before = await everything(db)
        gate = Gate(db)
        await gate.shut()
        outcomes = asyncio.gather(
            db.write(born, 501),
            db.write(breaks_the_commit),
            db.write(breaks_off, 502),
            db.write(born, 503),
            return_exceptions=True,
        )
        await gate.open()
        kinds = [type(outcome) for outcome in await outcomes]
        assert kinds == [sqlite3.IntegrityError, sqlite3.IntegrityError, OopsError, sqlite3.IntegrityError]
        assert await everything(db) == before
        assert await db.write(born, 504) == 504


async def test_checkpoints_beside_the_writer(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Under load what was committed moves into the file without the writer; a close ends that thread too."""
    monkeypatch.setattr(sqlite, "COMMITS_BETWEEN", 5)

    def written_at() -> int:
        return Path(sqlite_url.removeprefix("sqlite:///")).stat().st_mtime_ns

    async with Database.open(sqlite_url) as db:
        before = written_at()
        for number in range(4):
            await db.write(born, 500 + number)
        assert written_at() == before
        async with asyncio.timeout(10):
            number = 600
            while written_at() == before:
                number += 1
                await db.write(born, number)
        assert "encore-checkpoints" in {thread.name for thread in threading.enumerate()}
    assert "encore-checkpoints" not in {thread.name for thread in threading.enumerate()}


async def test_closing_finishes_waiting_writes(sqlite_url: str) -> None:
    """What was queued before the close is committed, more than one group of it; what comes after is refused."""
    async with Database.open(sqlite_url) as db:
        gate = Gate(db)
        await gate.shut()
        writes = [asyncio.ensure_future(db.write(born, 500 + number)) for number in range(GROUP * 2 + 3)]
        await asyncio.sleep(0)
        closing = asyncio.ensure_future(db.close())
        await gate.open()
        await closing
        assert await asyncio.gather(*writes) == [500 + number for number in range(GROUP * 2 + 3)]
        with pytest.raises(WriterClosedError):
            await db.write(born, 499)
    async with Database.open(sqlite_url) as db:
        assert len(await people(db)) == GROUP * 2 + 3


async def test_a_cancelled_caller_loses_no_write(sqlite_url: str) -> None:
    """Who stops waiting doesn't undo what was begun, nor disturb the others of the same commit."""
    async with Database.open(sqlite_url) as db:
        gate = Gate(db)
        await gate.shut()
        first, second = (asyncio.ensure_future(db.write(born, user_id)) for user_id in (501, 502))
        await asyncio.sleep(0)
        first.cancel()
        await gate.open()
        assert await second == 502
        assert await people(db) == [501, 502]


@pytest.mark.runs_once
async def test_a_deadlock_runs_again(db: Database, url: str) -> None:
    """Two use cases that lock two rows crosswise both succeed in the end."""
    for number in (501, 502):
        await db.write(born, number)
    runs: list[int] = []

    def crosswise(tx: Tx, first: int, second: int) -> None:
        runs.append(first)
        for user_id in (first, second):
            tx.execute(text("UPDATE person SET name = name || '!' WHERE user_id = :user_id"), {"user_id": user_id})
            if url.startswith("postgresql"):
                tx.execute(text("SELECT pg_sleep(0.05)"))

    await asyncio.gather(db.write(crosswise, 501, 502), db.write(crosswise, 502, 501))
    names = await query(db, "SELECT name FROM person WHERE user_id > 500")
    assert names == [("somebody!!",), ("somebody!!",)]
    if url.startswith("postgresql"):
        assert len(runs) >= 3  # who runs again may overtake the other one, which then runs again too
    else:
        assert len(runs) == 2


async def test_a_read_is_no_write(db: Database) -> None:
    """Sessions for reading and writing are different types, and a read commits nothing."""
    assert not issubclass(Rx, Tx)
    assert not issubclass(Tx, Rx)
    assert await db.read(type) is Rx
    assert await db.write(type) is Tx
    await db.read(_tries_to_write)
    assert await people(db) == []


def _tries_to_write(rx: Rx) -> None:
    rx.add(Person(user_id=7, name="x"))
    rx.flush()


async def test_a_refusal_names_no_values(db: Database) -> None:
    """An error of a hot statement tells the constraint, not what somebody wrote."""
    place = await shop(db)
    await db.write(pay, place, "secret words", 77_123)
    with pytest.raises(IntegrityError) as refused:
        await db.write(pay, place, "secret words", 77_123)
    assert isinstance(refused.value, DBAPIError)
    assert "secret words" not in str(refused.value)
    assert "77123" not in str(refused.value)
    assert "transfer" in str(refused.value)
