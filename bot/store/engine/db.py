"""Engines and transactions. SQLite has one write session at a time, PostgreSQL one for each connection.

A use case is a *synchronous* function whose first argument is the write session: `await db.write(claim, …)` runs it in
one transaction and commits. It cannot await, so no transaction can wait for the network. Reads are functions of a
read session: `await db.read(card, …)`. The two are different types, so a read can't pass for a write.
"""

import asyncio
import time
from collections.abc import Callable
from functools import partial
from types import TracebackType
from typing import Any, Concatenate, ParamSpec, Protocol, Self, TypeVar, cast

from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine

from bot.meters import Meters
from bot.store.engine.away import DatabaseAwayError, is_away
from bot.store.engine.joint import DroppedError, joint_for
from bot.store.engine.peers import Peers
from bot.store.engine.sessions import PLANNED, PROMISED, TYPED, Rx, Tx
from bot.store.engine.sqlite import SqliteWriter, prepare_reader

__all__ = ["PLANNED", "PROMISED", "Database", "PostgresWriter", "Rx", "Tx", "Writer", "async_engine"]

P = ParamSpec("P")
T = TypeVar("T")

LookAtTyped = Callable[[Tx, list[int], tuple[Any, ...]], None]
"""(tx, ids of outbox rows, the use case's arguments): looks at what an act of staff promised, before the commit."""

READERS = 3
POSTGRES_CONNECTIONS = 16
RETRIES = 5
OVERTAKEN_CODES = frozenset({"40001", "40P01", "23503"})
"""SQLSTATE codes after which a transaction runs again: it did nothing, and reads what is true now.

A serialization failure, a deadlock, and a reference to a row that another transaction deleted after we had read it."""


class Writer(Protocol):
    """Runs use cases, each in a transaction of its own."""

    async def write(self, work: Callable[[Tx], T]) -> T:
        """Run `work` in a transaction of its own and commit it."""

    async def close(self) -> None:
        """Finish what waits, then stop."""


