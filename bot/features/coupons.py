"""Claiming coupons and looking at them. What staff do with campaigns stands in `campaigns.py`."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.rules.communities import Place
from bot.rules.coupons import ClaimOutcome, CouponPolicy, CouponState, HeldCoupon, MyCoupons
from bot.store.coupons import Choice, hand_out
from bot.store.db import Database, Tx
from bot.store.members import Sender, standing
from bot.store.tables import Campaign, Coupon, Member

SHOWN = 20
"""Coupons that one message lists."""


class Coupons:
    """What fans do with coupons."""

    def __init__(self, db: Database, policy: CouponPolicy, choice: Choice) -> None:
        self._db = db
        self._policy = policy
        self._choice = choice

    async def claim(self, place: Place, sender: Sender, campaign_id: int, at: datetime, cause: str) -> ClaimOutcome:
        """Claim one coupon of a campaign for the sender."""
        return await self._db.write(claim, place, sender, campaign_id, at, cause, self._policy, self._choice)

    async def mine(self, place: Place, user_id: int) -> MyCoupons:
        """The reader's coupons, newest first."""
        return await self._db.read(my_coupons, place, user_id)


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


def my_coupons(session: Session, place: Place, user_id: int) -> MyCoupons:
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
    return MyCoupons(coupons, more=max(0, total - len(coupons)))


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
