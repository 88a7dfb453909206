"""What is kept of one person, as JSON: each domain says which of its rows are about whom.

Ids of other people, and what only the database needs, are left out: the file tells somebody about themselves alone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Table, and_, select
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.rules.place import Place
from bot.store.engine.db import Database
from bot.store.leaving import Forgetting
from bot.store.tables import Account, AuditEntry, Member, Transfer

PAGE = 500
"""Rows that one read brings: none holds others up."""
INTERNAL = frozenset(
    {"id", "community_id", "cause", "answer", "done_cause", "sender", "fold_key", "verdict_id", "fingerprint"}
)
"""Columns that only the database needs."""
OTHERS = frozenset({"by", "actor_id", "owner_id", "user_id"})
"""Columns that may name somebody else. So do those that end in `_by`, and those that refer to members and people."""


@dataclass(frozen=True, slots=True)
class Holds:
    """Rows of one table that are about a person."""

    column: Any
    """The column that holds whom: a member's id, or a Telegram id if `by_user`."""
    by_user: bool = False
    leaves_out: tuple[str, ...] = ()
    """Further columns that tell of others."""

    @property
    def of_a_shop(self) -> bool:
        """Whether each row belongs to a shop. A person's own row only names the one that their private chat means."""
        return "community_id" in self.table.columns and self.table.name != "person"

    @property
    def table(self) -> Table:
        """The table."""
        found: Table = self.column.class_.__table__
        return found

    @property
    def name(self) -> str:
        """How its section of the file is called."""
        return f"{self.table.name}.{self.column.key}"


async def tell_of(db: Database, forgetting: Forgetting, place: Place, user_id: int, at: datetime) -> dict[str, Any]:
    """What is kept of a person in a shop, by sections. Sections without rows are left out."""
    member_id = await db.read(_member_id, place.community_id, user_id)
    found: dict[str, Any] = {"shop": place.shop, "telegram_id": user_id, "made_at": at.isoformat()}
    for one in forgetting.tells:
        rows: list[dict[str, Any]] = []
        whose = user_id if one.by_user else member_id
        if whose is None:
            continue
        while True:
            page = await db.read(_rows, one, place.community_id, whose, len(rows))
            rows += page
            if len(page) < PAGE:
                break
        if rows:
            found[one.name] = rows
    coins = await db.read(_coins, member_id) if member_id is not None else []
    if coins:
        found["coins"] = coins
    deeds = await db.read(_as_staff, forgetting.acted_by, place.community_id, user_id)
    if deeds:
        found["as_staff"] = deeds
    return found


def _member_id(session: Session, community_id: int, user_id: int) -> int | None:
    return session.execute(
        select(col(Member.id)).where(col(Member.community_id) == community_id, col(Member.user_id) == user_id)
    ).scalar_one_or_none()


def shown_columns(one: Holds) -> list[Any]:
    """The columns of a table that a person's file shows."""
    return [column for column in one.table.columns if not _hidden(one, column)]


def _hidden(one: Holds, column: Any) -> bool:
    if column.name == one.column.key and one.by_user:
        return False
    refers = {key.column.table.name for key in column.foreign_keys}
    return (
        column.name in INTERNAL
        or column.name in OTHERS
        or column.name in one.leaves_out
        or column.name.endswith("_by")
        or bool(refers & {"member", "person", "account"})
    )


def _rows(session: Session, one: Holds, community_id: int, whose: int, after: int) -> list[dict[str, Any]]:
    table, columns = one.table, shown_columns(one)
    mine = [one.column == whose]
    if one.by_user and one.of_a_shop:
        mine.append(table.c.community_id == community_id)
    rows = session.execute(
        select(*columns).where(and_(*mine)).order_by(*table.primary_key.columns).offset(after).limit(PAGE)
    ).all()
    names = [column.name for column in columns]
    return [{name: plain(value) for name, value in zip(names, row, strict=True) if value is not None} for row in rows]


def _coins(session: Session, member_id: int) -> list[dict[str, Any]]:
    """All that came to their purse and left it."""
    account = session.execute(select(col(Account.id)).where(col(Account.member_id) == member_id)).scalar_one_or_none()
    found: list[dict[str, Any]] = []
    for column, sign in ((col(Transfer.credit_id), 1), (col(Transfer.debit_id), -1)):
        rows: list[Transfer] = []
        # The index has the account and the day of earning: both are named, so that it is taken.
        for earned in (col(Transfer.earned_at).is_(None), col(Transfer.earned_at).is_not(None)):
            rows += session.execute(select(Transfer).where(column == account, earned)).scalars()
        found += [
            {
                "at": plain(row.made_at),
                "coins": sign * row.amount,
                "reason": row.reason,
                "earned_at": plain(row.earned_at),
            }
            for row in rows
        ]
    return sorted(found, key=lambda one: str(one["at"]))


def _as_staff(session: Session, acted_by: Sequence[Any], community_id: int, user_id: int) -> dict[str, int]:
    """How many rows say that they did something as staff, by table and column."""
    found: dict[str, int] = {}
    acted = select(col(AuditEntry.id)).where(
        col(AuditEntry.community_id) == community_id, col(AuditEntry.actor_id) == user_id
    )
    if session.execute(acted.limit(1)).first() is None:
        return found  # nearly nobody is staff, and the other tables are found by no index
    for column in (col(AuditEntry.actor_id), *acted_by):
        table = column.class_
        rows = session.execute(
            select(*table.__table__.primary_key.columns).where(table.community_id == community_id, column == user_id)
        ).all()
        if rows:
            found[f"{table.__table__.name}.{column.key}"] = len(rows)
    return found


def plain(value: Any) -> Any:
    """A value as JSON takes it."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    return value
