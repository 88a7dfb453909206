"""The morning card of a day. It counts check-ins: the number is read when the card is rendered."""

from datetime import date, datetime, timedelta

from sqlalchemy import Date, and_, bindparam, select
from sqlmodel import col

from bot.rules.slots import PostingState
from bot.store.engine.hot import Hot
from bot.store.engine.sessions import Tx
from bot.store.messages.cards import touch_cards
from bot.store.tables import Posting
from bot.store.tables.base import Id
from bot.store.tables.cadence import IS_MORNING

CARD = "morning"
"""The kind of the morning's living card."""

_TODAY = Hot(
    select(col(Posting.id)).where(
        and_(
            col(Posting.community_id) == bindparam("community_id", type_=Id),
            IS_MORNING,
            col(Posting.day) == bindparam("day", type_=Date),
            col(Posting.state) == PostingState.POSTED.value,
        )
    )
)


def update_count_on_card(tx: Tx, community_id: int, day: date, now: datetime, every: timedelta) -> None:
    """Promise an edit of the day's card, because somebody checked in; at most one edit in each period `every`."""
    row = tx.row(_TODAY, community_id=community_id, day=day)
    if row is not None:
        (posting_id,) = row
        touch_cards(tx, community_id, CARD, posting_id, now, every=every)
