"""A PostgreSQL server that ends connections, or crashes, under taps: "again" for the bot, nothing for the fans."""

import asyncio
import contextlib
import os
import signal
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from typing import Any

import pytest
import structlog
from asyncpg.exceptions import ConnectionDoesNotExistError
from sqlalchemy import select, text
from sqlmodel import col

from bot.flows.check_in import CheckIns
from bot.meters import Beat
from bot.rules.checkins.checkins import CheckInPolicy
from bot.store.engine.away import DatabaseAwayError
from bot.store.engine.db import Database
from bot.store.engine.hold import PostgresHold, held
from bot.store.engine.lock import InUseError
from bot.store.engine.sessions import Rx
from bot.store.ledger import check_books
from bot.store.tables import Coupon
from tests.bot.big_shop import at_work, big_shop
from tests.bot.conftest import Stage, stages
from tests.features.scene import NOON, POLICIES, act_of, balance, fan, shop
from tests.postgres import Postgres

FANS = 150
KILLS = 8


@pytest.fixture
def address(postgres: Postgres, postgres_template: str) -> Iterator[str]:
    """A fresh database on the embedded server, in which what is committed survives a crash, as in any real one."""
    url = postgres.create("taps", postgres_template)
    postgres.execute("ALTER DATABASE taps SET synchronous_commit = on;")
    yield url
    postgres.drop("taps")


KILL = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'taps' AND pid <> pg_backend_pid();"


async def kill_all(postgres: Postgres) -> None:
    """End every connection to the test's database, whatever it is doing."""
    await asyncio.to_thread(postgres.execute, KILL)


async def crash(url: str) -> None:
    """Kill one of the server's processes: the server ends all others, recovers from its log and serves again."""
    async with Database.open(url) as db:
        process = await db.read(lambda rx: rx.execute(text("SELECT pg_backend_pid()")).scalar_one())
        os.kill(process, signal.SIGKILL)


def claimed(rx: Rx) -> int:
    """Coupons that were handed out."""
    return len(rx.execute(select(col(Coupon.id))).all())


async def taps(stage: Stage) -> list[Any]:
    """Every fan checks in and taps a drop; the presses."""
    card = await stage.drop('title="Silk scarf" stock=500')
    fans = stage.fans(FANS)
    presses = []
    for one in fans:
        one.says(stage.group, "/checkin")
        presses.append(one.presses(card, "claim"))
        await asyncio.sleep(0.01)
    return presses


