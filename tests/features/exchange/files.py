"""Lines of members for tests, and what becomes of them."""

from datetime import datetime
from typing import Any

from bot.features.exchange.coming import Awaited, ExchangeClock
from bot.features.exchange.moving import MemberImports
from bot.rules.exchange.lines import MemberLine
from bot.store.engine.db import Database
from tests.features.scene import POLICIES, query


def line(number: int, points: int = 0, **more: Any) -> MemberLine:
    """A line of somebody with an id, unless `username` is given."""
    username = more.pop("username", None)
    user_id = more.pop("user_id", None if username else 100 + number)
    return MemberLine(number, user_id, username, more.pop("name", f"Fan {number}"), points, **more)


def imports_of(db: Database) -> MemberImports:
    """Files of members."""
    return MemberImports(db, POLICIES)


def awaited_of(db: Database) -> Awaited:
    """Who is waited for."""
    return Awaited(db, POLICIES)


async def settle(db: Database, at: datetime) -> None:
    """Let the clock do all that is due."""
    clock = ExchangeClock(db, POLICIES)
    while await clock.run_due(at) is not None:
        pass


async def balances(db: Database) -> dict[int, int]:
    """Balances by Telegram id."""
    sql = "SELECT m.user_id, a.balance FROM account a JOIN member m ON m.id = a.member_id"
    return {user_id: balance for user_id, balance in await query(db, sql)}  # noqa: C416  # rows aren't pairs to mypy


async def told(db: Database) -> list[tuple[int, str]]:
    """Whom was promised what."""
    sql = "SELECT chat_id, facts FROM outbox WHERE act = 'tell' ORDER BY id"
    found = []
    for chat_id, facts in await query(db, sql):
        text = facts if isinstance(facts, str) else str(facts)
        name = next((one for one in ("Moved", "YoursAsked", "MembersReturned") if f"exchange.{one}" in text), "")
        found.append((chat_id, name))
    return [one for one in found if one[1]]
