"""Drains the outbox: takes due rows by lane, waits for their turn, sends, and marks what came of it.

A row is marked *sending* before Telegram sees it. Found so after a crash, it may have arrived: edits and deletions are
simply done again, promised messages too (one at most is doubled), bulk is marked *unknown*.
"""

import asyncio
import contextlib
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from operator import itemgetter
from typing import Any

from aiogram.exceptions import (
    TelegramBadRequest,
    TelegramForbiddenError,
    TelegramMigrateToChat,
)
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from bot.clock import Clock
from bot.features.communities import Communities
from bot.flows.move_group import MoveGroup
from bot.logs import get_logger
from bot.meters import Beat, Meters
from bot.rules.refusals import WAITING, Refusal, ended_by
from bot.store.damage import Damage, Repairs, set_row_aside
from bot.store.engine.away import name_of
from bot.store.engine.db import Database, Tx
from bot.store.engine.hold import Hold
from bot.store.messages import departures
from bot.store.messages.departures import Departure
from bot.store.messages.missed import tell_missed
from bot.store.messages.payloads import EDIT, FILE, POST, SAY, DamagedError, Say, Tell
from bot.store.messages.refused import REFUSED, begin, end, open_refusals
from bot.store.messages.set_aside import OUTBOX
from bot.store.tables.messages import Lane, OutboxState
from bot.telegram.deliveries import Deliveries, Result
from bot.telegram.pacer import HeldError, Pacer
from bot.telegram.refusals import refusal_of

log = get_logger("sender")

AHEAD = 2.0
"""Seconds of sending that are taken from the outbox at once, of live messages."""
AHEAD_OF_OTHERS = 0.25
"""Of edits, reminders, posts and bulk only little: what is live must not queue behind what was taken before it."""
ONE_TURN = 1 / 25
"""Seconds before a start in which nothing else takes a turn any more."""
LOOK_AGAIN = 0.12
"""Seconds after which what had to wait for its turn is looked at again."""
SHORTEST = 0.002
"""Seconds between two rounds, at least."""
STARTS_WITHIN = 1.8
"""Seconds in which a start is told everywhere, where the limits allow it."""
ONE_BY_ONE = 0.025
"""How long a message waits, at its turn, for the mark of the one before: a kill doubles one, not all that were under
way. With many groups on a slow network they overlap a little; with fewer there is more time, up to `MOST_PATIENT`."""
MOST_PATIENT = 0.5
PIECES = 5
"""In which a message waits for the answer to the one before: a machine that was busy elsewhere for one of them may
have got that answer and not have read it yet."""
STEADY = 2.0
"""Seconds to wait after a round that failed, and for what is under way when the sender ends."""
MOST_TRIES = 8
"""Of what fails for no passing reason."""
TO_ROOMS = frozenset({POST, EDIT, SAY, FILE})
"""What tells a whole room something."""
LONGEST_PAUSE = 15.0
"""Seconds between two tries while Telegram can't be reached: what was promised waits for the network to come back."""
SLEEP = timedelta(seconds=30)
"""The longest sleep, for safety; promises and jumps of the clock wake the sender at once."""


@dataclass(slots=True, eq=False)
class _Flight:
    """How far a message has got."""

    answered: asyncio.Event = field(default_factory=asyncio.Event)
    """Telegram has answered, or it isn't sent after all."""
    marked: asyncio.Event = field(default_factory=asyncio.Event)
    """And that is written down."""

    async def over(self, patience: float) -> None:
        """Wait until a kill can't double it any more; a slow network may be overtaken, our own writing never."""
        for _ in range(PIECES):
            if self.answered.is_set():
                break
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(patience / PIECES):
                    await self.answered.wait()
        if self.answered.is_set():
            await self.marked.wait()


