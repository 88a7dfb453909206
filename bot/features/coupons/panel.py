"""Drops on the staff's panel: which there are, and whom an act reaches."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.rules.coupon_states import CampaignState, CouponState, KeptFor
from bot.rules.panel import LISTED, AdminLine, Reach, Section
from bot.rules.place import Place
from bot.store.coupons.campaigns import card_of
from bot.store.panel import count_fans, count_groups
from bot.store.tables import Campaign, Coupon
from bot.store.tables.base import id_of


def list_campaigns(session: Session, place: Place, at: datetime, number: int | None) -> list[AdminLine]:
    """Campaigns that weren't cancelled and aren't over."""
    query = select(Campaign).where(col(Campaign.community_id) == place.community_id)
    if number is not None:
        query = query.where(col(Campaign.number) == number)
    else:
        query = query.where(
            col(Campaign.state) == CampaignState.OPEN, col(Campaign.closes).is_(None) | (col(Campaign.closes) > at)
        )
    found: list[AdminLine] = []
    for campaign in session.execute(query.order_by(col(Campaign.id).desc()).limit(LISTED + 1)).scalars():
        card = card_of(session, place.community_id, id_of(campaign), at)
        state = card.state if card is not None else campaign.state
        when = campaign.opens if state == "soon" else campaign.closes
        found.append(
            AdminLine(Section.COUPONS, campaign.number, campaign.title, state, campaign.taken, campaign.stock, when)
        )
    return found


def reach_new(session: Session, place: Place, values: Mapping[str, Any], _number: int | None) -> Reach:
    """A new drop: its card in the groups, now or when it opens; one that is kept for something else hangs nowhere."""
    if values.get("for") in set(KeptFor):
        return Reach()
    opens: datetime | None = values.get("opens")
    return Reach(groups=count_groups(session, place), fans=count_fans(session, place), at=opens)


def reach_cancelled(session: Session, place: Place, _values: Mapping[str, Any], number: int | None) -> Reach:
    """Coupons that are held become void, and what was paid for them goes back."""
    coupons, coins = session.execute(
        select(func.count(), func.coalesce(func.sum(Coupon.paid), 0))
        .join(Campaign, col(Campaign.id) == col(Coupon.campaign_id))
        .where(
            col(Campaign.community_id) == place.community_id,
            col(Campaign.number) == number,
            col(Coupon.state) == CouponState.HELD,
        )
    ).one()
    return Reach(groups=count_groups(session, place), void=coupons, back=int(coins))
