"""Whether the bot works now. If not, one plain line says why, for the tool that restarts the bot or alerts someone."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.meters import Beat, Meters, Phase
from bot.rules.webhook import Hindrance, is_recent
from bot.store.engine.away import name_of
from bot.store.engine.db import Database
from bot.store.engine.sessions import Tx
from bot.store.tables import Outbox
from bot.store.tables.messages import Lane, OutboxState
from bot.telegram.inbox import Intake

DATABASE_SECONDS = 5.0
LONGEST_PAUSE = {Beat.POLL: 75.0, Beat.WEBHOOK: 120.0, Beat.SENDER: 90.0, Beat.JOBS: 90.0}
"""The most seconds between two rounds. A long poll takes 25 s and may be cut off; the others sleep for 30 s."""
PROBLEMS = {
    Beat.POLL: "no poll of Telegram has succeeded for {seconds:.0f} s",
    Beat.WEBHOOK: "Telegram hasn't told for {seconds:.0f} s that the webhook is set",
    Beat.SENDER: "the sender hasn't looked for {seconds:.0f} s",
    Beat.JOBS: "the alarm clock hasn't rung for {seconds:.0f} s",
}
HINDRANCES = {
    Hindrance.UNREACHABLE: "see whether the reverse proxy runs and its port is open to the internet",
    Hindrance.CERTIFICATE: "renew the reverse proxy's certificate, and let it send the whole chain",
    Hindrance.GATEWAY: "the reverse proxy doesn't reach the bot: compare its address with WEBHOOK_LISTEN",
    Hindrance.NOT_FOUND: "see whether the reverse proxy passes the path of WEBHOOK_URL on, with all headers",
    Hindrance.BUSY: "the bot or its database has too much to do, or was just starting: look at its log",
    Hindrance.TOO_LARGE: "let the reverse proxy take bodies of 2 MB",
    Hindrance.REDIRECT: "let the reverse proxy answer by itself at WEBHOOK_URL: Telegram follows no redirect",
    Hindrance.OTHER: "look at the reverse proxy's log",
}
"""What to do about what keeps Telegram from delivering. `doctor` says the same in three languages."""


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
        problem = self._late_round() or self._undelivered()
        if problem is not None:
            return problem
        try:
            async with asyncio.timeout(DATABASE_SECONDS):
                await self.db.read(_ping)
                await self.db.write(_ping)
        except TimeoutError:
            return f"the database hasn't answered for {DATABASE_SECONDS:.0f} s"
        except Exception as error:  # noqa: BLE001  # the driver's text may hold the address of the database
            return f"the database can't be used: {name_of(error)}"
        return None

    def _late_round(self) -> str | None:
        """Which round of work stays out."""
        for beat in self.meters.rounds:
            seconds = self.meters.since(beat)
            if seconds is not None and seconds > LONGEST_PAUSE[beat]:
                problem = PROBLEMS[beat].format(seconds=seconds)
                return self._with_poll_error(problem) if beat is self.meters.taking else problem
        if any(self.meters.since(beat) is None for beat in self.meters.rounds):
            return "the first rounds haven't come yet"
        return None

    def _undelivered(self) -> str | None:
        """Why updates wait at Telegram: it couldn't deliver lately, and nothing was delivered since."""
        failure, delivered_at = self.meters.undelivered, self.meters.delivered_at
        if failure is None or not self.meters.waiting_at_telegram or not is_recent(failure, self.now()):
            return None
        if delivered_at is not None and delivered_at >= failure.at:
            return None
        waiting, what = self.meters.waiting_at_telegram, HINDRANCES[failure.hindrance]
        return f"Telegram can't deliver to WEBHOOK_URL, and {waiting} wait there: {failure.reason}; {what}"

    def _with_poll_error(self, problem: str) -> str:
        """The problem, and why the last poll of Telegram (or look at the webhook) failed, if it failed."""
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
