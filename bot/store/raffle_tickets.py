"""Raffle tickets that the coin shop sells: finds the raffle of a ticket, and gives tickets back."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.rules.raffles.facts import RaffleState
from bot.store.engine.sessions import Tx
from bot.store.tables import Raffle, RaffleEntry


def raffle_for_sale(session: Session, community_id: int, number: int, now: datetime) -> int | None:
    """The id of the raffle with this number, if it is open and its entries can be sold; else None."""
    raffle = session.execute(
        select(Raffle).where(col(Raffle.community_id) == community_id, col(Raffle.number) == number)
    ).scalar_one_or_none()
    if raffle is None or raffle.state != RaffleState.OPEN or raffle.closes <= now:
        return None
    return raffle.id


def take_ticket_back(tx: Tx, community_id: int, entry_id: int | None) -> bool:
    """Mark an entry's ticket as given back, so that the raffle doesn't give it back a second time.

    False if the raffle is closed, or the ticket was given back before.
    """
    running = select(col(Raffle.id)).where(
        col(Raffle.community_id) == community_id, col(Raffle.state) == RaffleState.OPEN
    )
    returned = tx.execute(
        update(RaffleEntry)
        .where(
            col(RaffleEntry.id) == entry_id,
            col(RaffleEntry.returned).is_(False),
            col(RaffleEntry.raffle_id).in_(running),
        )
        .values(returned=True)
        .returning(col(RaffleEntry.id))
    ).first()
    return returned is not None


def ticket_can_come_back(entry_id: Any) -> ColumnElement[bool]:
    """The SQL condition that an entry's ticket can still be given back: see `take_ticket_back`."""
    kept = (
        select(col(RaffleEntry.id))
        .join(Raffle, col(Raffle.id) == col(RaffleEntry.raffle_id))
        .where(
            col(RaffleEntry.id) == entry_id,
            col(RaffleEntry.returned).is_(False),
            col(Raffle.state) == RaffleState.OPEN,
        )
    )
    return kept.exists()


def entry_of(session: Session, raffle_id: int, member_id: int) -> int:
    """The row id of a member's entry into a raffle.

    Raises:
        NoResultFound: they aren't in it.
    """
    query: Any = select(col(RaffleEntry.id)).where(
        col(RaffleEntry.raffle_id) == raffle_id, col(RaffleEntry.member_id) == member_id
    )
    found: int = session.execute(query).scalar_one()
    return found
