"""Whether the bot works now, and if not, why: in one plain line for whoever restarts or alerts."""

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
FRESH = {Beat.POLL: 75.0, Beat.SENDER: 90.0, Beat.JOBS: 90.0}
"""Seconds within which a round must have come: a long poll takes 25 and its line may be cut, the others sleep 30."""
STALE = {
    Beat.POLL: "no poll of Telegram has succeeded for {seconds:.0f} s",
    Beat.SENDER: "the sender hasn't looked for {seconds:.0f} s",
    Beat.JOBS: "the alarm clock hasn't rung for {seconds:.0f} s",
}


@dataclass(frozen=True, slots=True)
class Waiting:
    """Promised messages of one lane that are due."""

    count: int
    oldest: datetime


@dataclass(frozen=True, slots=True)
class Vitals:
    """What health and numbers are read from."""

    meters: Meters
    db: Database
    now: Callable[[], datetime]
    intake: Callable[[], Intake | None]

    async def problem(self) -> str | None:
        """Why the bot isn't ready, or None if it is."""
        if self.meters.phase is not Phase.RUNNING:
            return self._named(f"the bot is {self.meters.phase}")
        for beat, most in FRESH.items():
            seconds = self.meters.since(beat)
            if seconds is not None and seconds > most:
                return self._named(STALE[beat].format(seconds=seconds), beat)
        if any(self.meters.since(beat) is None for beat in FRESH):
            return "the first rounds haven't come yet"
        try:
            async with asyncio.timeout(DATABASE_SECONDS):
                await self.db.read(_answers)
                await self.db.write(_answers)
        except TimeoutError:
            return f"the database hasn't answered for {DATABASE_SECONDS:.0f} s"
        except Exception as error:  # noqa: BLE001  # whatever the driver says, its text may hold the address
            return f"the database can't be used: {name_of(error)}"
        return None

    def _named(self, problem: str, beat: Beat = Beat.POLL) -> str:
        """A problem with polls, and why the last one failed."""
        trouble = self.meters.trouble if beat is Beat.POLL else None
        return f"{problem}: {trouble}" if trouble is not None else problem

    async def due(self) -> dict[str, Waiting]:
        """Promised messages that are due and wait, by lane."""
        return await self.db.read(_due, self.now())


def _answers(session: Session | Tx) -> None:
    session.execute(text("SELECT 1"))


def _due(session: Session, now: datetime) -> dict[str, Waiting]:
    rows = session.execute(
        select(col(Outbox.lane), func.count(), func.min(col(Outbox.due_at)))
        .where(col(Outbox.state) == OutboxState.WAITING, col(Outbox.due_at) <= now)
        .group_by(col(Outbox.lane))
    ).all()
    return {Lane(lane): Waiting(count, oldest) for lane, count, oldest in rows}
