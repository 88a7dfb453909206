"""Today's bot on the shop of the version before, and what a test sees of it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from structlog.testing import capture_logs

from bot.telegram.pacer import Limits as PacerLimits
from sandbox import Chat, Limits, Message, Person, Sandbox
from tests.bot.conftest import Stage, start, unexpected_refusals
from tests.bot.version_before import WORLD, Before
from tests.features.draws import Recorded
from tests.features.scene import query

WIDE = PacerLimits(chat_gap=0.0, group_messages=10_000, group_edits=5_000, per_second=500.0)
"""A week's cards leave at once: pacing isn't what is tried here."""
FORESEEN = (
    "not enough rights to send text messages",  # the quiet room
    "MESSAGE_ID_INVALID",  # a whisper of before, which Telegram has forgotten
)


class Beacon(Recorded):
    """Has every round up to the stand-in's time."""

    def __init__(self, telegram: Sandbox) -> None:
        super().__init__()
        self._telegram = telegram

    async def fetch(self, number: int) -> Any:
        """The round, if it has come."""
        self.now = datetime.fromtimestamp(self._telegram.clock.now(), UTC)
        return await super().fetch(number)


DUE = "SELECT id FROM outbox WHERE state = 'sending' OR (state = 'waiting' AND due_at <= :now) LIMIT 1"


UNDRAWN_PACKETS = "SELECT id FROM packet WHERE state IN ('gathering', 'drawing')"
UNFINISHED = (
    "SELECT id FROM raffle WHERE state NOT IN ('drawn', 'cancelled') "
    "UNION ALL SELECT id FROM packet WHERE state NOT IN ('over', 'expired')"
)


@dataclass
class Reopened(Stage):
    """The bot of today on the shop of before."""

    before: Before | None = None

    @property
    def people(self) -> dict[str, Person]:
        """Everybody by name."""
        assert self.before is not None
        return self.before.people

    @property
    def chats(self) -> dict[str, Chat]:
        """Rooms by title."""
        assert self.before is not None
        return self.before.chats

    async def passes(self, *steps: float) -> None:
        """Let time pass, and all that falls due happen; what the quiet room refuses goes on waiting."""
        for seconds in steps:
            self.telegram.clock.advance(seconds)
            await asyncio.sleep(0.2)
            await self.due_is_sent()

    async def until_none(self, rows: str) -> None:
        """Wait until the clock's work has left none of these rows, and what it promised is sent."""
        async with asyncio.timeout(20):
            while await query(self.app.db, rows):
                await asyncio.sleep(0.02)
        await self.due_is_sent()

    async def due_is_sent(self) -> None:
        """Wait until nothing waits any more that is due, and nothing is on its way."""
        async with asyncio.timeout(20):
            await self.settled()
            while await query(self.app.db, DUE, now=self.stored()):
                await asyncio.sleep(0.02)
            await self.settled()

    def stored(self) -> Any:
        """The present as raw SQL compares it."""
        now = self.app.clock.now()
        return now.strftime("%Y-%m-%d %H:%M:%S.%f") if self.url.startswith("sqlite") else now


def said_in(stage: Reopened, name: str) -> list[Message]:
    """What the bot has said in a room, or to a person in private, since today's bot began."""
    chat = stage.chats.get(name) or stage.people[name].chat_with(stage.bot)
    return [m for m in chat.messages if (m.sender is stage.bot or m.posted_by is stage.bot) and m.at >= WORLD["at"]]


@asynccontextmanager
async def reopened(url: str) -> AsyncIterator[Reopened]:
    """Today's bot on the database of before, a second after the process of before ended; nothing fails meanwhile."""
    async with Sandbox(limits=Limits.none(), start=WORLD["at"] + 1) as telegram:
        before = Before(telegram)
        with capture_logs() as logs:
            app, task = start(telegram, url, WIDE, Beacon(telegram))
            stage = Reopened(telegram, app, before.bot, before.owner, before.group, url, [task], before)
            try:
                yield stage
                await stage.due_is_sent()
                aside = await query(app.db, "SELECT kind, reason FROM set_aside")
                failed = await query(app.db, "SELECT act, problem FROM outbox WHERE state IN ('failed', 'unknown')")
            finally:
                await stage.stop()
        assert aside == [("update", "no Message")]  # was set aside before
        assert failed == []
        assert [line for line in logs if line["log_level"] in {"error", "critical"}] == []
        assert {line["event"] for line in logs if line["log_level"] == "warning"} <= {"send_refused"}
        refused = {call.description for call in unexpected_refusals(telegram)}
        assert [words for words in refused if not any(known in words for known in FORESEEN)] == []
