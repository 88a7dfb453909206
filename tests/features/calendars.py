"""The clock of the calendar for tests of use cases: what posts say is sent as it stands, and activities are noted."""

import asyncio
from dataclasses import dataclass, field, replace
from datetime import datetime

from bot.features.posts.clock import WeeklyCalendar
from bot.features.posts.fill import FillRules
from bot.rules.act import Act
from bot.rules.posting import Content
from bot.rules.posts.slots import CalendarPolicy
from bot.rules.posts.templates import NoStreamToName, TemplateFacts
from bot.rules.quiet_room import QuietRoomPolicy
from bot.store.engine.db import Database

FAULTY = "{{ stream }}"
"""A post with these words needs a stream that isn't planned: its template can't be rendered."""


class AsItStands:
    """Renders nothing: tests of the real renderer are elsewhere."""

    async def render(self, content: Content, _facts: TemplateFacts) -> Content | NoStreamToName:
        """The content, unless it is a faulty one."""
        if FAULTY in content.text:
            return NoStreamToName(1)
        return replace(content, is_template=False)


@dataclass
class Opened:
    """Notes which activities were opened, and by which act."""

    acts: list[tuple[Act, str]] = field(default_factory=list)
    refuses: bool = False
    killed: bool = False
    """The process ends right after the activity was opened."""

    async def open(self, act: Act, line: str) -> bool:
        """Note it."""
        self.acts.append((act, line))
        if self.killed:
            raise asyncio.CancelledError
        return not self.refuses


def calendar_clock(db: Database, opens: Opened | None = None, policies: FillRules | None = None) -> WeeklyCalendar:
    """The clock's part of the calendar."""
    return WeeklyCalendar(
        db, policies or FillRules(CalendarPolicy(), QuietRoomPolicy()), AsItStands(), opens or Opened()
    )


async def run_to(clock: WeeklyCalendar, begin: datetime, end: datetime) -> datetime:
    """Let the clock jump from one due instant to the next until `end`; where it stands then."""
    now = begin
    while now <= end:
        at = await clock.run_due(now)
        if at is None or at > end:
            break
        now = max(at, now)
    return now
