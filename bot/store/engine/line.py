"""A process's connection to the others on its database: it holds locks, tells words and hears them."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any
from zlib import crc32

import asyncpg

from bot.store.engine.away import DatabaseAwayError
from bot.store.engine.hold import KEEPALIVE, WATCH_SECONDS
from bot.store.engine.peers import Peers

ALONE = 7236106
"""The first number of the locks of `Peers.alone`."""
ALONE_STEP = 0.05
"""Seconds between two tries to be alone."""
CHANNEL = "encore"
MOST_WORDS = 10_000
"""Words that wait for a connection at most."""
LONGEST_WORDS = 7000
"""Bytes of words that are told at once. PostgreSQL takes 8000."""
ENDED = "ended"
"""The word that another process has ended. It may not have told what it changed last."""


class LostError(ConnectionError):
    """The connection is lost, and with it all locks."""


class Line:
    """A connection of its own, used by one task at a time."""

    def __init__(self, url: str, on_word: Callable[[str], None], on_lost: Callable[[], None]) -> None:
        self._url = url
        self._on_word = on_word
        self._on_lost = on_lost
        self._raw: Any = None
        self._turn = asyncio.Lock()

    @property
    def pid(self) -> int | None:
        """The server's number of this connection; None while there is none."""
        return self._raw.get_server_pid() if self._raw is not None and not self._raw.is_closed() else None

    async def open(self) -> None:
        """Connect and listen."""
        raw = await asyncpg.connect(dsn=self._url, timeout=WATCH_SECONDS)
        self._raw = raw
        raw.add_termination_listener(lambda _: self._on_lost())
        for name, value in KEEPALIVE.items():
            await self.ask("SELECT set_config($1, $2, false)", name, value)
        async with asyncio.timeout(WATCH_SECONDS):
            await raw.add_listener(CHANNEL, self._heard)

    def _heard(self, _connection: Any, pid: int, _channel: str, payload: str) -> None:
        if pid != self.pid:
            self._on_word(payload)

    async def ask(self, query: str, *facts: Any) -> Any:
        """The first column of the first row.

        Raises:
            LostError: the connection is lost.
        """
        rows = await self.rows(query, *facts)
        return rows[0][0] if rows else None

    async def rows(self, query: str, *facts: Any) -> list[Any]:
        """All rows.

        Raises:
            LostError: the connection is lost.
        """
        async with self._turn:
            if self.pid is None:
                raise LostError
            try:
                async with asyncio.timeout(WATCH_SECONDS):
                    return list(await self._raw.fetch(query, *facts))
            except BaseException as error:
                self.close()  # after a failure, nobody knows which locks are held
                if isinstance(error, Exception):
                    raise LostError from error
                raise

    def close(self) -> None:
        """End the connection at once. The server frees its locks."""
        raw, self._raw = self._raw, None
        if raw is not None:
            with contextlib.suppress(Exception):
                raw.terminate()
            self._on_lost()


class LinkedPeers(Peers):
    """Other processes that are reached through the database."""

    several = True

    def __init__(self, nudge: Callable[[], None], ask: Callable[..., Awaitable[Any]]) -> None:
        super().__init__()
        self._nudge = nudge
        self._ask = ask
        self._words: dict[str, None] = {}
        """What is to be told, as JSON and in order. What is told twice in a moment is told once."""

    def tell(self, word: str, fact: Any = None) -> None:
        """Tell it in the next milliseconds."""
        if len(self._words) >= MOST_WORDS:
            self._words.clear()
            word, fact = ENDED, None  # then the others forget everything
        self._words[json.dumps([word, fact], separators=(",", ":"))] = None
        self._nudge()

    async def pass_on(self) -> None:
        """Tell what waits. If that fails, it waits for the next connection."""
        while self._words:
            batch: list[str] = []
            length = 0
            for words in self._words:
                length += len(words) + 1
                if batch and length > LONGEST_WORDS:
                    break
                batch.append(words)
            for words in batch:
                del self._words[words]  # what is told again meanwhile is told again
            try:
                await self._ask("SELECT pg_notify($1, $2)", CHANNEL, f"[{','.join(batch)}]")
            except LostError:
                self._words = dict.fromkeys(batch) | self._words
                raise

    def take(self, payload: str) -> None:
        """Hear what another process told."""
        for word, fact in json.loads(payload):
            self.heard(word, fact)

    @contextlib.asynccontextmanager
    async def alone(self, key: str) -> AsyncIterator[None]:
        """Keep other processes out. Tasks of one process keep each other out by a lock of their own.

        Raises:
            DatabaseAwayError: there is no connection now.
        """
        number = crc32(key.encode()) - 2**31
        try:
            while not await self._ask("SELECT pg_try_advisory_lock($1::int, $2::int)", ALONE, number):  # noqa: ASYNC110  # the server can't tell
                await asyncio.sleep(ALONE_STEP)
        except LostError as error:
            raise DatabaseAwayError("no connection") from error
        try:
            yield
        finally:
            with contextlib.suppress(LostError):  # then the server has freed it
                await self._ask("SELECT pg_advisory_unlock($1::int, $2::int)", ALONE, number)
