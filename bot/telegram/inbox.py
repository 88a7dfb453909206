"""Takes updates from Telegram into a durable inbox before they are confirmed, then hands them on.

The updates of a poll are stored in one commit, and only the next poll confirms them to Telegram, so none is lost. A
limited number is handled at the same time, and the updates of one person in order. Handled updates are deleted. Updates
that are left at a stop are handled at the next start: an answer may come twice, an effect happens once (by its cause).
An update that can't be read, stored or handled because of its content is set aside; the others go on.
"""

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain, repeat
from typing import Any, Protocol, TypeVar

from aiogram.exceptions import TelegramAPIError, TelegramConflictError, TelegramRetryAfter

from bot.logs import get_logger
from bot.meters import Beat
from bot.rules.polling import Polling
from bot.store.engine.away import is_of_data, name_of
from bot.store.messages import inbox
from bot.store.messages.inbox import ReadPeople
from bot.telegram.engine import Engine
from bot.updates import Sound, Unread, kind_of_update, read_body, sort_out, unfit

T = TypeVar("T")

log = get_logger("intake")

POLL_SECONDS = 25
BATCH = 100
BACKLOG = 2_000
"""When so many updates wait in memory, polling pauses. Telegram keeps the rest."""
BACKLOG_CHARACTERS = 2_000_000
"""The same by the length of their JSON. An update in memory takes up to ten times of that: 20 MB in all."""
RETRY_SECONDS = (0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 30.0, 60.0)
DELETE_CHUNK = 500
QUICK_SECONDS = 1.0
"""Seconds. A poll that brought nothing new and took less time was no long poll."""
SPACED_SECONDS = (0.5, 0.5, 1.0, 2.0)
"""Seconds between polls that return at once with nothing new: a server may ignore the `timeout` parameter."""
LONGEST_429 = 300.0
"""Seconds after which a poll is tried again at the latest, even if a 429 asks for more."""
WEBHOOK_SECONDS = 15.0
"""Seconds between two polls while a webhook is set."""
LOG_EVERY_SECONDS = 60.0
"""Seconds between two log lines about a webhook that is still set."""

Handle = Callable[[dict[str, Any], datetime], Awaitable[None]]


class People(Protocol):
    """The cache of people.

    The senders of a batch are read in the transaction that stores it. One read per sender was the most expensive part.
    """

    def unknown(self, user_ids: set[int]) -> set[int]:
        """Which of these people aren't in the cache."""

    def learn(self, people: dict[int, Any]) -> None:
        """Put people who were read into the cache, by user id."""


class ConflictError(Exception):
    """Another process polls with the same token and doesn't stop."""


class TryLaterError(Exception):
    """An update can't be handled now for a passing reason (Telegram, network, database). It stays in the inbox."""


class UnfitError(Exception):
    """An update can't be handled because of its content. It is set aside. The text says why in a few words."""


@dataclass(slots=True)
class _Waiting:
    update_id: int
    person: int
    body: dict[str, Any]
    received_at: datetime
    tries: int = 0


