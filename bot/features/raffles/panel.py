"""Raffles on the staff's panel: the list of them, and the reach of calling one off."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.rules.panel import LISTED, AdminLine, Reach, Section
from bot.rules.place import Place
from bot.rules.raffles.facts import RaffleState
from bot.store.panel import count_groups
from bot.store.tables import Raffle, RaffleEntry


def list_raffles(session: Session, place: Place, _at: datetime, number: int | None) -> list[AdminLine]:
    """Raffles that weren't called off. Drawn ones are included, as a place may have to be drawn anew."""
    query = select(Raffle).where(col(Raffle.community_id) == place.community_id)
    if number is not None:
        query = query.where(col(Raffle.number) == number)
    else:
        query = query.where(col(Raffle.state) != RaffleState.CANCELLED)
    found = session.execute(query.order_by(col(Raffle.id).desc()).limit(LISTED + 1)).scalars()
    return [
        AdminLine(Section.RAFFLES, one.number, one.prize, one.state, one.entered, None, one.drawn_at or one.closes)
        for one in found
    ]


def reach_called_off(session: Session, place: Place, _values: Mapping[str, Any], number: int | None) -> Reach:
    """What calling a raffle off costs: the entries that become void, and the coins that go back."""
    entries, coins = session.execute(
        select(func.count(), func.coalesce(func.sum(RaffleEntry.paid), 0))
        .join(Raffle, col(Raffle.id) == col(RaffleEntry.raffle_id))
        .where(
            col(Raffle.community_id) == place.community_id,
            col(Raffle.number) == number,
            col(RaffleEntry.returned).is_(False),
        )
    ).one()
    return Reach(groups=count_groups(session, place), void=entries, back=int(coins))
