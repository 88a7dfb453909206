"""Queries of `doctor` and other commands. They change nothing, and a running bot isn't disturbed."""

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
"""Mask for the part of SQLite's extended error codes that is the primary code."""


@dataclass(frozen=True, slots=True)
class Contents:
    """What is in a database: how many shops and members, and the shops' time zones and languages."""

    shops: int
    members: int
    zones: frozenset[str]
    languages: frozenset[str]


def examine_file(path: Path) -> Finding | None:
    """Check an SQLite file's pages, then whether it can be written; what is wrong, or None."""
    try:
        with closing(
            sqlite3.connect(f"{path.resolve().as_uri()}?mode=rw", uri=True, timeout=PATIENCE, isolation_level=None)
        ) as database:
            (first,) = database.execute("PRAGMA integrity_check(1)").fetchone()
            if first != "ok":
                return DatabaseDamaged()
            # A write needs the write lock. Taking it shows that it can be had, and writes nothing.
            database.execute("BEGIN IMMEDIATE")
            database.execute("ROLLBACK")
    except sqlite3.Error as error:
        problem = _PROBLEMS.get(getattr(error, "sqlite_errorcode", 0) & PRIMARY)
        return problem() if problem is not None else DatabaseAway(type(error).__name__)
    return None


async def read_once(url: str, query: Callable[[Rx], T]) -> T:
    """Run one reading query on a connection of its own."""
    engine = async_engine(url, poolclass=NullPool)
    try:
        async with AsyncSession(engine, sync_session_class=Rx) as session:
            # `run_sync` is typed for a plain Session; the session that it hands on is the class named above.
            return await session.run_sync(query)  # type: ignore[arg-type]
    finally:
        await engine.dispose()


def takes_no_writes(session: Session) -> bool:
    """Whether a PostgreSQL server takes no writes (a standby, or a role that may only read)."""
    found: str = session.execute(text("SHOW transaction_read_only")).scalar_one()
    return found == "on"


def stored_revision(session: Session) -> str | None:
    """The schema's stored revision; None if the tables aren't Encore's."""
    if not {"alembic_version", "community"} <= set(inspect(session.connection()).get_table_names()):
        return None
    found: str | None = session.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return found


def read_contents(session: Session) -> Contents:
    """Shops, members, time zones and languages."""
    return Contents(
        session.execute(select(func.count()).select_from(Community)).scalar_one(),
        session.execute(select(func.count()).select_from(Member)).scalar_one(),
        frozenset(session.execute(select(col(Community.timezone)).distinct()).scalars()),
        frozenset(session.execute(select(col(Community.language)).distinct()).scalars()),
    )


def count_unreported_gifts(session: Session) -> int:
    """How many gift cards were opened, if Telegram never reported that one was sent; 0 if it reports that.

    More than 0 means that inline feedback is off at BotFather.
    """
    if session.execute(select(col(GiftSending.id)).limit(1)).first() is not None:
        return 0
    return session.execute(select(func.count()).select_from(Gift).where(col(Gift.opened) > 0)).scalar_one()


def shops_without_home(session: Session) -> list[str]:
    """Names of the shops whose home group the bot has left."""
    here = select(col(FanGroup.community_id)).where(col(FanGroup.is_home), col(FanGroup.left_at).is_(None))
    return list(
        session.execute(
            select(col(Community.shop)).where(col(Community.id).not_in(here)).order_by(col(Community.id))
        ).scalars()
    )


def known_chats(session: Session) -> list[Chat]:
    """Groups and channels that the bot is in, as far as the database knows."""
    rows = session.execute(
        select(col(FanGroup.chat_id), col(FanGroup.title), col(FanGroup.is_channel))
        .where(col(FanGroup.left_at).is_(None))
        .order_by(col(FanGroup.community_id), col(FanGroup.id))
    )
    return [Chat(chat_id, title, is_channel) for chat_id, title, is_channel in rows]
