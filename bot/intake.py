"""Takes updates from Telegram into a durable inbox before they are confirmed, then hands them on.

Each poll's updates are one commit; only the next poll confirms them to Telegram, so a tap that Telegram forgets is in
the inbox. Handling is bounded, in order for each person, and what is done is deleted. What was left is handled at the
next start: answers are at least once, effects exactly once (by their causes).
"""

import asyncio
import json
import time
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from itertools import chain, repeat
from typing import Any, Protocol, TypeVar

from aiogram import Bot
from aiogram.exceptions import (
    TelegramAPIError,
    TelegramConflictError,
    TelegramRetryAfter,
    TelegramUnauthorizedError,
)
from sqlalchemy import BigInteger, Text, bindparam, delete, select
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.clock import Clock
from bot.logs import get_logger
from bot.meters import Beat, Meters, kind_of_update
from bot.rules.polling import Polling
from bot.session import LightSession, encode
from bot.store.db import Database, Tx
from bot.store.hot import Hot
from bot.store.tables import Inbox

T = TypeVar("T")

log = get_logger("intake")

POLL_SECONDS = 25
BATCH = 100
BACKLOG = 2_000
"""Updates waiting in memory above which polling pauses; Telegram keeps the rest."""
RETRY_SECONDS = (0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 30.0, 60.0)
DELETE_CHUNK = 500

Handle = Callable[[dict[str, Any], datetime], Awaitable[None]]


class People(Protocol):
    """Whose updates come is read in the transaction that stores them: one read each would be dearer than the rest."""

    def unknown(self, user_ids: set[int]) -> set[int]:
        """Those who must be read."""

    def learn(self, people: dict[int, Any]) -> None:
        """Remember what was read."""


ReadPeople = Callable[[Session, set[int]], dict[int, Any]]

_SAVE = Hot.upsert(
    lambda insert_: (
        insert_(Inbox)
        .values(
            bot_id=bindparam("bot_id", type_=BigInteger),
            update_id=bindparam("update_id", type_=BigInteger),
            body=bindparam("body", type_=Text),
            received_at=bindparam("received_at"),
        )
        .on_conflict_do_nothing()
        .returning(col(Inbox.update_id))
    )
)


class ConflictError(Exception):
    """Another process polls with the same token and won't stop."""


class TryLaterError(Exception):
    """An update couldn't be handled for a passing reason (Telegram, network, database): it stays in the inbox."""


@dataclass(slots=True)
class _Waiting:
    update_id: int
    person: int
    body: dict[str, Any]
    received_at: datetime
    tries: int = 0


