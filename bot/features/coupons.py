"""Claiming coupons and looking at them. What staff do with campaigns stands in `campaigns.py`."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.rules.communities import Place
from bot.rules.coupons import (
    ClaimOutcome,
    CouponPolicy,
    CouponState,
    EarlyDrop,
    HeldCoupon,
    MyCoupons,
    opens_for,
)
from bot.store.campaigns import upcoming
from bot.store.coupons import Choice, hand_out
from bot.store.db import Database, Tx
from bot.store.members import Sender, standing
from bot.store.tables import Campaign, Coupon, Member
from bot.store.tiers import tier_of

SHOWN = 20
"""Coupons that one message lists."""
EARLY_SHOWN = 3


class Coupons:
    """What fans do with coupons."""

    def __init__(self, db: Database, policy: CouponPolicy, choice: Choice) -> None:
        self._db = db
        self._policy = policy
        self._choice = choice

    async def claim(self, place: Place, sender: Sender, campaign_id: int, at: datetime, cause: str) -> ClaimOutcome:
        """Claim one coupon of a campaign for the sender."""
        return await self._db.write(claim, place, sender, campaign_id, at, cause, self._policy, self._choice)

    async def mine(self, place: Place, user_id: int, at: datetime) -> MyCoupons:
        """The reader's coupons, newest first, and what opens early for them."""
        return await self._db.read(my_coupons, place, user_id, at, self._policy)


def claim(
    tx: Tx,
    place: Place,
    sender: Sender,
    campaign_id: int,
    at: datetime,
    cause: str,
    policy: CouponPolicy,
    choice: Choice,
) -> ClaimOutcome:
    """A fan's own claim: what is kept for the coin shop, for gifts or for a heart goal isn't claimed from here."""
    member = standing(tx, place.community_id, sender, at)
    return hand_out(tx, place, member, campaign_id, at, cause, policy, choice)


def my_coupons(session: Session, place: Place, user_id: int, at: datetime, policy: CouponPolicy) -> MyCoupons:
    """A fan's coupons of this community, newest first."""
    mine = (
        select(Campaign.title, Coupon.code, Campaign.shared_code, Coupon.state, Campaign.closes)  # type: ignore[call-overload]
        .join(Campaign, col(Campaign.id) == col(Coupon.campaign_id))
        .join(Member, col(Member.id) == col(Coupon.member_id))
        .where(
            col(Coupon.community_id) == place.community_id,
            col(Member.community_id) == place.community_id,
            col(Member.user_id) == user_id,
        )
        .order_by(col(Coupon.id).desc())
    )
    rows = session.execute(mine.limit(SHOWN)).all()
    total = session.execute(select(func.count()).select_from(mine.subquery())).scalar_one()
    coupons = tuple(HeldCoupon(title, own or shared or "", state, closes) for title, own, shared, state, closes in rows)
    early = _early_drops(session, place, user_id, at, policy)
    return MyCoupons(coupons, more=max(0, total - len(coupons)), early=early)


def _early_drops(
    session: Session, place: Place, user_id: int, at: datetime, policy: CouponPolicy
) -> tuple[EarlyDrop, ...]:
    """Drops whose card doesn't hang yet and that the reader may claim before the others; their tier only if any is."""
    coming = upcoming(session, place.community_id, at, at + policy.early_shown)
    member_id = session.execute(
        select(col(Member.id)).where(col(Member.community_id) == place.community_id, col(Member.user_id) == user_id)
    ).scalar_one_or_none()
    if not coming or member_id is None:
        return ()
    tier = tier_of(session, place, member_id, at)
    drops = []
    for campaign, opens in coming:
        yours = opens_for(tier, opens, policy)
        if yours < opens and tier.at_least(campaign.tier) and campaign.left > 0:
            drop = EarlyDrop(
                campaign_id=campaign.id,
                title=campaign.title,
                left=campaign.left,
                price=campaign.price,
                yours=yours,
                opens=opens,
                open=yours <= at,
            )
            drops.append(drop)
    return tuple(drops[:EARLY_SHOWN])


def count_held(session: Session, place: Place, member_id: int) -> int:
    """Coupons that a member holds and hasn't used."""
    held: int = session.execute(
        select(func.count())
        .select_from(Coupon)
        .where(
            col(Coupon.community_id) == place.community_id,
            col(Coupon.member_id) == member_id,
            col(Coupon.state) == CouponState.HELD,
        )
    ).scalar_one()
    return held
