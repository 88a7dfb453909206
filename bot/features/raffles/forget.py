"""Somebody has their data deleted: what becomes of their entries in raffles."""

from sqlalchemy import select, tuple_, update
from sqlmodel import col

from bot.rules.raffles.draws import UNREACHABLE
from bot.rules.raffles.facts import EntryState, RaffleState, Reason
from bot.store.audit import forget_answers
from bot.store.engine.db import Tx
from bot.store.leaving import Leaving
from bot.store.tables import Raffle, RaffleEntry, RaffleRedraw

ACTED_BY = (col(Raffle.made_by),)
"""Columns that say who of the staff did something."""
NAMED_IN_ANSWER = ("raffle.redrawn",)
"""Acts whose stored answer names fans."""


def forget(tx: Tx, leaving: Leaving) -> None:
    """Out of what takes entries still; on a list that is closed their line stays, and nobody can tell whose it was."""
    mine = col(RaffleEntry.member_id) == leaving.member_id
    running = select(col(Raffle.id)).where(col(Raffle.state) == RaffleState.OPEN)
    tx.execute(
        update(RaffleEntry)
        .where(mine, col(RaffleEntry.raffle_id).in_(running))
        .values(state=EntryState.OUT, reason=Reason.DELETED.value)
    )
    # What the owner wrote may tell who it was.
    struck = select(col(RaffleEntry.raffle_id), col(RaffleEntry.redraw)).where(
        mine, col(RaffleEntry.redraw).is_not(None)
    )
    tx.execute(
        update(RaffleRedraw)
        .where(tuple_(col(RaffleRedraw.raffle_id), col(RaffleRedraw.number)).in_(struck))
        .values(reason=UNREACHABLE)
    )
    # A ticket goes back to nobody.
    tx.execute(update(RaffleEntry).where(mine).values(salt=None, cause=None, answer=None, returned=True))
    forget_answers(tx, leaving.community_id, NAMED_IN_ANSWER, select(col(RaffleEntry.raffle_id)).where(mine))