class Intake:
    """Takes updates from Telegram and gives them to the handlers."""

    def __init__(
        self,
        engine: Engine,
        *,
        handle: Handle,
        people: People,
        read_people: ReadPeople,
        allowed_updates: list[str],
        concurrency: int,
    ) -> None:
        self._db = engine.db
        self._meters = engine.meters
        self._bot = engine.bot
        self._session = engine.session
        self._clock = engine.clock
        self._handle = handle
        self._people = people
        self._read_people = read_people
        self._allowed = allowed_updates
        self._concurrency = concurrency
        self._lanes: dict[int, deque[_Waiting]] = {}
        self._ready: asyncio.Queue[int] = asyncio.Queue()
        self._known: dict[int, int] = {}
        """Updates that wait or are handled now, with the length of their JSON."""
        self._characters = 0
        self._done: list[int] = []
        self._done_event = asyncio.Event()
        self._has_room = asyncio.Event()
        self._has_room.set()
        self._busy = 0
        self._stopping = False
        self._polling: asyncio.Task[None] | None = None
        self._webhook_logged_at: float | None = None
        self._offset: int | None = None
        """The `offset` of the next poll, which confirms the updates before it."""

    async def run(self) -> None:
        """Handle updates that were left in the inbox, then take and handle new ones until cancelled.

        Raises:
            ConflictError: another process keeps polling with the same token.
        """
        await self._replay()
        async with asyncio.TaskGroup() as group:
            group.create_task(self._keep_deleting_done())
            for _ in range(self._concurrency):
                group.create_task(self._work())
            self._polling = group.create_task(self._poll())

    async def stop(self, seconds: float) -> None:
        """Take no new updates, and wait up to `seconds` for running handlers. Waiting updates stay in the inbox."""
        self._stopping = True
        if self._polling is not None:
            self._polling.cancel()
        deadline = time.monotonic() + seconds
        while self._busy and time.monotonic() < deadline:  # noqa: ASYNC110  # once in a process's life
            await asyncio.sleep(0.01)

    async def drain(self, seconds: float) -> None:
        """Delete handled updates after `run` was cancelled.

        Raises:
            TimeoutError: that took longer than `seconds`.
        """
        async with asyncio.timeout(seconds):
            await self._delete_done()

    @property
    def idle(self) -> bool:
        """Whether no update waits or is being handled."""
        return not self._lanes and not self._busy

    @property
    def depth(self) -> int:
        """How many updates were taken and aren't handled yet."""
        return len(self._known)

    @property
    def oldest(self) -> datetime | None:
        """When the update that has waited longest was taken; None if none waits."""
        return min((lane[0].received_at for lane in self._lanes.values()), default=None)

    async def _poll(self) -> None:
        failures = spaced = 0
        polling = Polling(time.monotonic())
        while True:
            await self._has_room.wait()
            began = time.monotonic()
            try:
                updates = await self._session.poll(self._bot, self._poll_parameters(), POLL_SECONDS)
            except TelegramConflictError as error:
                self._meters.calls["poll", "refused"] += 1
                if "webhook" in error.message:
                    await self._wait_for_webhook()
                    continue
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
                self._note_failed_poll("limited", "Telegram asks to wait", error, retry_in=error.retry_after)
                await asyncio.sleep(min(error.retry_after, LONGEST_429))
                continue
            except Exception as error:  # noqa: BLE001  # no failure of a poll may end the process
                seconds = RETRY_SECONDS[min(failures, 5)]
                failures += 1
                reason = error.message if isinstance(error, TelegramAPIError) else type(error).__name__
                self._note_failed_poll("unreachable", reason, error, retry_in=seconds)
                await asyncio.sleep(seconds)
                continue
            failures, polling, self._meters.trouble = 0, polling.answered(time.monotonic()), None
            self._meters.calls["poll", "ok"] += 1
            self._meters.beat(Beat.POLL)
            if await self._take(updates) or time.monotonic() - began >= QUICK_SECONDS:
                spaced = 0
            else:
                await asyncio.sleep(SPACED_SECONDS[min(spaced, len(SPACED_SECONDS) - 1)])
                spaced += 1

    def _poll_parameters(self) -> dict[str, Any]:
        wanted: dict[str, Any] = {"limit": BATCH, "timeout": POLL_SECONDS, "allowed_updates": self._allowed}
        return wanted if self._offset is None else {**wanted, "offset": self._offset}

    def _note_failed_poll(self, result: str, reason: str, error: Exception, *, retry_in: float) -> None:
        self._meters.calls["poll", result] += 1
        self._meters.trouble = reason
        log.warning("poll_failed", error=type(error).__name__, reason=reason, retry_in=retry_in)

    async def _wait_for_webhook(self) -> None:
        """Log that another program has set a webhook for this bot, and wait. Its owner may have meant that."""
        self._meters.trouble = "a webhook is set for this bot"
        now = time.monotonic()
        if self._webhook_logged_at is None or now - self._webhook_logged_at >= LOG_EVERY_SECONDS:
            self._webhook_logged_at = now
            log.warning(
                "webhook_set", what_to_do="end the program that set it, or call deleteWebhook; no restart needed"
            )
        await asyncio.sleep(WEBHOOK_SECONDS)

    async def _take(self, updates: list[Any]) -> bool:
        """Store a poll's updates; whether any of them was new."""
        batch = sort_out(updates)
        fresh = [one for one in batch.sound if one.update_id not in self._known]
        new = await self._store(fresh, self._clock.now()) if fresh else 0
        if batch.unread:
            new += await self._set_aside(batch.unread)
        if batch.offset is None or batch.offset == self._offset:
            return new > 0
        self._offset = batch.offset
        return True

    async def _store(self, fresh: Sequence[Sound], received_at: datetime) -> int:
        """Store updates in one commit and queue them; how many were new. If that fails, store each one by itself."""
        rows = [(one.update_id, one.written) for one in fresh]
        strangers = self._people.unknown({one.person for one in fresh})
        try:
            saved, people = await self._until_done(
                lambda: self._db.write(inbox.save, self._bot.id, rows, received_at, self._read_people, strangers)
            )
        except Exception as error:  # noqa: BLE001  # `_until_done` raises only failures that would come again
            if len(fresh) > 1:
                return sum([await self._store([one], received_at) for one in fresh])
            reason = f"not storable: {type(error).__name__}"
            return await self._set_aside([unfit(one.body, reason) for one in fresh])
        self._people.learn(people)
        for one in fresh:
            if one.update_id in saved:
                self._meters.taken[kind_of_update(one.body)] += 1
                self._enqueue(one, received_at)
        return len(saved)

    async def _set_aside(self, unread: Sequence[Unread]) -> int:
        """Set updates aside; how many weren't set aside before."""
        now = self._clock.now()
        new = await self._until_done(lambda: self._db.write(inbox.lay_aside, self._bot.id, unread, now))
        self._meters.set_aside += new
        if new:
            first = unread[0]
            log.warning("set_aside", updates=new, update=first.update_id, reason=first.reason)
        return new

    async def _until_done(self, work: Callable[[], Awaitable[T]]) -> T:
        """Try `work` until it succeeds. A full disk or a lost database stops the intake, but not the process.

        Telegram keeps updates that aren't confirmed. A failure that a value causes is raised, as it would come again.
        """
        for seconds in chain(RETRY_SECONDS, repeat(RETRY_SECONDS[-1])):
            try:
                return await work()
            except Exception as error:
                if is_of_data(error):
                    raise
                log.warning("inbox_failed", error=name_of(error), retry_in=seconds)
                await asyncio.sleep(seconds)
        raise AssertionError("unreachable: the waiting has no end")

    async def _replay(self) -> None:
        """Queue updates that were left in the inbox. Damaged ones are set aside."""
        left = await self._until_done(lambda: self._db.read(inbox.left, self._bot.id))
        if left:
            log.info("replay", updates=len(left))
        for start in range(0, len(left), DELETE_CHUNK):
            for update_id, written, received_at in await self._read_rows(left[start : start + DELETE_CHUNK]):
                found = read_body(written)
                if isinstance(found, Unread):
                    await self._set_aside([replace(found, update_id=update_id)])
                else:
                    self._enqueue(replace(found, update_id=update_id), received_at)

    async def _read_rows(self, update_ids: Sequence[int]) -> list[inbox.Row]:
        """Read rows of the inbox. If that fails, read each one by itself and set damaged ones aside."""
        try:
            return await self._until_done(lambda: self._db.read(inbox.read, self._bot.id, update_ids))
        except Exception:  # noqa: BLE001  # `_until_done` raises only failures that would come again
            if len(update_ids) > 1:
                return [row for one in update_ids for row in await self._read_rows([one])]
        now = self._clock.now()
        await self._until_done(lambda: self._db.write(inbox.lay_row_aside, self._bot.id, update_ids[0], now))
        self._meters.set_aside += 1
        log.warning("set_aside", updates=1, update=update_ids[0], reason="damaged")
        return []

    def _enqueue(self, update: Sound, received_at: datetime) -> None:
        waiting = _Waiting(update.update_id, update.person, update.body, received_at)
        self._known[waiting.update_id] = len(update.written)
        self._characters += len(update.written)
        lane = self._lanes.get(waiting.person)
        if lane is None:
            self._lanes[waiting.person] = deque((waiting,))
            self._ready.put_nowait(waiting.person)
        else:
            lane.append(waiting)
        if len(self._known) >= BACKLOG or self._characters >= BACKLOG_CHARACTERS:
            self._has_room.clear()

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
                self._retry_later(waiting, error)
                continue
            except UnfitError as error:
                await self._set_aside([unfit(waiting.body, str(error))])
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

    def _retry_later(self, waiting: _Waiting, error: TryLaterError) -> None:
        """Try an update again later. Later updates of the same person wait for it; those of others don't."""
        seconds = RETRY_SECONDS[min(waiting.tries, len(RETRY_SECONDS) - 1)]
        waiting.tries += 1
        log.warning("update_waits", update=waiting.update_id, seconds=seconds, reason=str(error))
        asyncio.get_running_loop().call_later(seconds, self._ready.put_nowait, waiting.person)

    def _finish(self, update_id: int) -> None:
        self._characters -= self._known.pop(update_id, 0)
        self._done.append(update_id)
        self._done_event.set()
        if len(self._known) < BACKLOG // 2 and self._characters < BACKLOG_CHARACTERS // 2:
            self._has_room.set()

    async def _keep_deleting_done(self) -> None:
        while True:
            await self._done_event.wait()
            self._done_event.clear()
            try:
                await self._delete_done()
            except Exception as error:  # noqa: BLE001  # updates that stay are handled again, which does no harm
                log.warning("sweep_failed", error=name_of(error))
                await asyncio.sleep(1)
                self._done_event.set()

    async def _delete_done(self) -> None:
        done, self._done = self._done, []
        try:
            for start in range(0, len(done), DELETE_CHUNK):
                await self._db.write(inbox.drop, self._bot.id, done[start : start + DELETE_CHUNK])
        except BaseException:  # also a cancellation: these updates are deleted next time
            self._done = done + self._done
            raise
