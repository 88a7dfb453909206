"""A clock that the test and the bot's process share, and that jumps; and how the test learns that the bot is done.

`follow` runs in the bot's process before anything else. Then the bot lives by the shared clock. When the test asks, it
tells as soon as it has handled all updates, done what is due and sent what may leave, and when more is due.
"""

import asyncio
import mmap
import struct
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import exists, func, or_, select
from sqlalchemy.orm import Session
from sqlmodel import col

import bot.app
from bot import housekeeping
from bot.clock import Clock
from bot.housekeeping import Housekeeper
from bot.jobs import Jobs
from bot.running import App
from bot.store.tables import Inbox, Outbox
from bot.store.tables.messages import OutboxState
from bot.telegram.pacer import Limits, Pacer

QUICK = 100
"""Telegram's limits by the second are that much wider: what they spread over hours here falls into one instant."""
USUAL = Limits()
LIMITS = Limits(
    per_second=USUAL.per_second * QUICK,
    group_window=USUAL.group_window / QUICK,
    chat_gap=USUAL.chat_gap / QUICK,
)
LOOK = 0.002
"""Seconds between two looks at the shared memory."""


class Shared:
    """Memory that both processes see. It outlives a killed bot."""

    _AHEAD, _ASKED, _DONE, _NEXT = range(0, 32, 8)

    def __init__(self, path: Path, *, new: bool = False) -> None:
        if new:
            path.write_bytes(bytes(32))
        with path.open("r+b") as file:
            self._memory = mmap.mmap(file.fileno(), 32)

    def _get(self, place: int) -> float:
        value: float = struct.unpack_from("d", self._memory, place)[0]
        return value

    def _set(self, place: int, value: float) -> None:
        struct.pack_into("d", self._memory, place, value)

    @property
    def ahead(self) -> float:
        """By how many seconds the clock is ahead of the machine's."""
        return self._get(self._AHEAD)

    @ahead.setter
    def ahead(self, seconds: float) -> None:
        self._set(self._AHEAD, seconds)

    @property
    def now(self) -> float:
        """The instant, in seconds since 1970."""
        return time.time() + self.ahead  # noqa: TID251  # this is the clock that the bot asks

    @property
    def asked(self) -> int:
        """The test's last question whether the bot is done."""
        return int(self._get(self._ASKED))

    def ask(self) -> None:
        """Ask once more."""
        self._set(self._ASKED, self.asked + 1)

    @property
    def is_done(self) -> bool:
        """Whether the bot has said that it is."""
        return self._get(self._DONE) == self.asked

    def tell(self, asked: int, next_at: datetime | None) -> None:
        """Answer a question; and when more is due."""
        self._set(self._NEXT, next_at.timestamp() if next_at is not None else 0.0)
        self._set(self._DONE, asked)

    @property
    def next_at(self) -> datetime | None:
        """When more was due when the bot answered; None if nothing was."""
        at = self._get(self._NEXT)
        return datetime.fromtimestamp(at, UTC) if at else None


class Rounds:
    """The alarm clock's rounds as they were run."""

    def __init__(self) -> None:
        self.running = 0
        """How many run now, the housekeeper's among them."""
        self.last: datetime | None = None
        """Of which instant the last one was."""
        self.next_at: datetime | None = None
        """When more was due after it."""

    def watch(self) -> None:
        """Hear of each round from now on."""
        run_round = Jobs._run_round

        async def noted(jobs: Jobs, now: datetime) -> datetime | None:
            self.running += 1
            try:
                self.next_at = await run_round(jobs, now)
            finally:
                self.running -= 1
            self.last = now
            return self.next_at

        _replace(Jobs, "_run_round", noted)

    def are_over(self, since: datetime, now: datetime) -> bool:
        """Whether one was run since an instant, and no more is due."""
        late = self.next_at is not None and self.next_at <= now
        return not self.running and self.last is not None and self.last >= since and not late


def look_at_rows(session: Session, now: datetime) -> tuple[bool, datetime | None]:
    """Whether an update waits, or something is to be sent or on its way; and when the next message falls due."""
    waits = col(Outbox.state) == OutboxState.WAITING
    leaves = exists().where(or_(col(Outbox.state) == OutboxState.SENDING, waits & (col(Outbox.due_at) <= now)))
    left = exists().where(col(Inbox.update_id).is_not(None))
    coming = select(func.min(col(Outbox.due_at))).where(waits, col(Outbox.due_at) > now)
    busy, next_at = session.execute(select(or_(leaves, left), coming.scalar_subquery())).one()
    return bool(busy), next_at


class Follower:
    """Watches the shared clock in the bot's process."""

    def __init__(self, app: App, shared: Shared, rounds: Rounds) -> None:
        self._app = app
        self._shared = shared
        self._rounds = rounds
        self._ahead = shared.ahead
        self._jumped_at = app.clock.now()

    async def run(self) -> None:
        """Wake the bot when the clock jumped, and say when it is done."""
        answered = -1
        while True:
            await asyncio.sleep(LOOK)
            if self._shared.ahead != self._ahead:
                self._ahead = self._shared.ahead
                self._jumped_at = self._app.clock.now()
                self._app.clock.jumped()
            asked = self._shared.asked
            if asked != answered:
                self._shared.tell(asked, await self._done())
                answered = asked

    async def _done(self) -> datetime | None:
        """Wait until all is done that is due, and who was heard is written down; when more is due."""
        heard = False
        while True:
            while self._is_busy():
                await asyncio.sleep(LOOK)
            if not heard:
                await self._app.ear.write_down()
                heard = True
                continue
            busy, next_at = await self._app.db.read(look_at_rows, self._app.clock.now())
            if not busy and not self._is_busy():
                return min((at for at in (next_at, self._rounds.next_at) if at is not None), default=None)
            await asyncio.sleep(LOOK)

    def _is_busy(self) -> bool:
        app = self._app
        idle = app.intake is not None and app.intake.idle and not app.sender._under_way
        return not idle or app.jobs._wake.is_set() or not self._rounds.are_over(self._jumped_at, app.clock.now())


async def keep_in_order(keeper: Housekeeper, rounds: Rounds) -> None:
    """The housekeeper's day by the shared clock: it sleeps until the clock has jumped over the hour."""
    jumped = asyncio.Event()
    keeper._clock.wake_on_jump(jumped)
    while True:
        now = keeper._clock.now()
        rounds.running += 1
        await keeper._run_once(now)
        rounds.running -= 1
        while keeper._clock.now() < now + housekeeping.EVERY:
            await jumped.wait()
            jumped.clear()


def follow(path: str) -> None:
    """Let the bot that is about to start in this process live by the clock at `path`."""
    shared, rounds = Shared(Path(path)), Rounds()
    rounds.watch()
    run = App.run

    async def run_and_follow(app: App, **how: Any) -> None:
        following = asyncio.create_task(Follower(app, shared, rounds).run())
        try:
            await run(app, **how)
        finally:
            following.cancel()

    _replace(Clock, "real", lambda: Clock(lambda: shared.now))
    _replace(App, "run", run_and_follow)
    _replace(Housekeeper, "run", lambda keeper: keep_in_order(keeper, rounds))
    _replace(bot.app, "Pacer", lambda _, now, *more: Pacer(LIMITS, lambda: now() + shared.ahead, *more))


def _replace(owner: Any, name: str, by: Any) -> None:
    """Put something else in the place of a part of the bot."""
    setattr(owner, name, by)
