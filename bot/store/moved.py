"""Lines of imported members that wait for their person: somebody came whom they may mean."""

from typing import Any

from sqlalchemy import bindparam, exists, or_, select, update
from sqlmodel import col

from bot.rules.exchange.states import OPEN, LineState
from bot.store.engine.hot import Hot
from bot.store.engine.sessions import PLANNED, Tx
from bot.store.tables import Forgotten, Member
from bot.store.tables.base import Id
from bot.store.tables.exchange import MovedLine

_COMMUNITY = bindparam("community_id", type_=Id)
ANYBODY_KNOWN = Hot(
    select(
        exists(select(col(Forgotten.community_id)).where(col(Forgotten.community_id) == _COMMUNITY)),
        exists(
            select(col(MovedLine.id)).where(
                col(MovedLine.community_id) == _COMMUNITY, col(MovedLine.until).is_not(None)
            )
        ),
    )
)
"""Whether anybody had their data deleted here, and whether a line waits for anybody: one question for each newcomer."""
STILL_OPEN = [state.value for state in OPEN]


def came(tx: Tx, user_id: int, username: str | None) -> None:
    """Somebody came, came back, or has another username: the clock goes on with the lines that may mean them.

    Only shops in a room of which they are count. Who was asked about a line already isn't asked again.
    """
    here: Any = (
        select(col(Member.id))
        .where(
            col(Member.community_id) == col(MovedLine.community_id),
            col(Member.user_id) == user_id,
            col(Member.left_at).is_(None),
        )
        .correlate(MovedLine)
        .scalar_subquery()
    )
    waits = (col(MovedLine.until).is_not(None), col(MovedLine.state).in_(STILL_OPEN), here.is_not(None))
    mine: list[tuple[Any, ...]] = [(col(MovedLine.user_id) == user_id,)]
    if username is not None:
        anew = or_(col(MovedLine.member_id).is_(None), col(MovedLine.member_id) != here)
        mine.append((col(MovedLine.username) == username.lower(), anew))
    for which in mine:
        found = tx.execute(
            update(MovedLine)
            .where(*which, *waits)
            .values(state=LineState.COME.value, member_id=here)
            .returning(col(MovedLine.id))
            .execution_options(synchronize_session=False)
        )
        if found.first() is not None:
            tx.info[PLANNED] = True
