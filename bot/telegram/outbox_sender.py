"""Drains the outbox: takes due rows by lane, waits for their turn, sends, and marks what came of it.

A row is marked *sending* before Telegram sees it. Found so after a crash, it may have arrived: edits and deletions are
simply done again, promised messages too (one at most is doubled), bulk is marked *unknown*.
"""

import asyncio
import contextlib
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from operator import itemgetter
from typing import Any

from aiogram.exceptions import (
    TelegramBadRequest,
    TelegramForbiddenError,
    TelegramMigrateToChat,
)
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from bot.features.attention.budget import Budget
from bot.features.communities import Communities
from bot.flows.move_group import MoveGroup
from bot.logs import get_logger
from bot.meters import Beat
from bot.rules.refusals import WAITING, Refusal, ended_by
from bot.store.damage import Damage, Repairs, set_row_aside
from bot.store.engine.away import name_of
from bot.store.engine.hold import NotLeadingError
from bot.store.engine.sessions import Tx
from bot.store.messages import departures
from bot.store.messages.departures import Departure, Mark
from bot.store.messages.missed import tell_missed
from bot.store.messages.payloads import (
    EDITS,
    FILE,
    POST,
    SAY,
    SHARE_POST,
    DamagedError,
    Say,
    ShowTag,
    Tell,
)
from bot.store.messages.refused import REFUSED, begin, end, open_refusals
from bot.store.messages.set_aside import OUTBOX
from bot.store.shown import record_shown
from bot.store.tables.messages import Lane, OutboxState
from bot.telegram.deliveries import Deliveries
from bot.telegram.engine import Engine
from bot.telegram.flights import Flight
from bot.telegram.pacer import IN_TURN, HeldError
from bot.telegram.refusals import refusal_of
from bot.telegram.results import Result

log = get_logger("sender")

AHEAD = 2.0
"""Live messages that leave within so many seconds are taken from the outbox at once."""
AHEAD_OF_OTHERS = 0.25
"""The same for edits, reminders, posts and bulk. It is short: a live message must not wait behind them."""
ONE_TURN = 1 / 25
"""Nothing else is sent in the 40 ms before a start."""
LOOK_AGAIN = 0.12
"""Seconds until the sender looks again at rows that had to wait."""
SHORTEST = 0.002
"""The fewest seconds between two rounds."""
STARTS_WITHIN = 1.8
"""A start is told in all rooms within so many seconds, where Telegram's limits allow it."""
ONE_BY_ONE = 0.025
"""Seconds that a message waits until the one before it is marked as sent. So a kill doubles one message, not all that
are under way. With few groups there is time to wait longer, up to `MOST_PATIENT`."""
MOST_PATIENT = 0.5
STEADY = 2.0
"""Seconds to wait after a round that failed. When the sender ends, it waits as long for calls under way."""
MOST_TRIES = 8
"""How often a message is tried that fails for an unknown reason."""
TO_ROOMS = frozenset({POST, SAY, FILE, SHARE_POST}) | EDITS
"""Acts that tell a whole room something."""
LONGEST_PAUSE = 15.0
"""The most seconds between two tries while Telegram can't be reached."""
SLEEP = timedelta(seconds=30)
"""The longest sleep, for safety; promises and jumps of the clock wake the sender at once."""


