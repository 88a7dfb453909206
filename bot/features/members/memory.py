"""What is remembered is deleted after its time, and when a person has their data deleted."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from bot.meters import Meters
from bot.rules.memory import MemoryPolicy
from bot.store.active_days import drop_active_days, drop_room_activity, forget_active_days
from bot.store.engine.db import Database
from bot.store.engine.sessions import Tx
from bot.store.leaving import Leaving, Traces
from bot.store.notes import drop_notes, forget_notes
from bot.store.shown import drop_shown, forget_shown


class Memory:
    """Deletes what was remembered long enough."""

    def __init__(self, db: Database, policy: MemoryPolicy, meters: Meters) -> None:
        self._db = db
        self._policy = policy
        self._meters = meters

    async def drop_old(self, now: datetime) -> None:
        """Delete old rows in chunks, so that no write holds the others up."""
        before = now - self._policy.kept
        await self._drop("note", drop_notes, before)
        # Days are those of each shop's zone. UTC's day is at most one off.
        await self._drop("active_day", drop_active_days, before.date())
        await self._drop("shown", drop_shown, before)
        await self._db.write(drop_room_activity, before.date())

    async def _drop(self, table: str, drop: Callable[[Tx, Any], int], before: Any) -> None:
        while dropped := await self._db.write(drop, before):
            self._meters.forgotten[table] += dropped


def forget(tx: Tx, leaving: Leaving) -> None:
    """Delete what a member did, and where they were active. Their sums go with the membership."""
    forget_notes(tx, leaving.member_id)
    forget_active_days(tx, leaving.community_id, leaving.member_id)


def drop_traces(tx: Tx, traces: Traces) -> None:
    """Delete what a person was shown in private."""
    forget_shown(tx, traces.user_id, traces.community_id)