class Intake:
    """The way in."""

    def __init__(
        self,
        *,
        db: Database,
        bot: Bot,
        session: LightSession,
        clock: Clock,
        handle: Handle,
        people: People,
        read_people: ReadPeople,
        allowed_updates: list[str],
        concurrency: int,
        meters: Meters | None = None,
    ) -> None:
        self._db = db
        self._meters = meters or Meters()
        self._bot = bot
        self._session = session
        self._clock = clock
        self._handle = handle
        self._people = people
        self._read_people = read_people
        self._allowed = allowed_updates
        self._concurrency = concurrency
        self._lanes: dict[int, deque[_Waiting]] = {}
        self._ready: asyncio.Queue[int] = asyncio.Queue()
        self._known: set[int] = set()
        self._done: list[int] = []
        self._done_event = asyncio.Event()
        self._room = asyncio.Event()
        self._room.set()
        self._busy = 0
        self._stopping = False
        self._polling: asyncio.Task[None] | None = None

    async def run(self) -> None:
        """Replay what is left, then take and hand on until cancelled.

        Raises:
            ConflictError: someone else polls with the same token, and did so before.
            TelegramUnauthorizedError: Telegram doesn't know the token.
        """
        await self._replay()
        async with asyncio.TaskGroup() as group:
            group.create_task(self._sweep())
            for _ in range(self._concurrency):
                group.create_task(self._work())
            self._polling = group.create_task(self._poll())

    async def stop(self, seconds: float) -> None:
        """Take nothing new and let what is being handled finish; what waits stays in the inbox."""
        self._stopping = True
        if self._polling is not None:
            self._polling.cancel()
        deadline = time.monotonic() + seconds
        while self._busy and time.monotonic() < deadline:  # noqa: ASYNC110  # once in a process's life
            await asyncio.sleep(0.01)

    async def drain(self, seconds: float) -> None:
        """After `run` was cancelled: delete what is done."""
        async with asyncio.timeout(seconds):
            await self._delete_done()

    @property
    def idle(self) -> bool:
        """Whether nothing waits and nothing is being handled."""
        return not self._lanes and not self._busy

    @property
    def depth(self) -> int:
        """How many updates are taken and not done."""
        return len(self._known)

    @property
    def oldest(self) -> datetime | None:
        """When the longest waiting of them was taken."""
        return min((lane[0].received_at for lane in self._lanes.values()), default=None)

    async def _poll(self) -> None:
        offset: int | None = None
        failures = 0
        polling = Polling(time.monotonic())
        while True:
            await self._room.wait()
            parameters: dict[str, Any] = {"limit": BATCH, "timeout": POLL_SECONDS, "allowed_updates": self._allowed}
            if offset is not None:
                parameters["offset"] = offset
            try:
                updates = await self._session.poll(self._bot, parameters, POLL_SECONDS)
            except TelegramConflictError as error:
                now = time.monotonic()
                polling = polling.refused(now)
                if polling.lasts(now) and not polling.steady:
                    raise ConflictError from error
                if polling.warns(now):
                    log.warning("another_polls")
                    polling = polling.warned(now)
                await asyncio.sleep(1)
                continue
            except TelegramRetryAfter as error:
                await asyncio.sleep(error.retry_after)
                continue
            except TelegramUnauthorizedError:
                raise
            except (TelegramAPIError, json.JSONDecodeError) as error:
                failures += 1
                log.warning("poll_failed", error=type(error).__name__, failures=failures)
                await asyncio.sleep(RETRY_SECONDS[min(failures, 6) - 1])
                continue
            failures, polling = 0, polling.answered(time.monotonic())
            self._meters.beat(Beat.POLL)
            if updates:
                await self._take(updates)
                offset = updates[-1]["update_id"] + 1

    async def _take(self, updates: list[dict[str, Any]]) -> None:
        received_at = self._clock.now()
        fresh = [update for update in updates if update["update_id"] not in self._known]
        rows = [(update["update_id"], encode(update)) for update in fresh]
        strangers = self._people.unknown({person_of(update) for update in fresh})
        saved, people = await self._patiently(
            lambda: self._db.write(_save, self._bot.id, rows, received_at, self._read_people, strangers)
        )
        self._people.learn(people)
        for update in fresh:
            if update["update_id"] in saved:
                self._meters.taken[kind_of_update(update)] += 1
                self._enqueue(update, received_at)

    async def _patiently(self, write: Callable[[], Awaitable[T]]) -> T:
        """A full disk or a lost database stops the intake, not the process: Telegram keeps what isn't confirmed."""
        for seconds in chain(RETRY_SECONDS, repeat(RETRY_SECONDS[-1])):
            try:
                return await write()
            except Exception as error:  # noqa: BLE001  # whatever it is, nothing is confirmed meanwhile
                log.warning("inbox_failed", error=type(error).__name__, retry_in=seconds)
                await asyncio.sleep(seconds)
        raise AssertionError("unreachable: the waiting has no end")

    async def _replay(self) -> None:
        left = await self._db.read(_left, self._bot.id)
        if left:
            log.info("replay", updates=len(left))
        for body, received_at in left:
            self._enqueue(json.loads(body), received_at)

    def _enqueue(self, update: dict[str, Any], received_at: datetime) -> None:
        waiting = _Waiting(update["update_id"], person_of(update), update, received_at)
        self._known.add(waiting.update_id)
        lane = self._lanes.get(waiting.person)
        if lane is None:
            self._lanes[waiting.person] = deque((waiting,))
            self._ready.put_nowait(waiting.person)
        else:
            lane.append(waiting)
        if len(self._known) >= BACKLOG:
            self._room.clear()

    async def _work(self) -> None:
        while True:
            person = await self._ready.get()
            if self._stopping:
                return
            lane = self._lanes[person]
            waiting = lane[0]
            self._busy += 1
            kind, began = kind_of_update(waiting.body), time.monotonic()
            try:
                await self._handle(waiting.body, waiting.received_at)
            except TryLaterError as error:
                self._meters.postponed[kind] += 1
                self._later(waiting, error)
                continue
            except Exception as error:  # one bad update must not stop the others
                self._meters.failed[kind] += 1
                log.error("update_failed", update=waiting.update_id, exc_info=error)
            finally:
                self._busy -= 1
            self._meters.handled[kind] += 1
            self._meters.handling.observe(time.monotonic() - began)
            lane.popleft()
            if lane:
                self._ready.put_nowait(person)
            else:
                del self._lanes[person]
            self._finish(waiting.update_id)

    def _later(self, waiting: _Waiting, error: TryLaterError) -> None:
        """The person's lane waits with its first update; other lanes go on."""
        seconds = RETRY_SECONDS[min(waiting.tries, len(RETRY_SECONDS) - 1)]
        waiting.tries += 1
        log.warning("update_waits", update=waiting.update_id, seconds=seconds, reason=str(error))
        asyncio.get_running_loop().call_later(seconds, self._ready.put_nowait, waiting.person)

    def _finish(self, update_id: int) -> None:
        self._known.discard(update_id)
        self._done.append(update_id)
        self._done_event.set()
        if len(self._known) < BACKLOG // 2:
            self._room.set()

    async def _sweep(self) -> None:
        while True:
            await self._done_event.wait()
            self._done_event.clear()
            try:
                await self._delete_done()
            except Exception as error:  # noqa: BLE001  # what stays is handled again, which harms nothing
                log.warning("sweep_failed", error=type(error).__name__)
                await asyncio.sleep(1)
                self._done_event.set()

    async def _delete_done(self) -> None:
        done, self._done = self._done, []
        try:
            for start in range(0, len(done), DELETE_CHUNK):
                await self._db.write(_delete, self._bot.id, done[start : start + DELETE_CHUNK])
        except BaseException:  # a cancellation too: what was not deleted is deleted next time
            self._done = done + self._done
            raise


