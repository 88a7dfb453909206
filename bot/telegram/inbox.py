"""Stores updates in a durable inbox before they are confirmed to Telegram, then hands them on.

How they come is elsewhere (`polling.py`, `webhook.py`). What comes together is stored in one commit. A
limited number is handled at the same time, and the updates of one person in order. Handled updates are deleted. Updates
that are left at a stop are handled at the next start: an answer may come twice, an effect happens once (by its cause).
An update that can't be read, stored or handled because of its content is set aside; the others go on.
"""

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from itertools import chain, repeat
from typing import Any, Protocol, TypeVar

from bot.logs import get_logger
from bot.store.engine.away import is_of_data, name_of
from bot.store.messages import inbox
from bot.store.messages.inbox import ReadPeople
from bot.telegram.engine import Engine
from bot.updates import Batch, Sound, Unread, kind_of_update, read_body, unfit

T = TypeVar("T")

log = get_logger("intake")

BACKLOG = 2_000
"""When so many updates wait in memory, no more are taken. Telegram keeps the rest."""
BACKLOG_CHARACTERS = 2_000_000
"""The same by the length of their JSON. An update in memory takes up to ten times of that: 20 MB in all."""
RETRY_SECONDS = (0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 30.0, 60.0)
DELETE_CHUNK = 500
LOOK_SECONDS = 5.0
"""Seconds between two looks for updates whose process has ended, if nobody is seen to end."""

Handle = Callable[[dict[str, Any], datetime], Awaitable[None]]


