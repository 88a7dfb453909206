"""What `doctor` asks of a database, without changing it and without getting in a running bot's way."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from sqlalchemy import func, inspect, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool
from sqlmodel import col

from bot.rules.doctor.chats import Chat
from bot.rules.doctor.database import DatabaseAway, DatabaseDamaged, DatabaseHeld, DatabaseReadOnly
from bot.rules.doctor.findings import Finding
from bot.store.engine.db import async_engine
from bot.store.engine.sessions import Rx
from bot.store.tables import Community, FanGroup, Gift, GiftSending, Member

T = TypeVar("T")

PATIENCE = 5.0
"""Seconds to wait for SQLite's write lock: a bot holds it for milliseconds."""

_PROBLEMS: dict[int, type[DatabaseHeld | DatabaseReadOnly | DatabaseDamaged]] = {
    sqlite3.SQLITE_BUSY: DatabaseHeld,
    sqlite3.SQLITE_LOCKED: DatabaseHeld,
    sqlite3.SQLITE_READONLY: DatabaseReadOnly,
    sqlite3.SQLITE_CORRUPT: DatabaseDamaged,
    sqlite3.SQLITE_NOTADB: DatabaseDamaged,
}
PRIMARY = 0xFF
"""The part of SQLite's extended error codes that tells the kind."""


@dataclass(frozen=True, slots=True)
class Filled:
    """How much there is."""

    shops: int
    members: int
    zones: frozenset[str]


def examine_file(path: Path) -> Finding | None:
    """What is wrong with an SQLite file, or None: its pages, then whether it can be written."""
    try:
        with closing(
            sqlite3.connect(f"{path.resolve().as_uri()}?mode=rw", uri=True, timeout=PATIENCE, isolation_level=None)
        ) as database:
            (first,) = database.execute("PRAGMA integrity_check(1)").fetchone()
            if first != "ok":
                return DatabaseDamaged()
            # Taking the write lock is what a write needs; nothing is written.
            database.execute("BEGIN IMMEDIATE")
            database.execute("ROLLBACK")
    except sqlite3.Error as error:
        problem = _PROBLEMS.get(getattr(error, "sqlite_errorcode", 0) & PRIMARY)
        return problem() if problem is not None else DatabaseAway(type(error).__name__)
    return None


async def look(url: str, query: Callable[[Rx], T]) -> T:
    """Run one reading query on a connection of its own."""
    engine = async_engine(url, poolclass=NullPool)
    try:
        async with AsyncSession(engine, sync_session_class=Rx) as session:
            # `run_sync` is typed for a plain Session; the session that it hands on is the class named above.
            return await session.run_sync(query)  # type: ignore[arg-type]
    finally:
        await engine.dispose()


def read_only(session: Session) -> bool:
    """Whether a PostgreSQL server takes no writes (a standby, or a role that may only read)."""
    found: str = session.execute(text("SHOW transaction_read_only")).scalar_one()
    return found == "on"


def revision(session: Session) -> str | None:
    """The schema's stored revision; None if the tables aren't Encore's."""
    if not {"alembic_version", "community"} <= set(inspect(session.connection()).get_table_names()):
        return None
    found: str | None = session.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return found


def filled(session: Session) -> Filled:
    """Shops, members and time zones."""
    return Filled(
        session.execute(select(func.count()).select_from(Community)).scalar_one(),
        session.execute(select(func.count()).select_from(Member)).scalar_one(),
        frozenset(session.execute(select(col(Community.timezone)).distinct()).scalars()),
    )


def unheard(session: Session) -> int:
    """Cards of gifts that were opened though Telegram never told that any was sent; 0 if it does tell."""
    if session.execute(select(col(GiftSending.id)).limit(1)).first() is not None:
        return 0
    return session.execute(select(func.count()).select_from(Gift).where(col(Gift.opened) > 0)).scalar_one()


def homeless(session: Session) -> list[str]:
    """Names of shops in whose home group the bot isn't any more."""
    here = select(col(FanGroup.community_id)).where(col(FanGroup.is_home), col(FanGroup.left_at).is_(None))
    return list(
        session.execute(
            select(col(Community.shop)).where(col(Community.id).not_in(here)).order_by(col(Community.id))
        ).scalars()
    )


def chats(session: Session) -> list[Chat]:
    """Groups and channels that the bot is in, as far as the database knows."""
    rows = session.execute(
        select(col(FanGroup.chat_id), col(FanGroup.title), col(FanGroup.is_channel))
        .where(col(FanGroup.left_at).is_(None))
        .order_by(col(FanGroup.community_id), col(FanGroup.id))
    )
    return [Chat(chat_id, title, is_channel) for chat_id, title, is_channel in rows]
