"""Transfers are folded into sums once an hour; a report reads the sums, and those transfers that aren't folded yet.

The sums are exact: a transfer never changes, and each is folded once, by its number.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Integer, bindparam, func, or_, select, update
from sqlalchemy.orm import Session, aliased
from sqlmodel import col

from bot.logs import get_logger, logging_failures
from bot.rules.figures.coin_sums import CoinsAdded, TransferFact, add_up_coins
from bot.rules.figures.windows import FiguresPolicy, Window
from bot.store.engine.db import Database
from bot.store.engine.hot import Hot
from bot.store.engine.inserts import insert_into
from bot.store.engine.sessions import Tx
from bot.store.tables import Account, Community, Transfer
from bot.store.tables.base import Id
from bot.store.tables.figures import CoinFold, CoinSum
from bot.store.tables.ledger import AccountKind

CHUNK = 500
"""Ids of transfers that one write folds: some milliseconds."""
SLICE = 20
"""Chunks that are folded before other due work has its turn."""
MOST_UNFOLDED = 30_000
"""With more transfers that aren't folded (an old shop, before the first fold) a report counts without the sums."""
TRIES = 3
"""A fold may be committed between the statements of a report. Then they are read again."""

log = get_logger("figures")

_UPTO = select(col(CoinFold.upto))

_CHECKED_IN = Hot(
    update(Account)
    .where(
        col(Account.id) == bindparam("account_id", type_=Id),
        or_(col(Account.checked_in_at).is_(None), col(Account.checked_in_at) < bindparam("at")),
    )
    .values(checked_in_at=bindparam("at"))
)
_ADD = Hot.upsert(
    lambda insert_: (
        insert_(CoinSum)
        .values(
            community_id=bindparam("community_id"),
            quarter=bindparam("quarter"),
            issued=bindparam("issued", type_=Integer),
            spent=bindparam("spent", type_=Integer),
        )
        .on_conflict_do_update(
            index_elements=[col(CoinSum.community_id), col(CoinSum.quarter)],
            set_={
                "issued": col(CoinSum.issued) + bindparam("issued", type_=Integer),
                "spent": col(CoinSum.spent) + bindparam("spent", type_=Integer),
            },
        )
    )
)


@dataclass(frozen=True, slots=True)
class Folded:
    """How far a shop's transfers are folded."""

    community_id: int
    upto: int = 0
    seen: int = 0
    seen_at: datetime | None = None
    newest: int = 0
    """The greatest id of all transfers."""

    def is_due(self, now: datetime, policy: FiguresPolicy) -> bool:
        """Whether there is something to fold, and the last time is long ago. A clock that jumped back counts too."""
        return self.upto < self.newest and (self.seen_at is None or abs(now - self.seen_at) >= policy.folds_every)


@dataclass(frozen=True, slots=True)
class CoinsOfDays:
    """What the sums tell of a window."""

    issued: int
    spent: int
    checked_in: int | None
    """Fans who checked in; None: the window isn't one that goes on until now, so that it must be counted."""


class CoinFolding:
    """The clock's use case that folds transfers."""

    def __init__(self, db: Database, policy: FiguresPolicy) -> None:
        self._db = db
        self._policy = policy

    async def run_due(self, now: datetime) -> datetime | None:
        """Fold each shop's transfers, if the last time is an hour ago; now if there is more to fold at once."""
        more = False
        for state in await self._db.read(folded):
            if state.is_due(now, self._policy):
                with logging_failures(log, "fold_failed", community=state.community_id):
                    more |= await self._fold(state, now)
        return now if more else None

    async def _fold(self, state: Folded, now: datetime) -> bool:
        """Fold a slice of what was seen an hour ago, so that other due work isn't held up; whether there is more."""
        upto = state.upto
        for _ in range(SLICE):
            if upto >= state.seen:
                break
            last = min(upto + CHUNK, state.seen)
            added = await self._db.read(read_coins, state.community_id, upto, last)
            if not await self._db.write(fold, state.community_id, (upto, last), added):
                return False
            upto = last
        if upto < state.seen:
            return True
        await self._db.write(mark_seen, state.community_id, state.newest, now)
        return False


def folded(session: Session, community_id: int | None = None) -> list[Folded]:
    """How far the transfers of each shop, or of one, are folded."""
    mine = col(Community.id)
    newest = session.execute(select(func.max(col(Transfer.id)))).scalar_one() or 0
    rows: Any = session.execute(
        select(mine, col(CoinFold.upto), col(CoinFold.seen), col(CoinFold.seen_at))
        .outerjoin(CoinFold, col(CoinFold.community_id) == mine)
        .where(mine == community_id if community_id is not None else mine.is_not(None))
        .order_by(mine)
    ).all()
    return [Folded(one, upto or 0, seen or 0, seen_at, newest) for one, upto, seen, seen_at in rows]


