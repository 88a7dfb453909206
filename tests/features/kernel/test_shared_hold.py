"""Several processes on one PostgreSQL database: who leads, what they tell each other, and whose an update is."""

import asyncio
import contextlib
import itertools
import time
from collections.abc import AsyncIterator, Iterator
from functools import partial
from typing import Any

import pytest
from sqlalchemy import text

from bot.store.engine.db import PROMISED, Database
from bot.store.engine.hold import held, is_held
from bot.store.engine.line import Line
from bot.store.engine.lock import InUseError
from bot.store.engine.schema import migrate
from bot.store.engine.shared_hold import SharedHold, shared
from bot.store.messages import inbox
from bot.store.messages.inbox import Taken
from tests.features.scene import NOON
from tests.postgres import Postgres

BOT = 42
SOON = 10.0
"""Seconds in which everything comes that comes at all."""
_numbers = itertools.count(1)


@pytest.fixture
def address(postgres: Postgres, postgres_template: str) -> Iterator[str]:
    """A fresh database on the embedded server."""
    name = f"several_{next(_numbers)}"
    yield postgres.create(name, postgres_template)
    postgres.drop(name)


@contextlib.asynccontextmanager
async def process(url: str) -> AsyncIterator[SharedHold]:
    """What a process is for the others."""
    async with shared(url) as hold:
        keeping = asyncio.create_task(hold.keep())
        try:
            yield hold
        finally:
            keeping.cancel()
            await asyncio.gather(keeping, return_exceptions=True)


async def cut(postgres: Postgres, hold: SharedHold) -> None:
    """End the connection of a process, from the server's side. Its locks are free when this returns."""
    pid = hold._line.pid
    await asyncio.to_thread(postgres.execute, f"SELECT pg_terminate_backend({pid}, 10000)")


async def until(true: Any) -> float:
    """Wait until it is so; after how many seconds it was."""
    began = time.monotonic()
    async with asyncio.timeout(SOON):
        while not true():
            await asyncio.sleep(0.01)
    return time.monotonic() - began


def _leads_no_more(hold: SharedHold) -> bool:
    return not hold.is_held


async def test_one_leads(address: str, postgres: Postgres) -> None:
    """One of two leads. Each time that its connection is cut it leads no more; one of both leads within 2 s, anew."""
    async with process(address) as one, process(address) as other:
        await until(lambda: one.is_held or other.is_held)
        terms = set()
        for _ in range(4):
            leads, follows = (one, other) if one.is_held else (other, one)
            await asyncio.sleep(0.6)
            assert (leads.is_held, follows.is_held) == (True, False)
            terms.add(leads.term)
            await cut(postgres, leads)
            await until(partial(_leads_no_more, leads))
            assert await until(lambda: one.is_held or other.is_held) < 2
        assert len(terms) == 4


async def test_another_leads_when_the_first_has_ended(address: str) -> None:
    """It leads within 2 s."""
    async with contextlib.AsyncExitStack() as stack:
        async with process(address) as one:
            await until(lambda: one.is_held)
            other = await stack.enter_async_context(process(address))
            await asyncio.sleep(0.6)
            assert not other.is_held
        assert await until(lambda: other.is_held) < 2


async def test_who_stops_hands_over_at_once(address: str) -> None:
    """The work of the leader ends first; then the other leads, while the first is still there."""
    ended: list[str] = []

    async def works() -> None:
        try:
            await asyncio.sleep(SOON)
        finally:
            await asyncio.sleep(0.1)
            ended.append("one")

    async with process(address) as one:
        await until(lambda: one.is_held)
        leading = asyncio.create_task(one.lead(works))
        async with process(address) as other:
            await asyncio.sleep(0.3)
            one.pause()
            assert await until(lambda: other.is_held) < 2
            assert ended == ["one"]
            await asyncio.sleep(0.6)
            assert not one.is_held
        leading.cancel()


async def test_the_leaders_work_ends_with_its_connection(address: str, postgres: Postgres) -> None:
    """It is cancelled when the connection is cut, and begins anew in the next term."""
    began: list[str] = []

    async with process(address) as hold:

        async def works() -> None:
            began.append(hold.term)
            await asyncio.sleep(SOON)

        leading = asyncio.create_task(hold.lead(works))
        await until(lambda: began)
        await cut(postgres, hold)
        await until(lambda: len(began) == 2)
        assert len(set(began)) == 2
        leading.cancel()