async def test_taps_while_connections_die(address: str, postgres: Postgres) -> None:
    """150 fans check in and tap while all connections are ended, once by a crash: all are served, none hears "Oops"."""
    async with stages(address) as play:
        stage = await play()
        with structlog.testing.capture_logs() as logs:
            tapping = asyncio.create_task(taps(stage))
            for kill in range(KILLS):
                await asyncio.sleep(0.2)
                await (crash(address) if kill == KILLS // 2 else kill_all(postgres))
            presses = await tapping
            await asyncio.gather(*(press.answered(60) for press in presses))
            await stage.settled(60)
        assert [line for line in logs if line["event"] in {"handler_failed", "update_failed"}] == []
        assert any(line["event"] == "update_waits" for line in logs)
        assert await stage.app.db.read(claimed) == FANS
        books = await stage.app.db.read(check_books)
        assert books.sound
        assert books.held_by_fans == FANS * CheckInPolicy().ladder[0]


async def test_a_commit_whose_answer_is_lost(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The connection dies after the commit: asked again, the fan hears the first answer and is paid once."""
    async with Database.open(address) as db:
        place, checkins = await shop(db), CheckIns(db, POLICIES)
        dialect = db._engine.sync_engine.dialect
        commit = dialect.do_commit

        def commit_and_die(connection: Any) -> None:
            commit(connection)
            raise ConnectionDoesNotExistError("connection was closed in the middle of operation")

        monkeypatch.setattr(dialect, "do_commit", commit_and_die)
        with pytest.raises(DatabaseAwayError):
            await checkins.check_in(act_of(place, fan(1), NOON, "42:1"))
        monkeypatch.undo()
        first = await checkins.check_in(act_of(place, fan(1), NOON, "42:1"))
        assert await checkins.check_in(act_of(place, fan(1), NOON, "42:1")) == first
        assert await balance(db, place, fan(1)) == CheckInPolicy().ladder[0]


def loses_answers(db: Database, monkeypatch: pytest.MonkeyPatch, writes: set[str]) -> None:
    """Let the first commit of each of these use cases be done and its answer be lost."""
    write = db.write
    lost: set[str] = set()

    async def lose(use_case: Any, *facts: Any, **more: Any) -> Any:
        result = await write(use_case, *facts, **more)
        name = getattr(use_case, "__name__", "")
        if name in writes - lost:
            lost.add(name)
            raise DatabaseAwayError("the answer was lost")
        return result

    monkeypatch.setattr(db, "write", lose)


async def test_intake_and_sender_whose_commits_answers_are_lost(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """An update that was stored is handled, and a message that was taken is sent once, without waiting for a start."""
    async with big_shop(url, groups=3) as shop:
        planned = await shop.plans(timedelta(seconds=1))
        async with at_work(shop, planned) as app:
            loses_answers(app.db, monkeypatch, {"save", "_take"})
            shop.owner.says(shop.bot, "/streams")
            await shop.owner.waits_for(shop.bot, lambda m: "Silk night" in m.text, timeout=10)
            await shop.all_told(20)
            await asyncio.sleep(0.5)
        assert set(shop.told().values()) == {1}


@contextlib.asynccontextmanager
async def kept(url: str) -> AsyncIterator[tuple[PostgresHold, asyncio.Task[None]]]:
    """A hold that is watched over."""
    async with held(url) as hold:
        assert isinstance(hold, PostgresHold)
        keeping = asyncio.create_task(hold.keep())
        await asyncio.sleep(0)
        try:
            yield hold, keeping
        finally:
            keeping.cancel()


async def test_a_lock_that_is_lost_is_taken_again(address: str, postgres: Postgres) -> None:
    """While it is lost nobody goes on; it is taken again by itself, and keeps others off as before."""
    async with kept(address) as (hold, keeping):
        term = hold.term
        with structlog.testing.capture_logs() as logs:
            await kill_all(postgres)
            async with asyncio.timeout(10):
                while not any(line["event"] == "lock_held_again" for line in logs):
                    await asyncio.sleep(0.01)
        assert logs[0]["event"] == "lock_lost"
        async with asyncio.timeout(1):
            await hold.wait()
        assert (hold.term, keeping.done()) == (term, False)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("bot.store.engine.lock.PATIENCE", 0.0)
            with pytest.raises(InUseError):
                async with held(address):
                    pass


async def test_a_lock_that_another_takes(address: str, postgres: Postgres, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever waits for the lock may get it when it is lost: the one before never goes on."""
    async with held(address) as hold, contextlib.AsyncExitStack() as stack:
        assert isinstance(hold, PostgresHold)
        await hold.close()
        await stack.enter_async_context(held(address))
        monkeypatch.setattr("bot.store.engine.lock.PATIENCE", 1.0)
        with pytest.raises(InUseError):
            await hold.keep()
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await hold.wait()


async def test_nothing_is_sent_while_the_lock_is_lost(sqlite_url: str) -> None:
    """A start that falls due then is told when the lock is held again, and the alarm clock doesn't ring before."""
    async with big_shop(sqlite_url, groups=3) as shop:
        planned = await shop.plans(timedelta(seconds=2))
        async with at_work(shop, planned) as app:
            await asyncio.sleep(0.5)
            app.engine.hold._held.clear()
            await asyncio.sleep(max(0.0, (planned - shop.now()).total_seconds()) + 1)
            rung = app.meters.beats[Beat.JOBS]
            assert shop.announced() == []
            await asyncio.sleep(0.5)
            assert app.meters.beats[Beat.JOBS] == rung
            app.engine.hold._held.set()
            await shop.all_told(10)
        assert set(shop.told().values()) == {1}