class Sender:
    """The way out for what was promised."""

    def __init__(
        self,
        *,
        db: Database,
        deliveries: Deliveries,
        pacer: Pacer,
        communities: Communities,
        move_group: MoveGroup,
        clock: Clock,
        hold: Hold,
        meters: Meters | None = None,
    ) -> None:
        self._meters = meters or Meters()
        self._db = db
        self._deliveries = deliveries
        self._pacer = pacer
        self._communities = communities
        self._move_group = move_group
        self._clock = clock
        self._hold = hold
        self._refusals: dict[int, set[Refusal]] = {}
        """What rooms refuse now, as the table says too: only where something is refused, a success has news."""
        self._repairs = Repairs(db)
        self._wake = asyncio.Event()
        self._under_way: dict[asyncio.Task[None], int] = {}
        """Rows that were taken, by who sends them."""
        self._not_begun: set[asyncio.Task[None]] = set()
        self._unsure = False
        """Whether rows may have been taken without our hearing of it."""
        self._before: _Flight | None = None
        clock.wakes(self._wake)
        db.on_promise(self._wake.set)

    async def run(self) -> None:
        """Send what is due, until cancelled: then calls under way are finished, and what hasn't begun is put back."""
        try:
            await self._begin()
        except (ValueError, TypeError) as error:
            log.error("round_failed", exc_info=error)
            await self._repairs.look(self._clock.now())
            await self._begin()
        try:
            while True:
                self._wake.clear()
                await self._hold.wait()
                try:
                    seconds = await self._round()
                    self._meters.beat(Beat.SENDER)
                except (SQLAlchemyError, OSError) as error:  # what is due stays due
                    self._unsure = True
                    log.warning("round_failed", error=name_of(error))
                    seconds = STEADY
                except (ValueError, TypeError) as error:  # a row that can't be read must not keep the others
                    log.error("round_failed", exc_info=error)
                    seconds = SHORTEST if await self._repairs.look(self._clock.now()) else STEADY
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
            with contextlib.suppress(SQLAlchemyError, OSError):  # then the next start takes them back
                await self._db.write(departures.put_all_back, never_sent)
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=STEADY + 1)

    async def _begin(self) -> None:
        """What the process before left, and what rooms refuse; the database may be away just now."""
        await self._keep(departures.after_crash, self._hold.term)
        while True:
            try:
                self._refusals = await self._db.read(open_refusals)
            except (DBAPIError, OSError) as error:
                log.warning("round_failed", error=name_of(error))
                await asyncio.sleep(STEADY)
            else:
                return

    async def _round(self) -> float:
        """Take what may leave soon; seconds until there may be more."""
        now = self._clock.now()
        if self._unsure:
            await self._db.write(departures.put_strays_back, self._hold.term, list(self._under_way.values()))
            self._unsure = False
        seen = await self._db.read(departures.look, now)
        if seen.late:
            await self._db.write(departures.expire, now)
        before_start = (seen.next_start - now).total_seconds() - ONE_TURN if seen.next_start is not None else AHEAD
        for row_id, reason in seen.damaged:
            await self._set_aside(row_id, reason)
        turns = [(row, at) for row in seen.due if (at := self._turn(row, before_start)) is not None]
        ids = [row.id for row, _ in turns]
        taken = await self._db.write(departures.take, ids, self._hold.term) if ids else set()
        self._send_all([(row, at) for row, at in turns if row.id in taken], sum(row.announces for row in seen.due))
        seconds = LOOK_AGAIN if seen.damaged or len(turns) < len(seen.due) else SLEEP.total_seconds()
        if seen.next_at is not None:
            seconds = min(seconds, (seen.next_at - self._clock.now()).total_seconds())
        return max(seconds, SHORTEST)

    async def _set_aside(self, row_id: int, reason: str) -> None:
        damage = Damage(OUTBOX, (str(row_id),), ())
        await self._keep(set_row_aside, damage, reason, self._clock.now())

    def _turn(self, row: Departure, before_start: float) -> float | None:
        """The monotonic instant of a row's turn, or None if that isn't soon."""
        # What one person is told in silence doesn't count as the group's.
        told = row.payload
        chat_id = told.user_id if isinstance(told, Tell) and (told.whisper or told.can_write) else row.chat_id
        within = AHEAD
        if not row.announces:
            live = row.lane == Lane.LIVE and row.act != EDIT
            within = min(AHEAD if live else AHEAD_OF_OTHERS, before_start)
        now = time.monotonic()
        wait = self._pacer.reserve(chat_id, edit=row.act == EDIT, within=within)
        return now + wait if wait is not None else None

    def _send_all(self, turns: list[tuple[Departure, float]], announcements: int) -> None:
        """Let each leave at its turn, one after the other where there is time for it."""
        begun = time.monotonic()
        told = 0
        for row, at in sorted(turns, key=itemgetter(1)):
            patience = ONE_BY_ONE
            if row.announces:
                told += 1
                latest = begun + STARTS_WITHIN - (announcements - told) * self._pacer.gap
                patience = max(patience, latest - at)
            flight = _Flight()
            before = self._before if row.doubles else None
            task = asyncio.create_task(self._send_at(at, row, flight, before, min(patience, MOST_PATIENT)))
            if row.doubles:
                self._before = flight
            self._under_way[task] = row.id
            self._not_begun.add(task)
            task.add_done_callback(self._ended)

    async def _send_at(
        self, at: float, row: Departure, flight: _Flight, before: _Flight | None, patience: float
    ) -> None:
        await asyncio.sleep(max(0.0, at - time.monotonic()))
        if before is not None:
            await before.over(patience)
        await self._hold.wait()
        self._not_begun.difference_update({asyncio.current_task()})
        try:
            await self._send_or_put_back(row, flight)
        finally:
            flight.answered.set()
            flight.marked.set()

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._not_begun.discard(task)
        del self._under_way[task]

    async def _send_or_put_back(self, row: Departure, flight: _Flight) -> None:
        try:
            await self._send_and_mark(row, flight)
        except HeldError as error:
            # For a passing reason: it is tried until its time is over.
            pause = max(error.wait, min(2.0 ** (row.attempts - 1), LONGEST_PAUSE))
            await self._put_back(row, timedelta(seconds=pause))
        except TelegramMigrateToChat as error:
            await self._move_group.follow(row.chat_id, error.migrate_to_chat_id, self._clock.now())
            await self._keep(departures.moved, row.id, error.migrate_to_chat_id, self._clock.now())
            self._wake.set()
        except (TelegramBadRequest, TelegramForbiddenError) as error:
            await self._refused(row, refusal_of(error), error.message)
        except DamagedError as error:
            await self._set_aside(row.id, str(error))
        except Exception as error:  # one bad row must not stop the others
            log.error("send_failed", row=row.id, act=row.act, chat=row.chat_id, exc_info=error)
            if row.attempts + 1 >= MOST_TRIES:
                await self._mark(row, OutboxState.FAILED, "too many tries")
            else:
                await self._put_back(row, timedelta(seconds=2.0**row.attempts))

    async def _refused(self, row: Departure, reason: Refusal, words: str) -> None:
        """What Telegram refused for good waits while somebody can end the reason; the owner hears why, once."""
        log.warning("send_refused", row=row.id, act=row.act, chat=row.chat_id, reason=reason.value, words=words[:80])
        now = self._clock.now()
        told_to_room = row.chat_id < 0 and row.act in TO_ROOMS
        if not told_to_room and not (row.chat_id < 0 and reason is Refusal.REMOVED):
            await self._mark(row, OutboxState.FAILED, "refused")
            return
        if reason is Refusal.REMOVED:
            # Removed without a word, or the word is still on its way: be quiet there.
            await self._keep(departures.lost_room, row.id, now)
            self._communities.forget()
        elif reason in WAITING and not (isinstance(row.payload, Say) and row.payload.witness is not None):
            await self._keep(departures.refuse, row.id, reason, now)
            self._wake.set()
        else:
            # Another try wouldn't mend it; and a naming goes to the next room by itself.
            note = partial(begin, chat_id=row.chat_id, reason=reason, now=now) if row.act != EDIT else None
            await self._mark(row, OutboxState.FAILED, f"{REFUSED}{reason}", note=note)
        self._refusals.setdefault(row.chat_id, set()).add(reason)

    async def _put_back(self, row: Departure, wait: timedelta) -> None:
        await self._keep(departures.put_back, row.id, self._clock.now() + wait)
        self._wake.set()

    async def _mark(
        self,
        row: Departure,
        state: OutboxState,
        problem: str | None,
        hung: tuple[int, int] | None = None,
        note: Callable[[Tx], None] | None = None,
    ) -> None:
        await self._keep(departures.mark, row.id, state, problem, self._clock.now(), hung, note)

    async def _keep(self, what: Callable[..., object], *facts: Any) -> None:
        """Write down what came of a row, however long the database is away: until then it isn't sent again."""
        while True:
            try:
                await self._db.write(what, *facts)
            except (DBAPIError, OSError) as error:
                log.warning("mark_failed", error=name_of(error))
                await asyncio.sleep(STEADY)
            else:
                return

    async def _send_and_mark(self, row: Departure, flight: _Flight) -> None:
        result = await self._deliveries.do(row)
        flight.answered.set()
        await self._mark(row, result.state, result.problem, result.hung, self._news(row, result))
        flight.marked.set()
        if row.act == POST and result.hung is not None:
            after = await self._deliveries.look(result.hung[0])
            if after is not None and after.shown != result.shown:
                # What changed while it was on its way found no message to edit.
                await self._keep(departures.edit_soon, after.card, row.chat_id, self._clock.now())

    def _news(self, row: Departure, result: Result) -> Callable[[Tx], None] | None:
        """What is written down with the mark: a room takes messages again, or refuses a kind of them, or missed one."""
        now = self._clock.now()
        notes = [result.note] if result.note is not None else []
        if result.refused is not None:
            notes.append(partial(begin, chat_id=row.chat_id, reason=result.refused, now=now))
            self._refusals.setdefault(row.chat_id, set()).add(result.refused)
        if result.state is OutboxState.SENT and row.act in {POST, SAY, FILE}:
            over = self._refusals.get(row.chat_id, set()) & ended_by(has_file=row.act == FILE)
            over.discard(result.refused or Refusal.GONE)
            if over:
                notes.append(partial(end, chat_id=row.chat_id, reasons=frozenset(over), now=now))
                self._refusals[row.chat_id] -= over
        if result.state is OutboxState.EXPIRED and row.refused:
            notes.append(partial(tell_missed, row_id=row.id, now=now))

        def write_down(tx: Tx) -> None:
            for note in notes:
                note(tx)

        return write_down if notes else None
