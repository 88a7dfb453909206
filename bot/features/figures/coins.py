"""Coins of a window, what the shop owes its fans, and what lapses at the month's end."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import case, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session, aliased
from sqlmodel import col

from bot.rules.calendar import DAY, day_of, month_of
from bot.rules.figures.lapse import earned_since, first_of_next_month
from bot.rules.figures.reports import CoinFigures
from bot.rules.figures.windows import Window
from bot.rules.place import Place
from bot.store import ledger
from bot.store.engine.db import Database
from bot.store.engine.sessions import Tx
from bot.store.places import find_place
from bot.store.tables import Account, Community, Transfer
from bot.store.tables.lapse import LapseAhead
from bot.store.tables.ledger import NOT_EARNED, AccountKind

NO_SPENDING = ("lapse", "forgotten")
"""Reasons of coins that left a purse and weren't spent: they lapsed, or their owner had their data deleted."""
CHUNK = 500
"""Purses that one reading adds up."""


def coin_figures(session: Session, place: Place, window: Window, now: datetime) -> CoinFigures:
    """Coins of the window, and the shop's debt now."""
    today = day_of(now, place.timezone)
    return CoinFigures(
        issued=_issued(session, place, window),
        spent=_spent(session, place, window),
        owed=_owed(session, place),
        lapsing=_lapsing(session, place, today),
        lapse_on=first_of_next_month(today) - DAY,
    )


def _issued(session: Session, place: Place, window: Window) -> int:
    """Coins that fans earned. What came from another fan, or back from a packet, was earned before that."""
    earned = col(Transfer.earned_at)
    found = session.execute(
        select(func.coalesce(func.sum(Transfer.amount), 0)).where(
            col(Transfer.community_id) == place.community_id,
            earned >= window.start,
            earned < window.end,
            col(Transfer.made_at) == earned,
        )
    ).scalar_one()
    return int(found)


def _spent(session: Session, place: Place, window: Window) -> int:
    """Coins that fans spent, less those that they got back for it."""
    payer = aliased(Account)
    at = col(Transfer.made_at)
    back = col(Transfer.reverses_id).is_not(None)
    paid = (col(payer.kind) == AccountKind.MEMBER) & col(Transfer.reason).not_in(NO_SPENDING)
    coins = case((back, -col(Transfer.amount)), (paid, col(Transfer.amount)), else_=0)
    found: int = session.execute(
        select(func.coalesce(func.sum(coins), 0))
        .select_from(Transfer)
        .join(payer, col(payer.id) == col(Transfer.debit_id))
        .where(
            col(Transfer.community_id) == place.community_id,
            NOT_EARNED,
            at >= window.start,
            at < window.end,
        )
    ).scalar_one()
    return int(found)


def _owed(session: Session, place: Place) -> int:
    """What all fans hold."""
    found: Any = session.execute(
        select(func.coalesce(func.sum(Account.balance), 0)).where(
            col(Account.community_id) == place.community_id, col(Account.member_id).is_not(None)
        )
    ).scalar_one()
    return int(found)


def _lapsing(session: Session, place: Place, today: date) -> int | None:
    """What lapses at this month's end, as counted last; None if that wasn't counted yet."""
    made_at = session.execute(
        select(col(Community.made_at)).where(col(Community.id) == place.community_id)
    ).scalar_one()
    if made_at >= earned_since(today, place.timezone):
        return 0  # a young shop: whatever fans earned is good for longer
    row = session.get(LapseAhead, place.community_id)
    return row.coins if row is not None and row.month == month_of(today) else None


class LapseCount:
    """Counts once a day, and at each start, what lapses at the month's end."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def count(self, now: datetime) -> None:
        """Count for every shop that is old enough. The writer is held for one row a shop."""
        for community_id in await self._db.read(_shops):
            place = await self._db.read(find_place, community_id)
            if place is None:
                continue
            coins, after = 0, 0
            while True:
                purses = await self._db.read(_purses, place, after)
                if not purses:
                    break
                since = earned_since(day_of(now, place.timezone), place.timezone)
                coins += await self._db.read(_lapse_of, purses, since)
                after = purses[-1][0]
            await self._db.write(_keep, community_id, month_of(day_of(now, place.timezone)), coins, now)


def _shops(session: Session) -> list[int]:
    return [one for one in session.execute(select(col(Community.id)).order_by(col(Community.id))).scalars() if one]


def _purses(session: Session, place: Place, after: int) -> Sequence[tuple[int, int, int]]:
    """The next members who hold coins: member, account, balance."""
    rows = session.execute(
        select(col(Account.member_id), col(Account.id), col(Account.balance))
        .where(col(Account.community_id) == place.community_id, col(Account.member_id) > after)
        .order_by(col(Account.member_id))
        .limit(CHUNK)
    ).all()
    return [(member_id or 0, account_id or 0, balance or 0) for member_id, account_id, balance in rows]


def _lapse_of(session: Session, purses: Sequence[tuple[int, int, int]], since: datetime) -> int:
    """Coins of these purses that were earned before an instant."""
    dated = ledger.dated((account_id for _, account_id, balance in purses if balance), since)
    rows = session.execute(select(dated.c.account_id, func.sum(dated.c.coins)).group_by(dated.c.account_id)).all()
    earned = {account_id: int(coins) for account_id, coins in rows}
    return sum(max(0, balance - earned.get(account_id, 0)) for _, account_id, balance in purses)


def _keep(tx: Tx, community_id: int, month: str, coins: int, now: datetime) -> None:
    insert = postgresql.insert if tx.get_bind().dialect.name == "postgresql" else sqlite.insert
    values = {"month": month, "coins": coins, "counted_at": now}
    tx.execute(
        insert(LapseAhead)
        .values(community_id=community_id, **values)
        .on_conflict_do_update(index_elements=[col(LapseAhead.community_id)], set_=values)
    )
