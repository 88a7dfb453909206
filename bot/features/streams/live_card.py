"""The live card of an airing: what it shows."""

from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.rules.airings import Phase, phase_of
from bot.rules.streams.notices import STARTING_FOR, LiveCard
from bot.store.airings import airing_of, count_came
from bot.store.tables import Campaign


def live_card(session: Session, community_id: int, airing_id: int, now: datetime) -> LiveCard | None:
    """The card of an airing as it should look at `now`."""
    airing = airing_of(session, community_id, airing_id)
    if airing is None:
        return None
    return LiveCard(
        airing_id=airing_id,
        title=airing.title,
        phase=phase_of(airing, now).value,
        starts_at=airing.starts_at,
        url=airing.url,
        replay_url=airing.replay_url,
        came=count_came(session, airing_id),
        word=airing.word is not None,
        benefit=newest_open_drop(session, community_id, now),
        late=phase_of(airing, now) is Phase.STARTING and now >= airing.starts_at + STARTING_FOR,
    )


def newest_open_drop(session: Session, community_id: int, now: datetime) -> str | None:
    """The title of the newest drop in the groups that can be claimed now."""
    title: str | None = session.execute(
        select(col(Campaign.title))
        .where(
            col(Campaign.community_id) == community_id,
            col(Campaign.state) == "open",
            col(Campaign.kept_for).is_(None),
            col(Campaign.taken) < col(Campaign.stock),
            or_(col(Campaign.opens).is_(None), col(Campaign.opens) <= now),
            or_(col(Campaign.closes).is_(None), col(Campaign.closes) > now),
        )
        .order_by(col(Campaign.id).desc())
        .limit(1)
    ).scalar_one_or_none()
    return title
