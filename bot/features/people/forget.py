"""Somebody has their data deleted: where they were, and how they came."""

from sqlalchemy import delete, update
from sqlmodel import col

from bot.store.engine.sessions import Tx
from bot.store.leaving import Leaving, Traces
from bot.store.tables import Dialogue, FirstTouch, Member, Person, Presence, Source
from bot.store.tables.welcome import WelcomeAnswer, WelcomeQuestion
from bot.store.told_data import Holds

ACTED_BY = (col(Source.made_by), col(WelcomeQuestion.made_by))
"""Columns that say who of the staff did something."""
TELLS = (
    Holds(col(Person.user_id), by_user=True),
    Holds(col(Member.user_id), by_user=True),
    Holds(col(Presence.member_id)),
    Holds(col(WelcomeAnswer.member_id)),
    Holds(col(FirstTouch.user_id), by_user=True),
    Holds(col(Dialogue.user_id), by_user=True),
)
"""Rows that are about a person."""


def forget(tx: Tx, leaving: Leaving) -> None:
    """Delete in which groups they were, what they answered at the welcome, and the code of their orders."""
    tx.execute(delete(WelcomeAnswer).where(col(WelcomeAnswer.member_id) == leaving.member_id))
    tx.execute(delete(Presence).where(col(Presence.member_id) == leaving.member_id))
    tx.execute(update(Member).where(col(Member.id) == leaving.member_id).values(shop_code=None))


def drop_traces(tx: Tx, traces: Traces) -> None:
    """Delete which link they opened first."""
    mine = delete(FirstTouch).where(col(FirstTouch.user_id) == traces.user_id)
    if traces.community_id is not None:
        mine = mine.where(col(FirstTouch.community_id) == traces.community_id)
    tx.execute(mine)