class Sender:
    """Sends promised messages."""

    def __init__(
        self,
        engine: Engine,
        deliveries: Deliveries,
        communities: Communities,
        move_group: MoveGroup,
        budget: Budget,
    ) -> None:
        self._meters = engine.meters
        self._db = engine.db
        self._deliveries = deliveries
        self._pacer = engine.pacer
        self._communities = communities
        self._move_group = move_group
        self._budget = budget
        self._looked_at: set[int] = set()
        """Due rows of which the budget said already that they may leave. It decides again when they do."""
        self._clock = engine.clock
        self._hold = engine.hold
        self._term = engine.hold.term
        """Carried by the rows that it takes. A process that leads again has a new one."""
        self._refusals: dict[int, set[Refusal]] = {}
        """What rooms refuse now, as in the table. Only in these rooms a message that is taken has something to end."""
        self._repairs = Repairs(engine.db)
        self._wake = asyncio.Event()
        self._under_way: dict[asyncio.Task[None], int] = {}
        """The row that each task sends."""
        self._not_begun: set[asyncio.Task[None]] = set()
        self._unsure = False
        """Whether a commit that took rows may have succeeded although its answer was lost."""
        self._before: Flight | None = None
        engine.clock.wake_on_jump(self._wake)
        engine.db.on_promise(self._wake.set)

    async def run(self) -> None:
        """Send what is due until cancelled. Then finish the calls under way, and put back rows that weren't sent."""
        try:
            await self._begin()
        except (ValueError, TypeError) as error:
            log.error("round_failed", exc_info=error)
            await self._repairs.repair(self._clock.now())
            await self._begin()
        try:
            while True:
                self._wake.clear()
                await self._hold.wait()
                try:
                    seconds = await self._round()
                    self._meters.beat(Beat.SENDER)
                except (SQLAlchemyError, OSError) as error:  # what is due stays due
                    self._unsure, seconds = True, STEADY
                    if not isinstance(error.__cause__, NotLeadingError):  # of which the hold tells
                        log.warning("round_failed", error=name_of(error))
                except (ValueError, TypeError) as error:  # a row that can't be read must not keep the others
                    log.error("round_failed", exc_info=error)
                    seconds = SHORTEST if await self._repairs.repair(self._clock.now()) else STEADY
                try:
                    async with asyncio.timeout(seconds):
                        await self._wake.wait()
                except TimeoutError:
                    continue
        finally:
            await self._stop()

    async def _stop(self) -> None:
        for waiting in self._not_begun:
            waiting.cancel()
        if self._not_begun:
            never_sent = [self._under_way[waiting] for waiting in self._not_begun]
            with contextlib.suppress(SQLAlchemyError, OSError):  # then the next one that sends takes them back
                await self._db.write(departures.put_all_back, never_sent, self._term)
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=STEADY + 1)

    async def _begin(self) -> None:
        """Take back what an ended process left, and read what rooms refuse. Wait for the database if it is away."""
        self._term = self._hold.term
        self._unsure, self._before = False, None
        await self._write_down(self._take_back, self._term, list(self._under_way.values()))
        while True:
            try:
                self._refusals = await self._db.read(open_refusals)
            except (DBAPIError, OSError) as error:
                log.warning("round_failed", error=name_of(error))
                await asyncio.sleep(STEADY)
            else:
                return

    def _take_back(self, tx: Tx, term: str, under_way: list[int]) -> None:
        self._hold.fence(tx)
        departures.after_crash(tx, term, under_way)

    def _take(self, tx: Tx, rows: list[Departure], now: datetime) -> dict[int, int | None]:
        self._hold.guard(tx)
        return self._budget.take(tx, rows, self._term, now)

    async def _round(self) -> float:
        """Take the rows that may leave soon, and start sending them. Returns the seconds until there may be more."""
        now = self._clock.now()
        if self._unsure:
            await self._db.write(departures.put_strays_back, self._term, list(self._under_way.values()))
            self._unsure = False
        seen = await self._db.read(departures.look, now)
        if seen.late:
            await self._db.write(departures.expire, now)
        before_start = (seen.next_start - now).total_seconds() - ONE_TURN if seen.next_start is not None else AHEAD
        for row_id, reason in seen.damaged:
            await self._set_aside(row_id, reason)
        due = await self._without_held(seen.due, now)
        turns = [(row, at) for row in due if (at := self._when_it_may_leave(row, before_start)) is not None]
        rows = [row for row, _ in turns]
        taken = await self._db.write(self._take, rows, now) if rows else {}
        mine = [(row, at) for row, at in turns if row.id in taken]
        leaving = [(replace(row, verdict_id=taken[row.id], sender=self._term), at) for row, at in mine]
        self._send_all(leaving, sum(row.announces for row in due))
        seconds = LOOK_AGAIN if seen.damaged or len(leaving) < len(seen.due) else SLEEP.total_seconds()
        if seen.next_at is not None:
            seconds = min(seconds, (seen.next_at - self._clock.now()).total_seconds())
        return max(seconds, SHORTEST)

    async def _without_held(self, due: list[Departure], now: datetime) -> list[Departure]:
        """Those of the due rows that the budget lets leave. Each is asked about once before it gets a turn.

        A start is never held, so it doesn't wait for this.
        """
        self._looked_at.intersection_update(row.id for row in due)
        new = [row for row in due if row.verdict_id is not None and not row.announces and row.id not in self._looked_at]
        if not new:
            return due
        held = await self._db.write(self._budget.hold_back, new, now)
        self._looked_at.update(row.id for row in new if row.id not in held)
        return [row for row in due if row.id not in held]

    async def _set_aside(self, row_id: int, reason: str) -> None:
        await self._write_down(_set_aside, row_id, reason, self._clock.now())

    def _when_it_may_leave(self, row: Departure, before_start: float) -> float | None:
        """The monotonic instant at which a row may leave, or None if that isn't soon."""
        # A whisper or a private message doesn't count among the group's messages.
        told = row.payload
        chat_id = told.user_id if isinstance(told, Tell) and (told.whisper or told.can_write) else row.chat_id
        if isinstance(told, ShowTag):
            chat_id = told.member_id  # a tag is no message of the group either
        within = AHEAD
        if not row.announces:
            live = row.lane == Lane.LIVE and row.act not in EDITS
            within = min(AHEAD if live else AHEAD_OF_OTHERS, before_start)
        now = time.monotonic()
        wait = self._pacer.reserve(chat_id, edit=row.act in EDITS, within=within)
        return now + wait if wait is not None else None

    def _send_all(self, turns: list[tuple[Departure, float]], announcements: int) -> None:
        """Start a task for each row. Messages leave one after the other where there is time for it."""
        begun = time.monotonic()
        told = 0
        for row, at in sorted(turns, key=itemgetter(1)):
            patience = ONE_BY_ONE
            if row.announces:
                told += 1
                latest = begun + STARTS_WITHIN - (announcements - told) * self._pacer.gap
                patience = max(patience, latest - at)
            flight = Flight()
            before = self._before if row.doubles else None
            task = asyncio.create_task(self._send_at(at, row, flight, before, min(patience, MOST_PATIENT)))
            if row.doubles:
                self._before = flight
            self._under_way[task] = row.id
            self._not_begun.add(task)
            task.add_done_callback(self._ended)

    async def _send_at(self, at: float, row: Departure, flight: Flight, before: Flight | None, patience: float) -> None:
        await asyncio.sleep(max(0.0, at - time.monotonic()))
        if before is not None:
            await before.over(patience)
        await self._hold.wait()
        self._not_begun.difference_update({asyncio.current_task()})
        IN_TURN.set(True)  # in this task alone
        try:
            await self._send_or_put_back(row, flight)
        finally:
            flight.answered.set()
            flight.marked.set()

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._not_begun.discard(task)
        del self._under_way[task]

    async def _send_or_put_back(self, row: Departure, flight: Flight) -> None:
        try:
            await self._send_and_mark(row, flight)
        except HeldError as error:
            # The reason passes: the message is tried again until its time is over.
            pause = max(error.wait, min(2.0 ** (row.attempts - 1), LONGEST_PAUSE))
            await self._put_back(row, timedelta(seconds=pause))
        except TelegramMigrateToChat as error:
            await self._move_group.follow(row.chat_id, error.migrate_to_chat_id, self._clock.now())
            await self._write_down(departures.moved, row.id, error.migrate_to_chat_id, self._clock.now())
            self._wake.set()
        except (TelegramBadRequest, TelegramForbiddenError) as error:
            await self._refused(row, refusal_of(error), error.message)
        except DamagedError as error:
            await self._set_aside(row.id, str(error))
        except Exception as error:  # one bad row must not stop the others
            log.error("send_failed", row=row.id, act=row.act, chat=row.chat_id, exc_info=error)
            if row.attempts + 1 >= MOST_TRIES:
                await self._mark(row, Mark(OutboxState.FAILED, "too many tries"))
            else:
                await self._put_back(row, timedelta(seconds=2.0**row.attempts))

    async def _refused(self, row: Departure, reason: Refusal, words: str) -> None:
        """Telegram refused a message. It waits if somebody can end the reason; the owner hears why, once."""
        log.warning("send_refused", row=row.id, act=row.act, chat=row.chat_id, reason=reason.value, words=words[:80])
        now = self._clock.now()
        told_to_room = row.chat_id < 0 and row.act in TO_ROOMS
        if not told_to_room and not (row.chat_id < 0 and reason is Refusal.REMOVED):
            await self._mark(row, Mark(OutboxState.FAILED, "refused"))
            return
        if reason is Refusal.REMOVED:
            # The bot was removed, and Telegram's update of it is lost or late: nothing is told there any more.
            await self._write_down(departures.lost_room, row.id, now)
            self._communities.forget()
        elif reason in WAITING and not (isinstance(row.payload, Say) and row.payload.witness is not None):
            await self._write_down(departures.refuse, row.id, reason, now)
            self._wake.set()
        else:
            # Another try wouldn't help. A witnessed message isn't tried again either: a naming goes to the next room.
            note = partial(begin, chat_id=row.chat_id, reason=reason, now=now) if row.act not in EDITS else None
            await self._mark(row, Mark(OutboxState.FAILED, f"{REFUSED}{reason}", note=note))
        self._refusals.setdefault(row.chat_id, set()).add(reason)

    async def _put_back(self, row: Departure, wait: timedelta) -> None:
        await self._write_down(departures.put_back, row.id, self._clock.now() + wait, row.sender)
        self._wake.set()

    async def _mark(self, row: Departure, mark: Mark) -> None:
        await self._write_down(departures.write_mark, row.id, mark, self._clock.now())

    async def _write_down(self, what: Callable[..., object], *facts: Any) -> None:
        """Write down what came of a row, however long the database is away. The row isn't sent again before that."""
        while True:
            try:
                await self._db.write(what, *facts)
            except (DBAPIError, OSError) as error:
                log.warning("mark_failed", error=name_of(error))
                await asyncio.sleep(STEADY)
            else:
                return

    async def _send_and_mark(self, row: Departure, flight: Flight) -> None:
        result = await self._deliveries.do(row)
        flight.answered.set()
        await self._mark(row, Mark(result.state, result.problem, result.hung, self._news(row, result), result.edited))
        flight.marked.set()
        if row.act == POST and result.hung is not None:
            after = await self._deliveries.look(result.hung[0])
            if after is not None and after.shown != result.shown:
                # The card changed while it was on its way, when there was no message to edit.
                await self._write_down(departures.edit_soon, after.card, row.chat_id, self._clock.now())

    def _news(self, row: Departure, result: Result) -> Callable[[Tx], None] | None:
        """What is written down with the mark: a room takes messages again, refuses a kind of them, or missed one."""
        now = self._clock.now()
        notes = [result.note] if result.note is not None else []
        if result.message is not None:
            message = replace(result.message, verdict_id=row.verdict_id)
            notes.append(partial(record_shown, community_id=row.community_id, message=message, at=now))
        if result.refused is not None:
            notes.append(partial(begin, chat_id=row.chat_id, reason=result.refused, now=now))
            self._refusals.setdefault(row.chat_id, set()).add(result.refused)
        if result.state is OutboxState.SENT and row.act in {POST, SAY, FILE, SHARE_POST}:
            over = self._refusals.get(row.chat_id, set()) & ended_by(has_file=row.act == FILE)
            over.discard(result.refused or Refusal.GONE)
            if over:
                notes.append(partial(end, chat_id=row.chat_id, reasons=frozenset(over), now=now))
                self._refusals[row.chat_id] -= over
        if result.state is OutboxState.EXPIRED and row.refused:
            notes.append(partial(tell_missed, row_id=row.id, now=now))

        def write_notes(tx: Tx) -> None:
            for note in notes:
                note(tx)

        return write_notes if notes else None


def _set_aside(tx: Tx, row_id: int, reason: str, now: datetime) -> None:
    """Set a row aside. It doesn't count; put back, it is decided anew."""
    departures.uncount(tx, row_id)
    set_row_aside(tx, Damage(OUTBOX, (str(row_id),), ()), reason, now)