def person_of(update: dict[str, Any]) -> int:
    """Whose update this is, for the order of handling: the sender, else the chat, else nobody's."""
    for key, value in update.items():
        if key == "update_id" or not isinstance(value, dict):
            continue
        sender = value.get("from") or value.get("user") or value.get("chat") or {}
        return int(sender.get("id", 0))
    return 0


def _save(
    tx: Tx,
    bot_id: int,
    rows: list[tuple[int, str]],
    received_at: datetime,
    read_people: ReadPeople,
    strangers: set[int],
) -> tuple[set[int], dict[int, Any]]:
    """Store updates; the ids of those that weren't there yet, and what is known of the strangers among the senders."""
    saved = {
        row[0]
        for update_id, body in rows
        for row in tx.rows(_SAVE, bot_id=bot_id, update_id=update_id, body=body, received_at=received_at)
    }
    return saved, read_people(tx, strangers) if strangers else {}


def _delete(tx: Tx, bot_id: int, ids: list[int]) -> None:
    tx.execute(delete(Inbox).where(col(Inbox.bot_id) == bot_id, col(Inbox.update_id).in_(ids)))


def _left(session: Session, bot_id: int) -> list[tuple[str, datetime]]:
    rows = session.execute(select(Inbox).where(col(Inbox.bot_id) == bot_id).order_by(col(Inbox.update_id))).scalars()
    return [(row.body, row.received_at) for row in rows]
