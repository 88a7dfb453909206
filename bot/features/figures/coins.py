"""Coins of a window, what the shop owes its fans, and what lapses at the month's end."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session, aliased
from sqlmodel import col

from bot.features.figures.coin_sums import CoinsOfDays
from bot.rules.calendar import DAY, day_of, month_of
from bot.rules.figures.coin_sums import NO_SPENDING
from bot.rules.figures.lapse import earned_since, first_of_next_month
from bot.rules.figures.reports import CoinFigures
from bot.rules.figures.windows import Window
from bot.rules.place import Place
from bot.store.tables import Account, Community, Transfer
from bot.store.tables.lapse import LapseAhead
from bot.store.tables.ledger import NOT_EARNED, AccountKind


def coin_figures(
    session: Session, place: Place, window: Window, now: datetime, known: CoinsOfDays | None = None
) -> CoinFigures:
    """Coins of the window, by the sums if these are known, and the shop's debt now."""
    today = day_of(now, place.timezone)
    return CoinFigures(
        issued=known.issued if known is not None else _issued(session, place, window),
        spent=known.spent if known is not None else _spent(session, place, window),
        owed=_owed(session, place),
        lapsing=_lapsing(session, place, today),
        lapse_on=first_of_next_month(today) - DAY,
    )


def _issued(session: Session, place: Place, window: Window) -> int:
    """Coins that fans earned. What came from another fan, or back from a packet, was earned before that.

    What the shop took back counts as never earned.
    """
    earned = col(Transfer.earned_at)
    back = col(Transfer.reverses_id).is_not(None)
    coins = case((back, -col(Transfer.amount)), (col(Transfer.made_at) == earned, col(Transfer.amount)), else_=0)
    found = session.execute(
        select(func.coalesce(func.sum(coins), 0)).where(
            col(Transfer.community_id) == place.community_id, earned >= window.start, earned < window.end
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
