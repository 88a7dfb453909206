"""The hold of several processes on one PostgreSQL database: all of them work, and one at a time leads.

Each process has one connection for this. On it stand three advisory locks of its session, so that the server frees all
of them when the process ends in any way:

- *Here*: the lock of a bot (`hold.KEY`), shared. A process that works alone takes it for itself, and so do a restore
  and a migration.
- *Present*: a lock with the process's own number. Rows of the inbox carry the number, so that the leader knows which of
  them belong to a process that has ended.
- *Leading*: one process has it.

If the connection is lost, the process leads no more at that instant. It connects again by itself.
"""

import asyncio
import contextlib
import secrets
import time
from collections.abc import AsyncIterator, Awaitable, Callable

from sqlalchemy import text

from bot.logs import get_logger
from bot.store.engine import lock
from bot.store.engine.away import is_away
from bot.store.engine.hold import KEY, PRESENT, Hold, NotLeadingError
from bot.store.engine.line import ENDED, Line, LinkedPeers, LostError
from bot.store.engine.lock import InUseError
from bot.store.engine.schema import is_newest, migrate
from bot.store.engine.sessions import Tx

log = get_logger("hold")

LEADING = 7236103
FENCE = 7236104
"""The lock that transactions share which take rows for sending. A new leader has it for itself once."""
STEP = 0.25
"""Seconds between two tries to lead, and between two looks at who is there."""
SETTLES = 0.3
"""Seconds between getting the lock and leading. A leader whose connection was cut has noticed it by then."""