def read_coins(session: Session, community_id: int, after: int, last: int) -> CoinsAdded:
    """The transfers of a shop with ids after one and up to another, added up."""
    payer = aliased(Account)
    rows: Any = session.execute(
        select(
            col(Transfer.community_id),
            col(Transfer.credit_id),
            col(Transfer.amount),
            col(Transfer.reason),
            col(Transfer.made_at),
            col(Transfer.earned_at),
            col(Transfer.reverses_id).is_not(None),
            col(payer.kind) == AccountKind.MEMBER.value,
        )
        .join(payer, col(payer.id) == col(Transfer.debit_id))
        # The shop isn't asked for: its index of times would be taken, and a month of transfers read.
        .where(col(Transfer.id) > after, col(Transfer.id) <= last)
    )
    return add_up_coins(TransferFact(*fact) for shop, *fact in rows if shop == community_id)


def fold(tx: Tx, community_id: int, ids: tuple[int, int], added: CoinsAdded) -> bool:
    """Add sums of transfers, and note that those up to `ids[1]` are folded. False if another fold was faster."""
    before, upto = ids
    moved = update(CoinFold).where(col(CoinFold.community_id) == community_id, col(CoinFold.upto) == before)
    if not tx.execute(moved.values(upto=upto).returning(col(CoinFold.upto))).all():
        return False
    for quarter in sorted(added.quarters):
        one = added.quarters[quarter]
        tx.touch(_ADD, community_id=community_id, quarter=quarter, issued=one.issued, spent=one.spent)
    for account_id in sorted(added.check_ins):
        tx.touch(_CHECKED_IN, account_id=account_id, at=added.check_ins[account_id])
    return True


def mark_seen(tx: Tx, community_id: int, newest: int, now: datetime) -> None:
    """Note up to which id the next fold goes."""
    tx.execute(
        insert_into(tx, CoinFold)
        .values(community_id=community_id, upto=0, seen=newest, seen_at=now)
        .on_conflict_do_update(index_elements=[col(CoinFold.community_id)], set_={"seen": newest, "seen_at": now})
    )


def coins_of_days(session: Session, community_id: int, window: Window) -> CoinsOfDays | None:
    """The coins of a window of whole days by the sums; None if too little is folded, or folded at this moment."""
    for _ in range(TRIES):
        (known,) = folded(session, community_id) or [Folded(community_id)]
        if known.newest - known.upto > MOST_UNFOLDED:
            return None
        found = _by_sums(session, known, window)
        if session.execute(_UPTO.where(col(CoinFold.community_id) == community_id)).scalar_one_or_none() in {
            None,
            known.upto,
        }:
            return found
    return None


def _by_sums(session: Session, known: Folded, window: Window) -> CoinsOfDays:
    fresh = read_coins(session, known.community_id, known.upto, known.newest)
    issued, spent = session.execute(
        select(func.coalesce(func.sum(col(CoinSum.issued)), 0), func.coalesce(func.sum(col(CoinSum.spent)), 0)).where(
            col(CoinSum.community_id) == known.community_id,
            col(CoinSum.quarter) >= window.start,
            col(CoinSum.quarter) < window.end,
        )
    ).one()
    inside = [one for quarter, one in fresh.quarters.items() if window.holds(quarter)]
    return CoinsOfDays(
        issued=int(issued) + sum(one.issued for one in inside),
        spent=int(spent) + sum(one.spent for one in inside),
        checked_in=_checked_in(session, known.community_id, window, fresh),
    )


def _checked_in(session: Session, community_id: int, window: Window, fresh: CoinsAdded) -> int | None:
    """Who checked in last within the window, if nobody did after it."""
    at = col(Account.checked_in_at)
    theirs = (col(Account.community_id) == community_id, at.is_not(None))
    since = select(func.count()).where(*theirs, at >= window.start)
    after = session.execute(select(func.count()).where(*theirs, at >= window.end)).scalar_one()
    if after or any(day >= window.end for day in fresh.check_ins.values()):
        return None
    new = [account for account, day in fresh.check_ins.items() if window.holds(day)]
    counted = sum(session.execute(since.where(col(Account.id).in_(some))).scalar_one() for some in _chunks(new))
    return int(session.execute(since).scalar_one()) + len(new) - counted


def _chunks(accounts: list[int]) -> Iterable[list[int]]:
    return (accounts[start : start + CHUNK] for start in range(0, len(accounts), CHUNK))
