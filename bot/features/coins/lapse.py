"""Coins lapse at a month's end, and who has some to lose is told about a month before."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Select, bindparam, case, func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.logs import get_logger, logging_failures
from bot.rules.calendar import DAY, month_of
from bot.rules.coins.lapse import (
    YEAR,
    LapseNotice,
    LapsePolicy,
    LapseStep,
    cut_off,
    end_of,
    ended_month,
    lapsing,
    month_after,
    months_ahead,
    notice_at,
    upcoming,
)
from bot.rules.lots import Lapse
from bot.rules.place import Place
from bot.store import ledger
from bot.store.engine.db import Database
from bot.store.engine.hot import Hot
from bot.store.engine.sessions import Rx, Tx
from bot.store.messages.outbox import Terms
from bot.store.messages.payloads import pack
from bot.store.messages.telling import tell_in_private
from bot.store.places import place_of
from bot.store.private_messages import readers_among
from bot.store.tables import Account, Community, LapseRound, Transfer
from bot.store.tables.base import Id
from bot.store.tables.messages import Lane

log = get_logger("lapsing")

BEFORE_THE_END = timedelta(hours=12)
"""A notice that can't be delivered so long before the end isn't delivered any more."""

_BEGIN = Hot.upsert(
    lambda insert_: (
        insert_(LapseRound)
        .values(
            community_id=bindparam("community_id"),
            step=bindparam("step"),
            month=bindparam("month"),
            after_member_id=bindparam("after_member_id"),
            done=bindparam("done"),
        )
        .on_conflict_do_nothing()
    )
)


def _earned_since() -> Select[Any]:
    """What one account earned since each of the cut-offs `since_0`, `since_1` and so on. The first is the oldest."""
    instant: Any = col(Transfer.earned_at)
    cut_offs = [bindparam(f"since_{nth}", type_=instant.type) for nth in range(YEAR + 1)]
    dated = ledger.dated(bindparam("account_id", type_=Id), cut_offs[0])
    return select(
        *(func.coalesce(func.sum(case((dated.c.earned_at >= since, dated.c.coins), else_=0)), 0) for since in cut_offs)
    )


_EARNED_SINCE = Hot(_earned_since())


@dataclass(frozen=True, slots=True)
class DueRound:
    """What the clock has to do for one community."""

    community_id: int
    step: LapseStep
    month: date


class LapseClock:
    """The clock's use cases of coins."""

    def __init__(self, db: Database, policy: LapsePolicy) -> None:
        self._db = db
        self._policy = policy

    async def run_due(self, now: datetime) -> datetime | None:
        """Let lapse what is over, tell of what will; when there is more to do."""
        due, next_at = await self._db.read(look_ahead, now, self._policy)
        for one in due:
            with logging_failures(log, "lapse_failed", community=one.community_id, step=one.step.value):
                while await self._db.write(do_chunk, one, now, self._policy):
                    pass
        return next_at


def look_ahead(session: Session, now: datetime, policy: LapsePolicy) -> tuple[list[DueRound], datetime | None]:
    """Rounds that are due and not done; when the next one falls due.

    Of months that ended while the bot was away only the latest is looked at: its cut-off takes in the earlier ones.
    """
    communities: Any = session.execute(
        select(col(Community.id), col(Community.timezone), col(Community.made_at)).order_by(col(Community.id))
    ).all()
    done = _done_since(session, min((ended_month(now, row.timezone) for row in communities), default=now.date()))
    due: list[DueRound] = []
    waiting: list[datetime] = []
    for community_id, timezone, made_at in communities:
        ended = ended_month(now, timezone)
        this = month_after(ended)
        steps = [DueRound(community_id, LapseStep.LAPSE, ended)]
        notice = notice_at(this, timezone, now, policy)
        if notice == now:
            steps.append(DueRound(community_id, LapseStep.NOTICE, this))
        elif notice is not None:
            waiting.append(notice)
        waiting.append(end_of(this, timezone))
        # Before the cut-off of a shop that is younger nobody had earned anything.
        due += [one for one in steps if one not in done and made_at < cut_off(one.month, timezone)]
    return due, min(waiting, default=None)


def _done_since(session: Session, month: date) -> set[DueRound]:
    rows = session.execute(
        select(col(LapseRound.community_id), col(LapseRound.step), col(LapseRound.month)).where(
            col(LapseRound.done).is_(True), col(LapseRound.month) >= month_of(month)
        )
    ).all()
    return {DueRound(row.community_id, LapseStep(row.step), date.fromisoformat(f"{row.month}-01")) for row in rows}