THERE = """
    SELECT objid::bigint FROM pg_locks
    WHERE locktype = 'advisory' AND granted AND objsubid = 2 AND classid = $1
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""
LEADS = text(
    "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 1 AND classid = 0 "
    "AND objid = :key AND pid = :pid "
    "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)


class SharedHold(Hold):
    """The hold of one process among several. It is held while this process leads."""

    number: int

    def __init__(self, url: str) -> None:
        super().__init__()
        self._held.clear()
        self.number = secrets.randbelow(2**31 - 1) + 1
        self._url = url
        self._nudged = asyncio.Event()
        self._line = Line(url, self._take_words, self._lose)
        self.peers: LinkedPeers = LinkedPeers(self._nudged.set, self._line.ask)
        self.peers.hear(ENDED, lambda _: self.peers.missed())
        self._lost = asyncio.Event()
        self._lost.set()
        self._ended = asyncio.Event()
        """Set when another process has ended, or may have."""
        self._here = asyncio.Event()
        """Set while the lock with this process's number is held."""
        self._gone = asyncio.Event()
        """Set while it isn't held."""
        self._others: set[int] = set()
        self._leads_from: float | None = None
        """When it leads, by the monotonic clock, if it has the lock. That is a moment after it got it."""
        self._leaves = False

    async def join(self) -> None:
        """Be one of the processes of this database, and bring its schema up to date if no other process is there.

        Raises:
            InUseError: a process that works alone doesn't end, or the schema is old and others work with it.
            Exception: the database can't be used.
        """
        deadline = time.monotonic() + lock.PATIENCE
        logged = False
        while True:
            away: Exception | None = None
            try:
                if await self._try_to_join():
                    return
                if not logged:
                    lock.log_waiting()
                    logged = True
            except Exception as error:
                self._line.close()
                if not isinstance(error, LostError) and not is_away(error):
                    raise
                away = error
            if time.monotonic() >= deadline:
                raise away or InUseError
            await asyncio.sleep(STEP)

    async def _try_to_join(self) -> bool:
        if self._line.pid is None:
            await self._line.open()
        ask = self._line.ask
        if not await is_newest(self._url):
            if not await ask("SELECT pg_try_advisory_lock($1)", KEY):
                return False
            await migrate(self._url)
            await ask("SELECT pg_advisory_lock_shared($1)", KEY)
            await ask("SELECT pg_advisory_unlock($1)", KEY)
        elif not await ask("SELECT pg_try_advisory_lock_shared($1)", KEY):
            return False
        # A leader that just takes over what an earlier connection of ours left has this lock for a moment.
        while not await ask("SELECT pg_try_advisory_lock($1::int, $2::int)", PRESENT, self.number):  # noqa: ASYNC110  # the server can't tell
            await asyncio.sleep(STEP)
        self._gone.clear()
        self._here.set()
        return True

    async def keep(self) -> None:
        """Lead when no other process does, hear and tell words; if the connection is lost, connect again.

        Raises:
            InUseError: a process that works alone has taken the database meanwhile.
        """
        while True:
            with contextlib.suppress(LostError):
                await self._stay()
            self._line.close()
            log.warning("lock_lost")
            while True:
                try:
                    await self.join()
                except InUseError:
                    raise
                except Exception as error:  # noqa: BLE001  # without a database there is nothing to do but wait
                    log.warning("database_away", error=type(error).__name__)
                    await asyncio.sleep(1)
                else:
                    break
            log.info("joined_again")
            self.peers.missed()

    async def _stay(self) -> None:
        looked_at = 0.0
        while True:
            self._nudged.clear()
            await self.peers.pass_on()
            now = time.monotonic()
            if now - looked_at >= STEP:
                looked_at = now
                await self._look()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(max(0.0, looked_at + STEP - time.monotonic())):
                    await self._nudged.wait()

    async def _look(self) -> None:
        """Try to lead; who leads looks whether another process has ended."""
        if self._leaves:
            await self._line.ask("SELECT 1")
        elif self._leads_from is None:
            if await self._line.ask("SELECT pg_try_advisory_lock($1)", LEADING):
                self._leads_from = time.monotonic() + SETTLES
        else:
            there = {row[0] for row in await self._line.rows(THERE, PRESENT)} - {self.number}
            ended, self._others = self._others - there, there
            begins = not self._held.is_set() and time.monotonic() >= self._leads_from
            if begins:
                self._begin()
            if ended or begins:
                self._ended.set()
                self.peers.tell(ENDED)
                self.peers.missed()

    def _begin(self) -> None:
        self.term = secrets.token_hex(8)
        self._lost.clear()
        self._held.set()
        log.info("leads", process=self.number)

    async def lead(self, *works: Callable[[], Awaitable[None]]) -> None:
        """Do these whenever this process leads, until cancelled. They are cancelled when it leads no more."""
        while True:
            await self.wait()
            work = asyncio.create_task(super().lead(*works))
            over = asyncio.create_task(self._lost.wait())
            try:
                await asyncio.wait((work, over), return_when=asyncio.FIRST_COMPLETED)
                if work.done():
                    await work
            finally:
                for task in (work, over):
                    task.cancel()
                await asyncio.gather(work, over, return_exceptions=True)
                if self._leaves:
                    await self._hand_over()

    async def _hand_over(self) -> None:
        """Let another process lead, now that nothing of the leader's work runs here."""
        if self._leads_from is not None:
            self._leads_from = None
            with contextlib.suppress(LostError):
                await self._line.ask("SELECT pg_advisory_unlock($1)", LEADING)

    def pause(self) -> None:
        """Let nothing new begin, and lead no more, because the process is about to stop."""
        self._leaves = True
        super().pause()
        self._lost.set()

    async def until_ended(self, seconds: float) -> None:
        """Wait until another process has ended, or so many seconds."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._ended.wait()
        self._ended.clear()

    async def until_gone(self) -> None:
        """Wait until the connection is lost: the leader may give rows with this process's number to others."""
        await self._gone.wait()

    async def until_here(self) -> None:
        """Wait until rows with this process's number are safe from others."""
        await self._here.wait()

    def guard(self, tx: Tx) -> None:
        """Make sure, in the transaction that takes rows for sending, that this process leads."""
        tx.execute(text("SELECT pg_advisory_xact_lock_shared(:key)"), {"key": FENCE})
        pid = self._line.pid
        if pid is None or not tx.execute(LEADS, {"key": LEADING, "pid": pid}).scalar_one():
            raise NotLeadingError

    def fence(self, tx: Tx) -> None:
        """Wait for what a leader before still takes. After this its `guard` lets nothing through."""
        tx.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": FENCE})

    def close(self) -> None:
        """Leave. The server frees all locks."""
        self._line.close()

    def _take_words(self, payload: str) -> None:
        self.peers.take(payload)

    def _lose(self) -> None:
        """The connection is lost: nothing is sent from now on."""
        self._held.clear()
        self._here.clear()
        self._gone.set()
        self._lost.set()
        self._leads_from = None
        self._others = set()
        self._nudged.set()


@contextlib.asynccontextmanager
async def shared(url: str) -> AsyncIterator[SharedHold]:
    """Be one of several processes on a PostgreSQL database while the block runs. Its schema is up to date then.

    Raises:
        InUseError: a process that works alone doesn't end, or the schema is old and others work with it.
        Exception: the database can't be used.
    """
    hold = SharedHold(url)
    try:
        await hold.join()
        yield hold
    finally:
        hold.close()
