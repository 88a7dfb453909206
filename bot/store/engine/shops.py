"""Shops for the command line: lists the shops of a database, and removes one with all its rows."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Table, delete, func, select, text, update
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.store.engine.sessions import Tx
from bot.store.tables import Community, Dialogue, FanGroup, Member, Person, metadata
from bot.store.tables.base import id_of

OF_ALL_SHOPS = frozenset({"inbox", "person", "set_aside"})
"""Tables whose rows don't belong to one shop."""
OTHER_CLIENTS = text(
    "SELECT count(*) FROM pg_stat_activity "
    "WHERE datname = current_database() AND pid <> pg_backend_pid() AND usename IS NOT NULL"
)
"""Counts other programs that are connected. PostgreSQL's own workers have no user, so they don't count."""


@dataclass(frozen=True, slots=True)
class Room:
    """A chat of a shop."""

    chat_id: int
    title: str
    is_channel: bool


@dataclass(frozen=True, slots=True)
class ShopFound:
    """One shop."""

    number: int
    name: str
    owner_id: int
    owner: str | None
    """The owner's name; None if the bot never saw them."""
    home: Room | None
    home_gone: bool
    """Whether the bot has left the home group."""
    rooms: tuple[Room, ...]
    """Other chats that the bot is in, the oldest first."""
    members: int
    """Those who haven't left."""


@dataclass(frozen=True, slots=True)
class Removed:
    """A shop is gone."""

    rows: int


class StillUsedError(Exception):
    """Other programs are connected to the database: a bot may run on it."""


def find_shops(session: Session) -> list[ShopFound]:
    """All shops by their numbers."""
    shops = session.execute(
        select(Community, col(Person.name))
        .outerjoin(Person, col(Person.user_id) == col(Community.owner_id))
        .order_by(col(Community.id))
    ).all()
    groups = list(session.execute(select(FanGroup).order_by(col(FanGroup.id))).scalars())
    members = session.execute(
        select(col(Member.community_id), func.count())
        .where(col(Member.left_at).is_(None))
        .group_by(col(Member.community_id))
    )
    counts = {number: count for number, count in members}  # noqa: C416  # rows are no pairs to the type checker
    return [
        _shop_found(shop, owner, [one for one in groups if one.community_id == shop.id], counts)
        for shop, owner in shops
    ]


def _shop_found(shop: Community, owner: str | None, groups: list[FanGroup], counts: dict[int, int]) -> ShopFound:
    number = id_of(shop)
    home = next((one for one in groups if one.is_home), None)
    return ShopFound(
        number=number,
        name=shop.shop,
        owner_id=shop.owner_id,
        owner=owner,
        home=_room(home) if home is not None else None,
        home_gone=home is not None and home.left_at is not None,
        rooms=tuple(_room(one) for one in groups if not one.is_home and one.left_at is None),
        members=counts.get(number, 0),
    )


def _room(group: FanGroup) -> Room:
    return Room(group.chat_id, group.title, group.is_channel)


def refuse_if_used(tx: Tx) -> None:
    """Make sure that no bot works on a PostgreSQL database: it would still use what it has read.

    SQLite needs no check here: the caller holds the file's lock.

    Raises:
        StillUsedError: another program is connected.
    """
    if tx.get_bind().dialect.name != "postgresql":
        return
    # With this lock a bot that starts now reads its shops only after our commit.
    tx.execute(text("LOCK TABLE community IN ACCESS EXCLUSIVE MODE"))
    if tx.execute(OTHER_CLIENTS).scalar_one():
        raise StillUsedError


def remove_shop(tx: Tx, number: int) -> Removed | None:
    """Delete a shop with all rows that belong to it; None if no shop has this number.

    People who belong to no other shop are deleted too. For the others, commands in private mean another of their shops
    from then on.

    Raises:
        LookupError: a table doesn't say to which shop its rows belong.
    """
    if tx.get(Community, number) is None:
        return None
    _claim_people(tx, number)
    rows = 0
    for table in reversed(metadata.sorted_tables):
        if table.name in OF_ALL_SHOPS or table is _table(Community):
            continue
        inside = rows_of(table, number)
        if inside is None:
            raise LookupError(f"rows of {table.name} don't say to which shop they belong")
        rows += _run_and_count(tx, delete(table).where(inside))
    rows += _remove_people(tx, number)
    rows += _run_and_count(tx, delete(Community).where(col(Community.id) == number))
    return Removed(rows)


def rows_of(table: Table, number: int) -> ColumnElement[bool] | None:
    """The condition that rows of a table belong to a shop: by their `community_id`, else by a row that they refer to.

    None if the table has neither.
    """
    if table is _table(Community):
        return table.c.id == number
    if "community_id" in table.c and table.name not in OF_ALL_SHOPS:
        return table.c.community_id == number
    for column in table.columns:
        for key in column.foreign_keys:
            parent = key.column.table
            if column.nullable or parent is table or parent.name in OF_ALL_SHOPS:
                continue
            inside = rows_of(parent, number)
            if inside is not None:
                return column.in_(select(key.column).where(inside))
    return None


def _claim_people(tx: Tx, number: int) -> None:
    """Assign everybody who is a member of this shop only to it, so that they are deleted with it."""
    here = select(col(Member.user_id)).where(col(Member.community_id) == number)
    elsewhere = select(col(Member.user_id)).where(col(Member.community_id) != number)
    tx.execute(
        update(Person)
        .where(col(Person.user_id).in_(here), col(Person.user_id).not_in(elsewhere))
        .values(community_id=number)
    )


def _remove_people(tx: Tx, number: int) -> int:
    """Delete people who have no other shop, and assign the others to another shop of theirs; how many were deleted.

    Everything else of the shop is deleted before.
    """
    others: list[Any] = [
        select(func.min(col(Member.community_id))).where(col(Member.user_id) == col(Person.user_id)),
        select(func.min(col(Community.id))).where(
            col(Community.owner_id) == col(Person.user_id), col(Community.id) != number
        ),
        select(func.min(col(Dialogue.community_id))).where(col(Dialogue.user_id) == col(Person.user_id)),
    ]
    other = func.coalesce(*(one.correlate(Person).scalar_subquery() for one in others))
    theirs = col(Person.community_id) == number
    rows = _run_and_count(tx, delete(Person).where(theirs, other.is_(None)))
    tx.execute(update(Person).where(theirs).values(community_id=other))
    return rows


def _run_and_count(tx: Tx, statement: Any) -> int:
    done: Any = tx.execute(statement, execution_options={"synchronize_session": False})
    return int(done.rowcount)


def _table(model: Any) -> Table:
    table: Table = model.__table__
    return table
