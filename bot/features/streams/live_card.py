"""The live card of an airing: what it shows."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import or_, select
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.rules.airings import Phase, phase_of
from bot.rules.coupon_states import CampaignState
from bot.rules.streams.notices import STARTING_FOR, LiveCard
from bot.rules.tiers import Tier
from bot.store.airings import airing_of, count_came
from bot.store.tables import Campaign


def live_card(session: Session, community_id: int, airing_id: int, now: datetime) -> LiveCard | None:
    """The card of an airing as it should look at `now`."""
    airing = airing_of(session, community_id, airing_id)
    if airing is None:
        return None
    benefit = newest_open_drop(session, community_id, now)
    phase = phase_of(airing, now)
    late_at = airing.starts_at + STARTING_FOR if phase is Phase.STARTING else None
    turns = (late_at, benefit.closes if benefit is not None else None)
    return LiveCard(
        airing_id=airing_id,
        title=airing.title,
        phase=phase.value,
        starts_at=airing.starts_at,
        url=airing.url,
        replay_url=airing.replay_url,
        came=count_came(session, airing_id),
        word=airing.word is not None,
        benefit=benefit.title if benefit is not None else None,
        benefit_tier=benefit.tier if benefit is not None else Tier.NEW,
        turns_at=min((at for at in turns if at is not None and at > now), default=None),
        late=late_at is not None and now >= late_at,
    )


class Benefit(NamedTuple):
    """A drop that the live card names."""

    title: str
    tier: Tier
    """The lowest tier that can claim it."""
    closes: datetime | None


def newest_open_drop(session: Session, community_id: int, now: datetime) -> Benefit | None:
    """The newest drop in the groups that can be claimed now. One for everybody comes before one for a tier.

    One for some fans only (`for=`) isn't named: everybody reads the live card.
    """
    found = session.execute(
        select(col(Campaign.title), col(Campaign.tier), col(Campaign.closes))
        .where(
            col(Campaign.community_id) == community_id,
            col(Campaign.state) == CampaignState.OPEN,
            col(Campaign.kept_for).is_(None),
            col(Campaign.segment) == "",
            col(Campaign.taken) < col(Campaign.stock),
            or_(col(Campaign.opens).is_(None), col(Campaign.opens) <= now),
            or_(col(Campaign.closes).is_(None), col(Campaign.closes) > now),
        )
        .order_by(col(Campaign.tier) != Tier.NEW, col(Campaign.id).desc())
        .limit(1)
    ).one_or_none()
    return Benefit(found.title, Tier(found.tier), found.closes) if found is not None else None
