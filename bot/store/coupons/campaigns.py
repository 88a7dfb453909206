"""Campaigns as facts: what both the fans' and the staff's side of coupons read."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import and_, bindparam, select
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.rules.coupon_states import CampaignState, KeptFor
from bot.rules.coupons.campaigns import CampaignFacts
from bot.rules.coupons.drop_card import DropCard, drop_card
from bot.rules.folded import Line
from bot.rules.tiers import Tier
from bot.store.engine.hot import Hot
from bot.store.engine.sessions import Tx
from bot.store.tables import Campaign
from bot.store.tables.base import Id

CARD = "drop"
"""The kind of a campaign's living card."""
MOST_UPCOMING = 20

_COLUMNS = (
    col(Campaign.id),
    col(Campaign.number),
    col(Campaign.title),
    col(Campaign.stock),
    col(Campaign.taken),
    col(Campaign.price),
    col(Campaign.per_fan),
    col(Campaign.state),
    col(Campaign.opens),
    col(Campaign.closes),
    col(Campaign.shared_code),
    col(Campaign.made_at),
    col(Campaign.tier),
    col(Campaign.kept_for),
    col(Campaign.batch_id),
    col(Campaign.segment),
)
_BY_ID = Hot(
    select(*_COLUMNS).where(
        and_(
            col(Campaign.id) == bindparam("campaign_id", type_=Id),
            col(Campaign.community_id) == bindparam("community_id", type_=Id),
        )
    )
)


def find_campaign(tx: Tx, community_id: int, campaign_id: int) -> CampaignFacts | None:
    """A campaign of this community, or None."""
    row = tx.row(_BY_ID, campaign_id=campaign_id, community_id=community_id)
    return _facts(row) if row is not None else None


def campaign_numbered(session: Session, community_id: int, number: int) -> CampaignFacts | None:
    """The campaign that staff call `number`, or None."""
    row = session.execute(
        select(*_COLUMNS).where(col(Campaign.number) == number, col(Campaign.community_id) == community_id)
    ).one_or_none()
    return _facts(row) if row is not None else None


def upcoming(
    session: Session, community_id: int, after: datetime, until: datetime
) -> list[tuple[CampaignFacts, datetime]]:
    """The group's drops that open to the public between two instants, and when; the soonest first."""
    rows = session.execute(
        select(*_COLUMNS)
        .where(
            col(Campaign.community_id) == community_id,
            col(Campaign.state) == CampaignState.OPEN,
            col(Campaign.kept_for).is_(None),
            col(Campaign.opens) > after,
            col(Campaign.opens) <= until,
        )
        .order_by(col(Campaign.opens), col(Campaign.id))
        .limit(MOST_UPCOMING)
    ).all()
    found = [_facts(row) for row in rows]
    return [(campaign, campaign.opens) for campaign in found if campaign.opens is not None]


def card_of(session: Session, community_id: int, campaign_id: int, now: datetime) -> DropCard | None:
    """A campaign's card as it should look at `now`."""
    row = session.execute(
        select(*_COLUMNS).where(col(Campaign.id) == campaign_id, col(Campaign.community_id) == community_id)
    ).one_or_none()
    return drop_card(_facts(row), now) if row is not None else None


def line_of(session: Session, community_id: int, campaign_id: int, now: datetime) -> Line | None:
    """A campaign in one line."""
    card = card_of(session, community_id, campaign_id, now)
    return Line(card.title, card.state in {"open", "soon"}) if card is not None else None


class _Row(NamedTuple):
    """The columns of `_COLUMNS`, in their order."""

    id: int
    number: int
    title: str
    stock: int
    taken: int
    price: int
    per_fan: int
    state: str
    opens: datetime | None
    closes: datetime | None
    shared_code: str | None
    made_at: datetime
    tier: str
    kept_for: str | None
    batch_id: int | None
    segment: str


def _facts(columns: Sequence[Any]) -> CampaignFacts:
    row = _Row(*columns)
    return CampaignFacts(
        id=row.id,
        number=row.number,
        title=row.title,
        stock=row.stock,
        taken=row.taken,
        price=row.price,
        limit=row.per_fan,
        state=CampaignState(row.state),
        opens=row.opens,
        closes=row.closes,
        shared_code=row.shared_code,
        made_at=row.made_at,
        tier=Tier(row.tier),
        kept_for=KeptFor(row.kept_for) if row.kept_for is not None else None,
        batch_id=row.batch_id,
        segment=row.segment,
    )
