"""Drops on the staff's panel: which there are, and whom an act reaches."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.rules.coupon_states import CampaignState, CouponState, KeptFor
from bot.rules.panel import LISTED, AdminLine, Ended, Reach, Section
from bot.rules.place import Place
from bot.rules.tiers import Tier
from bot.store.coupons.campaigns import card_of
from bot.store.panel import count_fans, count_groups, count_may
from bot.store.tables import Campaign, Coupon
from bot.store.tables.base import id_of

FOR_SHOP, FOR_GIFTS, FOR_HEARTS = "for_shop", "for_gifts", "for_hearts"
"""Marks of campaigns: what can still hand out their coupons."""


def list_campaigns(session: Session, place: Place, at: datetime, number: int | None) -> list[AdminLine]:
    """Campaigns that weren't cancelled and aren't over."""
    if number is not None:
        return _lines(session, place, at, col(Campaign.number) == number)
    in_time = col(Campaign.closes).is_(None) | (col(Campaign.closes) > at)
    return _lines(session, place, at, col(Campaign.state) == CampaignState.OPEN, in_time)


def list_ended(session: Session, place: Place, at: datetime, which: Ended) -> list[AdminLine]:
    """Campaigns that are over, cancelled, or all claimed."""
    if which.key is not None:
        return _lines(session, place, at, col(Campaign.number) == which.key)
    over = or_(
        col(Campaign.state) != CampaignState.OPEN,
        col(Campaign.closes) <= at,
        col(Campaign.taken) >= col(Campaign.stock),
    )
    page = (col(Campaign.number) < which.before,) if which.before else ()
    return _lines(session, place, at, over, *page)


def _lines(session: Session, place: Place, at: datetime, *which: ColumnElement[bool]) -> list[AdminLine]:
    query = select(Campaign).where(col(Campaign.community_id) == place.community_id, *which)
    found: list[AdminLine] = []
    for campaign in session.execute(query.order_by(col(Campaign.number).desc()).limit(LISTED + 1)).scalars():
        card = card_of(session, place.community_id, id_of(campaign), at)
        state = card.state if card is not None else campaign.state
        found.append(
            AdminLine(
                Section.COUPONS,
                campaign.number,
                campaign.title,
                state,
                campaign.taken,
                campaign.stock,
                campaign.opens if state == "soon" else campaign.closes,
                marks=_marks(campaign, at),
            )
        )
    return found


def _marks(campaign: Campaign, at: datetime) -> tuple[str, ...]:
    """What can still hand out the coupons of a campaign that runs; who asks looks at its state too."""
    if campaign.taken >= campaign.stock:
        return ()
    marks = {None: (FOR_SHOP, FOR_GIFTS), KeptFor.SHOP: (FOR_SHOP,), KeptFor.GIFT: (FOR_GIFTS,)}
    found = marks.get(KeptFor(campaign.kept_for) if campaign.kept_for is not None else None, (FOR_HEARTS,))
    # A friend who has only just come must be able to hold what a gift brings.
    friends_may = campaign.tier == Tier.NEW and (campaign.opens is None or campaign.opens <= at)
    return tuple(mark for mark in found if mark != FOR_GIFTS or friends_may)


def reach_new(session: Session, place: Place, values: Mapping[str, Any], _number: int | None) -> Reach:
    """A new drop: its card in the groups, now or when it opens; one that is kept for something else hangs nowhere."""
    may = count_may(session, place, values)
    if values.get("for") in set(KeptFor):
        return Reach(may=may)
    opens: datetime | None = values.get("opens")
    return Reach(groups=count_groups(session, place), fans=count_fans(session, place), at=opens, may=may)


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
