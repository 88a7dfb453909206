"""What lapses at the month's end if nobody spends anything, counted once a day for the figures.

Nothing is counted until the lapse of the month before is done: coins that are about to go would stand there all day.
After that a fan can lose something only if they earned in the month whose coins lapse now, or if older coins came to
them since: back for something that they bought, or with a fan's packet. Nobody else is looked at.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.rules.calendar import DAY, day_of, month_of, start_of
from bot.rules.figures.lapse import LAPSES, earned_since
from bot.rules.place import Place
from bot.store import ledger
from bot.store.engine.db import Database
from bot.store.engine.inserts import insert_into
from bot.store.engine.sessions import Tx
from bot.store.places import find_place
from bot.store.tables import Account, Community, LapseRound, Transfer
from bot.store.tables.lapse import LapseAhead
from bot.store.tables.ledger import NOT_EARNED
from bot.store.tables.packets import Packet

CHUNK = 500
"""Purses that one reading adds up."""


class LapseCount:
    """Counts once a day what lapses at the month's end."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def count(self, now: datetime) -> None:
        """Count for every shop that is old enough, unless that was done today. The writer is held for a row a shop."""
        for community_id in await self._db.read(_shops):
            place = await self._db.read(find_place, community_id)
            if place is None:
                continue
            today = day_of(now, place.timezone)
            since = earned_since(today, place.timezone)
            if await self._db.read(_stands, place, today, since):
                continue
            coins = 0
            accounts = await self._db.read(may_lose, place, today)
            for start in range(0, len(accounts), CHUNK):
                coins += await self._db.read(_lapse_of, accounts[start : start + CHUNK], since)
            await self._db.write(_keep, community_id, month_of(today), coins, now)


def _shops(session: Session) -> list[int]:
    return [one for one in session.execute(select(col(Community.id)).order_by(col(Community.id))).scalars() if one]


def _stands(session: Session, place: Place, today: date, since: datetime) -> bool:
    """Whether nothing is to be counted now.

    It was counted today, or the shop is so young that whatever fans earned is good, or the last month's lapse isn't
    done yet.
    """
    made_at = session.execute(
        select(col(Community.made_at)).where(col(Community.id) == place.community_id)
    ).scalar_one()
    if made_at >= since:
        return True
    row = session.get(LapseAhead, place.community_id)
    if row is not None and day_of(row.counted_at, place.timezone) == today:
        return True
    ended = _month_before(today)
    done = session.get(LapseRound, (place.community_id, LAPSES, month_of(ended)))
    return (done is None or not done.done) and made_at < earned_since(ended, place.timezone)


def _month_before(today: date) -> date:
    """The last day of the month before."""
    return today.replace(day=1) - DAY


def may_lose(session: Session, place: Place, today: date) -> list[int]:
    """Accounts from which something may lapse at the end of this month, once the month before is done."""
    ended = _month_before(today)
    since, before = earned_since(today, place.timezone), earned_since(ended, place.timezone)
    earned = col(Transfer.earned_at)
    month = select(col(Transfer.credit_id)).where(
        col(Transfer.community_id) == place.community_id, earned >= before, earned < since
    )
    # A day more than the month: what is done late counts at the instant of its act.
    lately = start_of(ended.replace(day=1), place.timezone) - DAY
    back = select(col(Transfer.credit_id)).where(
        col(Transfer.community_id) == place.community_id,
        NOT_EARNED,
        col(Transfer.made_at) >= lately,
        col(Transfer.reverses_id).is_not(None),
    )
    packets = select(col(Packet.escrow_id)).where(
        col(Packet.community_id) == place.community_id,
        col(Packet.giver_id).is_not(None),
        col(Packet.expires_at) >= lately,
    )
    handed = select(col(Transfer.credit_id)).where(col(Transfer.debit_id).in_(packets), earned < before)
    accounts: set[int] = set()
    for some in (month, back, handed):
        accounts.update(session.execute(some.distinct()).scalars())
    return sorted(accounts)


def _lapse_of(session: Session, accounts: Sequence[int], since: datetime) -> int:
    """Coins of these accounts that were earned before an instant. Accounts of no member keep no balance."""
    purses: Any = session.execute(
        select(col(Account.id), col(Account.balance)).where(col(Account.id).in_(accounts), col(Account.balance) > 0)
    ).all()
    balances: dict[int, int] = dict(purses)
    earned = _earned(session, balances, since)
    return sum(max(0, balance - earned.get(account_id, 0)) for account_id, balance in balances.items())


def _earned(session: Session, accounts: Iterable[int], since: datetime) -> dict[int, int]:
    dated = ledger.dated(accounts, since)
    rows = session.execute(select(dated.c.account_id, func.sum(dated.c.coins)).group_by(dated.c.account_id)).all()
    return {account_id: int(coins) for account_id, coins in rows}


def _keep(tx: Tx, community_id: int, month: str, coins: int, now: datetime) -> None:
    values = {"month": month, "coins": coins, "counted_at": now}
    tx.execute(
        insert_into(tx, LapseAhead)
        .values(community_id=community_id, **values)
        .on_conflict_do_update(index_elements=[col(LapseAhead.community_id)], set_=values)
    )
