"""Fans claim coupons and look at what they hold. What staff do with campaigns stands in `campaigns.py`."""

from datetime import datetime
from typing import Any

from sqlalchemy import func, not_, select
from sqlmodel import col

from bot.rules.act import Act
from bot.rules.coupon_states import CampaignState, CouponState
from bot.rules.coupons.claims import ClaimOutcome, opens_for
from bot.rules.coupons.held_coupons import EarlyDrop, HeldCoupon, MyCoupons, fate_of
from bot.rules.place import Place
from bot.store.coupons.campaigns import upcoming
from bot.store.coupons.hand_out import Claim, ClaimTools, hand_out, usable_at
from bot.store.engine.db import Database
from bot.store.engine.sessions import Rx, Tx
from bot.store.for_whom import is_for
from bot.store.members import standing
from bot.store.tables import Campaign, Coupon, Member
from bot.store.tiers import tier_of

SHOWN = 20
"""Coupons that one message lists."""
EARLY_SHOWN = 3
PAST_SHOWN = 3


class Claims:
    """What fans do with coupons."""

    def __init__(self, db: Database, tools: ClaimTools) -> None:
        self._db = db
        self._tools = tools

    async def claim(self, act: Act, campaign_id: int) -> ClaimOutcome:
        """Claim one coupon of a campaign for the sender."""
        return await self._db.write(claim, act, campaign_id, self._tools)

    async def held_by(self, place: Place, user_id: int, at: datetime) -> MyCoupons:
        """A fan's coupons, those that can be used first, and what opens early for them."""
        return await self._db.read(my_coupons, place, user_id, at, self._tools)


def claim(tx: Tx, act: Act, campaign_id: int, tools: ClaimTools) -> ClaimOutcome:
    """A fan's own claim. It never gets what is kept for the coin shop, for gifts or for a heart goal."""
    member = standing(tx, act.community_id, act.sender, act.at)
    return hand_out(tx, member, Claim(act.place, campaign_id, act.at, act.cause, origin=act.origin), tools)


def my_coupons(session: Rx | Tx, place: Place, user_id: int, at: datetime, tools: ClaimTools) -> MyCoupons:
    """A fan's coupons of this community: what ends soonest comes first, what doesn't end last."""
    mine: Any = (
        select(
            col(Campaign.title),
            func.coalesce(col(Coupon.code), col(Campaign.shared_code), "").label("code"),
            col(Coupon.state).label("state"),
            col(Campaign.state).label("campaign"),
            col(Campaign.closes),
        )
        .select_from(Coupon)
        .join(Campaign, col(Campaign.id) == col(Coupon.campaign_id))
        .join(Member, col(Member.id) == col(Coupon.member_id))
        .where(
            col(Coupon.community_id) == place.community_id,
            col(Member.community_id) == place.community_id,
            col(Member.user_id) == user_id,
        )
    )
    usable = mine.where(usable_at(at))
    rows = session.execute(
        usable.order_by(col(Campaign.closes).is_(None), col(Campaign.closes), col(Coupon.id).desc()).limit(SHOWN)
    ).all()
    total = session.execute(usable.with_only_columns(func.count())).scalar_one()
    past = session.execute(mine.where(not_(usable_at(at))).order_by(col(Coupon.id).desc()).limit(PAST_SHOWN)).all()
    return MyCoupons(
        tuple(_line(row, at) for row in rows),
        more=total - len(rows),
        early=_early_drops(session, place, user_id, at, tools),
        past=tuple(_line(row, at) for row in past),
    )


def _line(row: Any, at: datetime) -> HeldCoupon:
    fate = fate_of(CouponState(row.state), CampaignState(row.campaign), row.closes, at)
    return HeldCoupon(row.title, row.code, fate, row.closes)


def _early_drops(
    session: Rx | Tx, place: Place, user_id: int, at: datetime, tools: ClaimTools
) -> tuple[EarlyDrop, ...]:
    """Drops that the reader may claim before their card hangs. The tier is worked out only if any drop is coming."""
    coming = upcoming(session, place.community_id, at, at + tools.policy.early_shown)
    member_id = session.execute(
        select(col(Member.id)).where(
            col(Member.community_id) == place.community_id,
            col(Member.user_id) == user_id,
            col(Member.left_at).is_(None),
        )
    ).scalar_one_or_none()
    if not coming or member_id is None:
        return ()
    tier = tier_of(session, place, member_id, at, tools.tiers)
    drops = []
    for campaign, opens in coming:
        yours = opens_for(tier, opens, tools.policy.early)
        theirs = tier.at_least(campaign.tier) and is_for(session, place, campaign.segment, member_id, at)
        if yours < opens and theirs and campaign.left > 0:
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
