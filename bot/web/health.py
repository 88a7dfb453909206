"""Whether the bot works now. If not, one plain line says why, for the tool that restarts the bot or alerts someone."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.meters import Beat, Meters, Phase
from bot.store.engine.away import name_of
from bot.store.engine.db import Database
from bot.store.engine.sessions import Tx
from bot.store.tables import Outbox
from bot.store.tables.messages import Lane, OutboxState
from bot.telegram.inbox import Intake

DATABASE_SECONDS = 5.0
LONGEST_PAUSE = {Beat.POLL: 75.0, Beat.SENDER: 90.0, Beat.JOBS: 90.0}
"""The most seconds between two rounds. A long poll takes 25 s and may be cut off; the others sleep for 30 s."""
PROBLEMS = {
    Beat.POLL: "no poll of Telegram has succeeded for {seconds:.0f} s",
    Beat.SENDER: "the sender hasn't looked for {seconds:.0f} s",
    Beat.JOBS: "the alarm clock hasn't rung for {seconds:.0f} s",
}


@dataclass(frozen=True, slots=True)
class Waiting:
    """Promised messages of one lane that are due and wait."""

    count: int
    oldest: datetime
    """When the first of them was due."""


@dataclass(frozen=True, slots=True)
class Vitals:
    """Everything from which health and metrics are read."""

    meters: Meters
    db: Database
    now: Callable[[], datetime]
    intake: Callable[[], Intake | None]
    """Gives the intake; None before it runs."""

    async def problem(self) -> str | None:
        """Why the bot isn't ready; None if it is ready."""
        if self.meters.phase is not Phase.RUNNING:
            return self._with_poll_error(f"the bot is {self.meters.phase}")
        for beat, most in LONGEST_PAUSE.items():
            seconds = self.meters.since(beat)
            if seconds is not None and seconds > most:
                problem = PROBLEMS[beat].format(seconds=seconds)
                return self._with_poll_error(problem) if beat is Beat.POLL else problem
        if any(self.meters.since(beat) is None for beat in LONGEST_PAUSE):
            return "the first rounds haven't come yet"
        try:
            async with asyncio.timeout(DATABASE_SECONDS):
                await self.db.read(_ping)
                await self.db.write(_ping)
        except TimeoutError:
            return f"the database hasn't answered for {DATABASE_SECONDS:.0f} s"
        except Exception as error:  # noqa: BLE001  # the driver's text may hold the address of the database
            return f"the database can't be used: {name_of(error)}"
        return None

    def _with_poll_error(self, problem: str) -> str:
        """The problem, and why the last poll of Telegram failed, if it failed."""
        trouble = self.meters.trouble
        return f"{problem}: {trouble}" if trouble is not None else problem

    async def due(self) -> dict[str, Waiting]:
        """The promised messages that are due and wait, by lane. A lane without any is left out."""
        return await self.db.read(_due_by_lane, self.now())


def _ping(session: Session | Tx) -> None:
    session.execute(text("SELECT 1"))


def _due_by_lane(session: Session, now: datetime) -> dict[str, Waiting]:
    rows = session.execute(
        select(col(Outbox.lane), func.count(), func.min(col(Outbox.due_at)))
        .where(col(Outbox.state) == OutboxState.WAITING, col(Outbox.due_at) <= now)
        .group_by(col(Outbox.lane))
    ).all()
    return {Lane(lane): Waiting(count, oldest) for lane, count, oldest in rows}