def _note(heard: list[tuple[int, Any]], number: int, fact: Any) -> None:
    heard.append((number, fact))


async def test_words(address: str, postgres: Postgres) -> None:
    """A word is heard by the others within a moment and not by who told it; the same word twice is told once."""
    heard: list[tuple[int, Any]] = []
    async with process(address) as one, process(address) as other, process(address) as third:
        for number, hold in enumerate((one, other, third)):
            hold.peers.hear("word", partial(_note, heard, number))
        one.peers.tell("word", [1, "a"])
        one.peers.tell("word", [1, "a"])
        one.peers.tell("word")
        assert await until(lambda: len(heard) == 4) < 1
        await asyncio.sleep(0.1)
        assert sorted(heard, key=str) == [(1, None), (1, [1, "a"]), (2, None), (2, [1, "a"])]
        many = [f"{number:0200}" for number in range(200)]
        for fact in many:
            other.peers.tell("word", fact)
        await until(lambda: len(heard) == 404)
        assert [fact for number, fact in heard[4:] if number == 0] == many
        heard.clear()
        await cut(postgres, one)
        one.peers.tell("word", "late")
        await until(lambda: (2, "late") in heard)


async def test_what_a_process_may_have_missed(address: str, postgres: Postgres) -> None:
    """It forgets everything when its connection was cut, and the others do when a process has ended."""
    missed: list[str] = []
    async with process(address) as one:
        one.peers.on_missed(lambda: missed.append("one"))
        await until(lambda: one.is_held and missed)
        async with process(address) as other:
            other.peers.on_missed(lambda: missed.append("other"))
            await asyncio.sleep(0.6)
            missed.clear()
            async with process(address):
                await asyncio.sleep(0.6)
            assert await until(lambda: {"one", "other"} <= set(missed)) < 2
            missed.clear()
            await cut(postgres, other)
            await until(lambda: "other" in missed)


async def test_one_at_a_time(address: str) -> None:
    """What has a key is done by one process at a time, and what has another one meanwhile."""
    order: list[str] = []

    async def do(hold: SharedHold, name: str) -> None:
        async with hold.peers.alone("import:7"):
            order.append(name)
            await asyncio.sleep(0.2)
            order.append(name)

    async with process(address) as one, process(address) as other, one.peers.alone("import:8"):
        await asyncio.gather(do(one, "a"), do(other, "b"))
    assert order in (["a", "a", "b", "b"], ["b", "b", "a", "a"])


