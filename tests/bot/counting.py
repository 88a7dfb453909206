"""Counting rows, and waiting until a count is reached."""

import asyncio
from collections.abc import Callable
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.store.tables import Outbox
from tests.bot.conftest import Stage


async def count(stage: Stage, table: Any, *where: Any) -> int:
    """Rows of a table."""

    def counted(session: Session) -> int:
        return int(session.execute(select(func.count()).select_from(table).where(*where)).scalar_one())

    return await stage.app.db.read(counted)


async def until(stage: Stage, what: Callable[[], Any], value: object, seconds: float = 10) -> None:
    """Wait until an awaited thing has this value."""
    async with asyncio.timeout(seconds):
        while await what() != value:
            await asyncio.sleep(0.02)


async def due(stage: Stage) -> int:
    """Promises whose time has come."""
    return await count(
        stage, Outbox, col(Outbox.state).in_(("waiting", "sending")), col(Outbox.due_at) <= stage.app.clock.now()
    )
