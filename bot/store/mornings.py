"""The morning card of a day: a check-in finds it, so that it shows the new number."""

from datetime import date, datetime, timedelta

from sqlalchemy import Date, and_, bindparam, select
from sqlmodel import col

from bot.rules.shops.calendar import PostingState, SlotKind
from bot.store.engine.hot import Hot
from bot.store.engine.sessions import Tx
from bot.store.messages.cards import touch_cards
from bot.store.tables import Posting
from bot.store.tables.base import Id

CARD = "morning"
"""The kind of the morning's living card."""

_TODAY = Hot(
    select(col(Posting.id)).where(
        and_(
            col(Posting.community_id) == bindparam("community_id", type_=Id),
            col(Posting.kind) == SlotKind.MORNING.value,
            col(Posting.day) == bindparam("day", type_=Date),
            col(Posting.state) == PostingState.POSTED.value,
        )
    )
)


def count_on_card(tx: Tx, community_id: int, day: date, now: datetime, every: timedelta) -> None:
    """Promise to show the new number on the day's morning card, at most once in `every`."""
    row = tx.row(_TODAY, community_id=community_id, day=day)
    if row is not None:
        (posting_id,) = row
        touch_cards(tx, community_id, CARD, posting_id, now, every=every)