def do_chunk(tx: Tx, due: DueRound, now: datetime, policy: LapsePolicy) -> bool:
    """Do the next few hundred members of a round; False when there are none left."""
    row = _round(tx, due)
    if row.done:
        return False
    place = place_of(tx, due.community_id)
    purses = _purses(tx, place, row.after_member_id, policy.chunk)
    losing = _losing(tx, purses, cut_off(due.month, place.timezone))
    if losing and due.step is LapseStep.LAPSE:
        _let_lapse(tx, place, due.month, losing, now)
    elif losing:
        _tell(tx, place, due.month, losing, now)
    row.done = len(purses) < policy.chunk
    row.after_member_id = purses[-1].member_id if purses else row.after_member_id
    tx.flush()
    return not row.done


def dates_of(
    session: Rx | Tx, place: Place, account_id: int, balance: int, now: datetime, policy: LapsePolicy
) -> tuple[Lapse, ...]:
    """When coins of one account lapse: the next dates, if nothing is spent until then."""
    if not balance:
        return ()
    months = months_ahead(now, place.timezone)
    cut_offs = {f"since_{nth}": cut_off(month, place.timezone) for nth, month in enumerate(months)}
    earned = session.row(_EARNED_SINCE, account_id=account_id, **cut_offs) or ()
    return upcoming(balance, zip(months, map(int, earned), strict=True), policy.dates_shown)


@dataclass(frozen=True, slots=True)
class _Purse:
    member_id: int
    account_id: int
    balance: int


def _round(tx: Tx, due: DueRound) -> LapseRound:
    """The round's row, locked: two clocks at once do each member once."""
    key = {"community_id": due.community_id, "step": due.step.value, "month": month_of(due.month)}
    tx.touch(_BEGIN, **key, after_member_id=0, done=False)
    return tx.get_one(LapseRound, tuple(key.values()), with_for_update=True, populate_existing=True)


def _purses(tx: Tx, place: Place, after_member_id: int, chunk: int) -> list[_Purse]:
    """The next members who have anything, locked: what they spend meanwhile was spent before or comes after."""
    rows: Any = tx.execute(
        select(col(Account.member_id), col(Account.id), col(Account.balance))
        .where(
            col(Account.community_id) == place.community_id,
            col(Account.member_id) > after_member_id,
            col(Account.balance) > 0,
        )
        .order_by(col(Account.member_id))
        .limit(chunk)
        .with_for_update(of=Account)
    ).all()
    return [_Purse(*row) for row in rows]


def _losing(tx: Tx, purses: Sequence[_Purse], since: datetime) -> list[tuple[_Purse, int]]:
    """Those who lose something, and how many coins."""
    dated = ledger.dated((purse.account_id for purse in purses), since)
    rows = tx.execute(select(dated.c.account_id, func.sum(dated.c.coins)).group_by(dated.c.account_id)).all()
    earned: dict[int, int] = dict(rows)
    lost = [(purse, lapsing(purse.balance, int(earned.get(purse.account_id, 0)))) for purse in purses]
    return [(purse, coins) for purse, coins in lost if coins]


def _let_lapse(tx: Tx, place: Place, month: date, losing: list[tuple[_Purse, int]], now: datetime) -> None:
    lapsed = ledger.lapse_account(tx, place.community_id)
    for purse, coins in losing:
        ledger.charge(
            tx,
            ledger.TransferHeader(place.community_id, f"lapse:{purse.member_id}:{month_of(month)}", "lapse", now),
            member_account=purse.account_id,
            shop=lapsed,
            amount=coins,
        )


def _tell(tx: Tx, place: Place, month: date, losing: list[tuple[_Purse, int]], now: datetime) -> None:
    """Promise the notice to those who may be written to and want to be reminded of things."""
    readers = readers_among(tx, [purse.member_id for purse, _ in losing], place.language, wanted=True, inside=True)
    not_after = end_of(month, place.timezone) - BEFORE_THE_END
    for purse, coins in losing:
        if purse.member_id not in readers:
            continue
        notice = pack(LapseNotice(month_after(month) - DAY, coins, purse.balance))
        key = f"lapse:{purse.member_id}:{month_of(month)}"
        terms = Terms(now=now, key=key, not_after=not_after, lane=Lane.BULK)
        tell_in_private(tx, place.community_id, readers[purse.member_id], notice, terms)