async def test_one_that_works_alone_keeps_several_off(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that polls and several don't work on one database; a command sees that somebody does."""
    monkeypatch.setattr("bot.store.engine.lock.PATIENCE", 0.3)
    async with Database.open(address) as db:
        assert not await db.read(is_held)
        async with held(address):
            with pytest.raises(InUseError):
                async with process(address):
                    pass
        async with process(address), process(address):
            assert await db.read(is_held)
            with pytest.raises(InUseError):
                async with held(address):
                    pass


async def test_two_start_at_once_on_an_empty_database(postgres: Postgres) -> None:
    """One of them makes the schema, and the other waits for it."""
    url = postgres.create(f"several_{next(_numbers)}")
    async with contextlib.AsyncExitStack() as stack:
        await asyncio.gather(*(stack.enter_async_context(process(url)) for _ in range(2)))
        async with Database.open(url) as db:
            assert await db.read(lambda rx: rx.execute(text("SELECT count(*) FROM inbox")).scalar_one()) == 0


async def test_an_old_schema_that_others_work_with(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A newer version changes the schema only when all processes of the older one have ended."""
    monkeypatch.setattr("bot.store.engine.lock.PATIENCE", 0.3)
    async with process(address):
        await migrate(address, "<0047")
        with pytest.raises(InUseError):
            async with process(address):
                pass
    async with process(address):
        assert not await migrate(address)


def _save(*update_ids: int, by: int | None) -> Any:
    rows = [(update_id, f'{{"update_id":{update_id}}}') for update_id in update_ids]
    return lambda tx: inbox.save(tx, BOT, rows, Taken(NOON, by), lambda _session, _people: {}, set())


async def test_whose_an_update_is(address: str) -> None:
    """What belongs to nobody or to a process that has ended is taken over, once; what another has taken is known."""
    async with Database.open(address) as db, process(address) as one, process(address) as other:
        gone = SharedHold(address)
        assert await db.write(_save(1, 2, by=gone.number)) == ({1, 2}, {})
        assert await db.write(_save(3, by=None)) == ({3}, {})
        assert await db.write(_save(4, by=one.number)) == ({4}, {})
        assert await db.write(_save(4, 5, by=other.number)) == ({5}, {})
        found = await db.read(inbox.unowned, BOT)
        assert found == [1, 2, 3]
        taken = await asyncio.gather(
            *(db.write(inbox.take_over, BOT, [*found, 4, 5], hold.number) for hold in (one, other))
        )
        assert sorted(itertools.chain(*taken)) == [1, 2, 3, 4, 5]
        assert await db.read(inbox.unowned, BOT) == []
        assert {frozenset(await db.read(inbox.owned, BOT, hold.number)) for hold in (one, other)} == {
            frozenset(ids) for ids in taken
        }


async def test_who_comes_back_keeps_its_updates_or_loses_them(address: str, postgres: Postgres) -> None:
    """While the leader takes over what a lost connection left, the process that comes back waits, and sees it after."""
    async with Database.open(address) as db, process(address) as leads:
        await until(lambda: leads.is_held)
        hold = SharedHold(address)
        await hold.join()
        await db.write(_save(1, by=hold.number))
        assert await db.write(inbox.take_over, BOT, [1], leads.number) == []
        hold.close()
        coming: list[asyncio.Task[None]] = []

        def take_over(tx: Any) -> list[int]:
            taken = inbox.take_over(tx, BOT, [1], leads.number)
            coming.append(asyncio.create_task(hold.join()))
            tx.execute(text("SELECT pg_sleep(0.5)"))
            assert not hold._here.is_set()
            return taken

        await asyncio.sleep(0.1)
        assert await db.write(take_over) == [1]
        await coming[0]
        assert await db.read(inbox.owned, BOT, hold.number) == set()
        hold.close()


async def test_only_the_leader_takes_rows(address: str, postgres: Postgres) -> None:
    """A process that leads no more can't take rows for sending, even before it knows."""
    async with Database.open(address) as db, process(address) as one, process(address) as other:
        await until(lambda: one.is_held or other.is_held)
        leads, follows = (one, other) if one.is_held else (other, one)
        await db.write(leads.guard)
        with pytest.raises(ConnectionError):
            await db.write(follows.guard)
        pid = leads._line.pid
        await cut(postgres, leads)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Line, "pid", pid)
            with pytest.raises(ConnectionError):
                await db.write(leads.guard)


async def test_a_new_leader_waits_for_what_the_old_one_takes(address: str) -> None:
    """Its first transaction comes after the one that is under way."""
    order: list[str] = []
    async with Database.open(address) as db, process(address) as leads:
        await until(lambda: leads.is_held)

        def take(tx: Any) -> None:
            leads.guard(tx)
            tx.execute(text("SELECT pg_sleep(0.4)"))
            order.append("taken")

        def begin(tx: Any) -> None:
            leads.fence(tx)
            order.append("begun")

        taking = asyncio.create_task(db.write(take))
        await asyncio.sleep(0.1)
        await db.write(begin)
        await taking
    assert order == ["taken", "begun"]


def _is_held(hold: SharedHold) -> bool:
    return hold.is_held


async def test_a_promise_of_another_process_wakes(address: str) -> None:
    """A commit that promised a message wakes the sender of the process that leads; one of the leader's tells nobody."""
    woken: list[str] = []
    async with contextlib.AsyncExitStack() as stack:
        holds = [await stack.enter_async_context(process(address)) for _ in range(2)]
        await until(lambda: any(hold.is_held for hold in holds))
        leads, follows = sorted(holds, key=lambda hold: not hold.is_held)
        leader, follower = [await stack.enter_async_context(Database.open(address)) for _ in range(2)]
        for db, hold, name in ((leader, leads, "leader"), (follower, follows, "follower")):
            db.link(hold.peers, partial(_is_held, hold))
            db.on_promise(partial(woken.append, name))

        def promise(tx: Any) -> None:
            tx.info[PROMISED] = True

        await follower.write(promise)
        assert woken == ["follower"]
        assert await until(lambda: "leader" in woken) < 1
        woken.clear()
        await leader.write(promise)
        await asyncio.sleep(0.3)
        assert woken == ["leader"]
