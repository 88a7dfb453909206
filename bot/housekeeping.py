"""Work at the start and once a day: unfinished refunds, deletion of old rows, a check of the ledger."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from bot.clock import Clock
from bot.handlers.kit.errors import PASSING
from bot.logs import get_logger
from bot.meters import BooksChecked, Meters
from bot.store import causes, forgotten
from bot.store.damage import Repairs
from bot.store.engine.away import name_of
from bot.store.engine.db import Database
from bot.store.engine.sessions import Tx
from bot.store.ledger import check_books
from bot.store.messages import outbox, set_aside
from bot.store.messages.refused import forget_refusals

log = get_logger("app")

EVERY = timedelta(hours=24)
RETRY = timedelta(minutes=1)
TIDIES = (causes.forget, outbox.forget_told, outbox.forget_done, forgotten.expire, forget_refusals, set_aside.expire)
"""Deletions of old rows that every domain writes. Domains register their own. One that gives True is called again."""
WRONG_LOGGED = 20
"""Accounts named in the log when the books don't balance."""


class Housekeeper:
    """Keeps the database in order."""

    def __init__(
        self,
        *,
        db: Database,
        clock: Clock,
        meters: Meters,
        parts: Sequence[Callable[[datetime], Awaitable[Any]]],
        tidies: Sequence[Callable[[Tx, datetime], bool | None]],
        ask_telegram: Callable[[datetime], Awaitable[None]],
    ) -> None:
        """`parts` and `tidies` come from the domains. `ask_telegram` is called last, because it may take long."""
        self._db = db
        self._clock = clock
        self._meters = meters
        self._parts = parts
        self._tidies = (*TIDIES, *tidies)
        self.ask_telegram = ask_telegram
        self._repairs = Repairs(db)

    async def run(self) -> None:
        """Work until cancelled."""
        while True:
            pause = EVERY
            try:
                await self._run_once(self._clock.now())
            except PASSING as error:
                log.warning("housekeeping_failed", error=name_of(error))
                pause = RETRY
            except Exception as error:  # a bug in the tidying must not take the shop down
                log.error("housekeeping_failed", exc_info=error)
            await asyncio.sleep(pause.total_seconds())

    async def _run_once(self, now: datetime) -> None:
        await self.tidy(now)
        await self.ask_telegram(now)

    async def tidy(self, now: datetime) -> None:
        """Repair, delete what was kept long enough, and check the books: all work that needs no network."""
        await self._repairs.repair(now)
        for part in self._parts:
            await part(now)
        for tidy in self._tidies:
            while await self._db.write(tidy, now):
                pass
        await self._check_books(now)

    async def _check_books(self, now: datetime) -> None:
        """Check that every coin is accounted for, and log an error if not."""
        books = await self._db.read(check_books)
        self._meters.books = BooksChecked(books.sound, now)
        if books.sound:
            log.info("books_checked", transfers=books.transfers)
        else:
            wrong = sorted({*books.wrong_balances, *books.negative})
            log.error("books_unsound", sum_of_all=books.sum_of_all, wrong=len(wrong), accounts=wrong[:WRONG_LOGGED])