class People(Protocol):
    """The cache of people.

    The senders of a batch are read in the transaction that stores it. One read per sender was the most expensive part.
    """

    def unknown(self, user_ids: set[int]) -> set[int]:
        """Which of these people aren't in the cache."""

    def learn(self, people: dict[int, Any]) -> None:
        """Put people who were read into the cache, by user id."""


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
    """Stores updates that came from Telegram and gives them to the handlers."""

    def __init__(
        self,
        engine: Engine,
        *,
        handle: Handle,
        people: People,
        read_people: ReadPeople,
        concurrency: int,
    ) -> None:
        self._db = engine.db
        self._meters = engine.meters
        self._bot = engine.bot
        self._clock = engine.clock
        self._handle = handle
        self._people = people
        self._read_people = read_people
        self._concurrency = concurrency
        self._lanes: dict[int, deque[_Waiting]] = {}
        self._ready: asyncio.Queue[int] = asyncio.Queue()
        self._known: dict[int, int] = {}
        """Updates that wait or are handled now, with the length of their JSON."""
        self._characters = 0
        self._hold = engine.hold
        self._ours = asyncio.Event()
        """Set while what waits here surely belongs to this process. It can only end where several processes work."""
        self._ours.set()
        self._others: set[int] = set()
        """Updates that wait here and belong to another process by now."""
        self._done: list[int] = []
        self._done_event = asyncio.Event()
        self._has_room = asyncio.Event()
        self._has_room.set()
        self._busy = 0
        self._stopping = False
        self._taking: asyncio.Task[None] | None = None

    async def run(self, keep_taking: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Handle updates that were left in the inbox, then run `keep_taking` and handle what it takes until cancelled.

        Raises what `keep_taking` raises.
        """
        if self._hold.number is None:
            await self._replay()
        async with asyncio.TaskGroup() as group:
            group.create_task(self._keep_deleting_done())
            group.create_task(self._keep_ours())
            for _ in range(self._concurrency):
                group.create_task(self._work())
            self._taking = group.create_task(keep_taking())

    async def take(self, batch: Batch) -> int:
        """Store updates and queue them; how many were new. When this returns, Telegram may forget them."""
        fresh = [one for one in batch.sound if one.update_id not in self._known]
        new = await self._store(fresh, self._clock.now()) if fresh else 0
        return new + await self._set_aside(batch.unread) if batch.unread else new

    async def stop(self, seconds: float) -> None:
        """Take no new updates, and wait up to `seconds` for running handlers. Waiting updates stay in the inbox."""
        self._stopping = True
        if self._taking is not None:
            self._taking.cancel()
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

    async def wait_for_room(self) -> None:
        """Wait while too many updates wait in memory."""
        await self._has_room.wait()

    @property
    def has_room(self) -> bool:
        """Whether more updates can be taken now."""
        return self._has_room.is_set()

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

    async def _store(self, fresh: Sequence[Sound], received_at: datetime) -> int:
        """Store updates in one commit and queue them; how many were new. If that fails, store each one by itself."""
        rows = [(one.update_id, one.written) for one in fresh]
        taken = inbox.Taken(received_at, self._hold.number)
        strangers = self._people.unknown({one.person for one in fresh})
        try:
            saved, people = await self._until_done(
                lambda: self._db.write(inbox.save, self._bot.id, rows, taken, self._read_people, strangers)
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
            await self._queue_rows(left[start : start + DELETE_CHUNK])

    async def _queue_rows(self, update_ids: Sequence[int]) -> None:
        for update_id, written, received_at in await self._read_rows(update_ids):
            found = read_body(written)
            if isinstance(found, Unread):
                await self._set_aside([replace(found, update_id=update_id)])
            else:
                self._enqueue(replace(found, update_id=update_id), received_at)

    async def keep_taking_over(self) -> None:
        """Take over what ended processes left, until cancelled. Only the one that leads does this."""
        while (number := self._hold.number) is not None:
            left = await self._until_done(lambda: self._db.read(inbox.unowned, self._bot.id))
            for start in range(0, len(left), DELETE_CHUNK):
                await self._take_over(left[start : start + DELETE_CHUNK], number)
            await self._hold.until_ended(LOOK_SECONDS)

    async def _take_over(self, update_ids: Sequence[int], number: int) -> None:
        mine = await self._until_done(lambda: self._db.write(inbox.take_over, self._bot.id, update_ids, number))
        if mine:
            log.info("taken_over", updates=len(mine))
            await self._queue_rows([one for one in mine if one not in self._known])

    async def _keep_ours(self) -> None:
        """Whenever the connection that shows that this process lives was lost, find out what another has taken over."""
        while (number := self._hold.number) is not None:
            await self._hold.until_gone()
            self._ours.clear()
            await self._hold.until_here()
            waiting = set(self._known)
            mine = await self._until_done(partial(self._db.read, inbox.owned, self._bot.id, number))
            self._others = waiting - mine
            self._ours.set()

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
            await self._ours.wait()
            if self._stopping:
                return
            lane = self._lanes[person]
            waiting = lane[0]
            if waiting.update_id in self._others:
                self._leave_to_another(person, waiting)
                continue
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
            self._next(person)
            self._finish(waiting.update_id)

    def _next(self, person: int) -> None:
        """The first update of this person's lane is over."""
        lane = self._lanes[person]
        lane.popleft()
        if lane:
            self._ready.put_nowait(person)
        else:
            del self._lanes[person]

    def _leave_to_another(self, person: int, waiting: _Waiting) -> None:
        """Another process handles it, and deletes it then."""
        self._next(person)
        self._others.discard(waiting.update_id)
        self._forget(waiting.update_id)

    def _retry_later(self, waiting: _Waiting, error: TryLaterError) -> None:
        """Try an update again later. Later updates of the same person wait for it; those of others don't."""
        seconds = RETRY_SECONDS[min(waiting.tries, len(RETRY_SECONDS) - 1)]
        waiting.tries += 1
        log.warning("update_waits", update=waiting.update_id, seconds=seconds, reason=str(error))
        asyncio.get_running_loop().call_later(seconds, self._ready.put_nowait, waiting.person)

    def _finish(self, update_id: int) -> None:
        self._forget(update_id)
        self._done.append(update_id)
        self._done_event.set()

    def _forget(self, update_id: int) -> None:
        """An update doesn't wait here any more: there may be room again."""
        self._characters -= self._known.pop(update_id, 0)
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
