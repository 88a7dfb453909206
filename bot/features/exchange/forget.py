"""Somebody has their data deleted: what a file said of them is forgotten."""

from sqlalchemy import delete, select, update
from sqlmodel import col

from bot.rules.exchange.states import LineState
from bot.store.engine.sessions import Tx
from bot.store.leaving import Leaving, Traces
from bot.store.tables import Person
from bot.store.tables.exchange import Export, MemberImport, MovedLine
from bot.store.told_data import Holds

ACTED_BY = (col(MemberImport.made_by), col(Export.made_by))
"""Columns that say who of the staff did something."""
TELLS = (
    Holds(col(MovedLine.member_id)),
    Holds(col(MovedLine.user_id), by_user=True),
)
"""Rows that are about a person."""


def forget(tx: Tx, leaving: Leaving) -> None:
    """What they were given stays a number of the import, without tags and dates. What they were asked about ends."""
    tx.execute(
        update(MovedLine)
        .where(col(MovedLine.member_id) == leaving.member_id)
        .values(user_id=None, username=None, name="", tags=[], joined_at=None, before=None, until=None)
    )
    tx.execute(
        update(MovedLine)
        .where(col(MovedLine.member_id) == leaving.member_id, col(MovedLine.state) != LineState.GIVEN)
        .values(state=LineState.EXPIRED.value)
    )


def drop_traces(tx: Tx, traces: Traces) -> None:
    """Delete what waits for them, by their id or by the username that they were seen with."""
    username = select(col(Person.username)).where(col(Person.user_id) == traces.user_id).scalar_subquery()
    for mine in (col(MovedLine.user_id) == traces.user_id, col(MovedLine.username) == username):
        waits = delete(MovedLine).where(mine, col(MovedLine.until).is_not(None))
        if traces.community_id is not None:
            waits = waits.where(col(MovedLine.community_id) == traces.community_id)
        tx.execute(waits)
