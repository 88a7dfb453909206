"""The morning card: what it shows now."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from bot.rules.airings import OVER_PHASES, phase_of
from bot.rules.calendar import DAY, day_of, start_of
from bot.rules.posts.morning import MorningCard
from bot.store.airings import open_airings
from bot.store.checkin_counts import count_checked_in
from bot.store.folded import folded_lines
from bot.store.tables import Community, Posting

AFTER_MIDNIGHT = timedelta(hours=3)
"""A stream that begins so soon after midnight still counts to the day before."""


def morning_card(session: Session, community_id: int, posting_id: int, at: datetime) -> MorningCard | None:
    """The card of a posting as it should look at `at`."""
    posting = session.get(Posting, posting_id)
    community = session.get(Community, community_id)
    if posting is None or community is None or posting.community_id != community_id:
        return None
    begins = start_of(posting.day, community.timezone)
    tonight = [
        one
        for one in open_airings(session, community_id)
        if phase_of(one, at) not in OVER_PHASES
        and begins <= one.starts_at < start_of(posting.day + DAY, community.timezone) + AFTER_MIDNIGHT
    ]
    return MorningCard(
        day=posting.day,
        came=count_checked_in(session, community_id, posting.day),
        stream=tonight[0].title if tonight else None,
        stream_at=tonight[0].starts_at if tonight else None,
        past=day_of(at, community.timezone) > posting.day,
        folded=folded_lines(session, posting_id),
    )