class Database:
    """Runs reads and writes of the store."""

    def __init__(self, engine: AsyncEngine, writer: Writer) -> None:
        self._engine = engine
        self._writer = writer
        self._calls: dict[str, list[Callable[[], None]]] = {PROMISED: [], PLANNED: []}
        self._look_at_typed: LookAtTyped | None = None
        self._peers = Peers()
        self._sends: Callable[[], bool] = lambda: True

    @classmethod
    def open(cls, url: str, meters: Meters | None = None) -> Self:
        """Open the database behind `url` (`sqlite:///path` or `postgresql://…`). The schema must be there."""
        meters = meters or Meters()
        name = make_url(url).get_backend_name()
        engine = async_engine(url, **_pool(name))
        if name == "sqlite":
            prepare_reader(engine)
            return cls(engine, SqliteWriter(url, meters))
        return cls(engine, PostgresWriter(engine, meters))

    async def write(self, use_case: Callable[Concatenate[Tx, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Run `use_case(tx, …)` in one transaction; when this returns, it is committed.

        A use case that belongs to a joint (`joint.py`) runs behind its first step.

        Raises:
            DatabaseAwayError: the database went away; the transaction may have been committed.
        """
        joint = joint_for(args)

        def work(tx: Tx) -> tuple[T, list[str]]:
            tx.info.clear()  # a use case that promised and then failed left its marks
            result = use_case(tx, *args, **kwargs) if joint is None else joint.run(tx, use_case, args, kwargs)
            typed = tx.info.pop(TYPED, None)
            if typed is not None and self._look_at_typed is not None:
                self._look_at_typed(tx, typed, args)
            return result, list(tx.info) if tx.info else []

        try:
            result, told = await self._writer.write(work)
        except DroppedError as dropped:
            return cast("T", dropped.result)
        for what in told:
            self._call(what)
            if what != PROMISED or not self._sends():
                self._peers.tell(what)
        return result

    def link(self, peers: Peers, sends: Callable[[], bool]) -> None:
        """Tell other processes what commits here promised or planned, and hear of theirs as if they were made here.

        `sends` says whether this process sends what is promised. Then no other needs to hear of it.
        """
        self._peers, self._sends = peers, sends
        for what in self._calls:
            peers.hear(what, partial(self._hear, what))
            peers.on_missed(partial(self._call, what))

    def _hear(self, what: str, _fact: Any) -> None:
        self._call(what)

    def _call(self, what: str) -> None:
        for call in self._calls[what]:
            call()

    def on_promise(self, call: Callable[[], None]) -> None:
        """Call this (on the loop) after each commit that promised a message."""
        self._calls[PROMISED].append(call)

    def on_typed(self, look: LookAtTyped) -> None:
        """Call this, in its transaction, for each use case that promised messages because staff typed it."""
        self._look_at_typed = look

    def on_plan(self, call: Callable[[], None]) -> None:
        """Call this (on the loop) after each commit that changed when something is due."""
        self._calls[PLANNED].append(call)

    async def read(self, query: Callable[Concatenate[Rx, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Run `query(rx, …)` on committed data. It doesn't wait for writes.

        Raises:
            DatabaseAwayError: the database went away.
        """
        try:
            async with AsyncSession(self._engine, sync_session_class=Rx, expire_on_commit=False) as session:
                # `run_sync` is typed for a plain Session; the session that it hands on is the class named above.
                return await session.run_sync(lambda rx: query(rx, *args, **kwargs))  # type: ignore[arg-type]
        except Exception as error:
            if is_away(error):
                raise DatabaseAwayError(type(error).__name__) from error
            raise

    async def close(self) -> None:
        """Finish waiting writes and close every connection."""
        await self._writer.close()
        await self._engine.dispose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()


class PostgresWriter:
    """Runs each use case in a transaction of its own; it runs again if another transaction was faster."""

    def __init__(self, engine: AsyncEngine, meters: Meters) -> None:
        self._engine = engine
        self._meters = meters
        self._free = asyncio.Semaphore(POSTGRES_CONNECTIONS - READERS)

    async def write(self, work: Callable[[Tx], T]) -> T:
        """Run `work` and commit it."""
        asked = time.monotonic()
        for attempt in range(RETRIES):
            try:
                async with (
                    self._free,
                    AsyncSession(self._engine, sync_session_class=Tx, expire_on_commit=False) as session,
                    session.begin(),
                ):
                    self._meters.writer_wait.observe(time.monotonic() - asked)
                    self._meters.transactions += 1
                    self._meters.commits += 1
                    return await session.run_sync(work)  # type: ignore[arg-type]
            except Exception as error:
                if attempt < RETRIES - 1 and _was_overtaken(error):
                    continue
                if is_away(error):
                    raise DatabaseAwayError(type(error).__name__) from error
                raise
        raise AssertionError("unreachable: the last attempt returns or raises")

    async def close(self) -> None:
        """Do nothing: each caller runs its own transaction, so none waits here."""


def _was_overtaken(error: Exception) -> bool:
    return isinstance(error, DBAPIError) and getattr(error.orig, "sqlstate", None) in OVERTAKEN_CODES


def async_engine(url: str, **options: Any) -> AsyncEngine:
    """An engine with the asynchronous driver. asyncpg reads options after `?` (`sslmode=require`) as libpq does."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return create_async_engine(parsed.set(drivername="sqlite+aiosqlite"), **options)
    return create_async_engine("postgresql+asyncpg://", connect_args={"dsn": url}, **options)


def _pool(name: str) -> dict[str, Any]:
    if name == "sqlite":
        return {"pool_size": READERS, "max_overflow": 0, "connect_args": {"timeout": 30}}
    return {"pool_size": POSTGRES_CONNECTIONS, "max_overflow": 0, "pool_pre_ping": True}
