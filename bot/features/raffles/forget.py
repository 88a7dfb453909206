"""A person has their data deleted: what becomes of their entries in raffles."""

from sqlalchemy import select, tuple_, update
from sqlmodel import col

from bot.rules.raffles.draws import UNREACHABLE
from bot.rules.raffles.facts import EntryState, RaffleState, Reason
from bot.store.audit import forget_answers
from bot.store.engine.sessions import Tx
from bot.store.leaving import Leaving
from bot.store.tables import Raffle, RaffleEntry, RaffleRedraw, Win
from bot.store.told_data import Holds

ACTED_BY = (col(Raffle.made_by),)
"""Columns that hold the id of a staff member who acted."""
TELLS = (
    Holds(col(RaffleEntry.member_id)),
    Holds(col(Win.member_id)),
)
"""Rows that are about a person."""
NAMED_IN_ANSWER = ("raffle.redrawn",)
"""Acts whose stored answer names fans."""


def forget(tx: Tx, leaving: Leaving) -> None:
    """Take the member out of open raffles. Their line stays on a closed list, but nobody can tell whose it was."""
    mine = col(RaffleEntry.member_id) == leaving.member_id
    running = select(col(Raffle.id)).where(col(Raffle.state) == RaffleState.OPEN)
    tx.execute(
        update(RaffleEntry)
        .where(mine, col(RaffleEntry.raffle_id).in_(running))
        .values(state=EntryState.OUT, reason=Reason.DELETED.value)
    )
    # The owner's reason for a redraw may tell who the fan was.
    struck = select(col(RaffleEntry.raffle_id), col(RaffleEntry.redraw)).where(
        mine, col(RaffleEntry.redraw).is_not(None)
    )
    tx.execute(
        update(RaffleRedraw)
        .where(tuple_(col(RaffleRedraw.raffle_id), col(RaffleRedraw.number)).in_(struck))
        .values(reason=UNREACHABLE)
    )
    # `returned`: a deleted member gets no ticket back.
    tx.execute(update(RaffleEntry).where(mine).values(salt=None, cause=None, answer=None, returned=True))
    forget_answers(tx, leaving.community_id, NAMED_IN_ANSWER, select(col(RaffleEntry.raffle_id)).where(mine))
