"""Held coupons that end soon: each fan is told once, a day before, in private."""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.logs import apart, get_logger
from bot.rules.coupons.coupons import CampaignState, CouponState
from bot.rules.coupons.ending_soon import CouponsEnd, EndingCoupon, EndingPolicy, reminds_at, reminds_next
from bot.store.engine.db import Database, Tx
from bot.store.messages.outbox import Terms
from bot.store.messages.payloads import pack
from bot.store.messages.telling import tell_in_private
from bot.store.places import place_of
from bot.store.private_messages import readers_among
from bot.store.tables import Campaign, Community, Coupon
from bot.store.tables.messages import Lane

log = get_logger("ending")


class EndingCoupons:
    """The clock's use case of held coupons."""

    def __init__(self, db: Database, policy: EndingPolicy) -> None:
        self._db = db
        self._policy = policy

    async def run_due(self, now: datetime) -> datetime | None:
        """Tell those whose coupons end soon; when the next ones do."""
        due, next_at = await self._db.read(look_ahead, now, self._policy)
        for community_id, until in due:
            with apart(log, "reminding_failed", community=community_id):
                while await self._db.write(remind_some, community_id, until, now, self._policy):
                    pass
        return next_at


def look_ahead(
    session: Session, now: datetime, policy: EndingPolicy
) -> tuple[list[tuple[int, datetime]], datetime | None]:
    """Communities with coupons to be reminded of now, each with the latest end that is told of; when more are due."""
    rows = session.execute(
        select(col(Community.id), col(Community.timezone), col(Campaign.closes))
        .join(Campaign, col(Campaign.community_id) == col(Community.id))
        .where(
            col(Campaign.state) == CampaignState.OPEN,
            col(Campaign.closes) > now,
            select(col(Coupon.id))
            .where(
                col(Coupon.campaign_id) == col(Campaign.id),
                col(Coupon.state) == CouponState.HELD,
                col(Coupon.reminded_at).is_(None),
            )
            .exists(),
        )
    ).all()
    due: dict[int, datetime] = {}
    later: list[datetime] = []
    for community_id, timezone, closes in rows:
        if community_id is None or closes is None:
            continue
        at = reminds_next(closes, timezone, now, policy)
        if at is not None and at > now:
            later.append(at)
        elif at is not None:
            due[community_id] = max(closes, due.get(community_id, closes))
    return list(due.items()), min(later, default=None)


def remind_some(tx: Tx, community_id: int, until: datetime, now: datetime, policy: EndingPolicy) -> bool:
    """Tell the next few hundred fans; False when there are none left. A coupon is marked once, told of or not."""
    place = place_of(tx, community_id)
    held = tx.execute(
        select(col(Coupon.id), col(Coupon.member_id), col(Coupon.code), col(Coupon.claimed_at))
        .add_columns(col(Campaign.title), col(Campaign.shared_code), col(Campaign.closes))
        .join(Campaign, col(Campaign.id) == col(Coupon.campaign_id))
        .where(
            col(Coupon.community_id) == community_id,
            col(Coupon.state) == CouponState.HELD,
            col(Coupon.reminded_at).is_(None),
            col(Campaign.state) == CampaignState.OPEN,
            col(Campaign.closes) > now,
            col(Campaign.closes) <= until,
        )
        .order_by(col(Coupon.member_id), col(Campaign.closes), col(Coupon.id))
        .limit(policy.chunk)
        .with_for_update(of=Coupon)
    ).all()
    if not held:
        return False
    tx.execute(
        update(Coupon)
        .where(col(Coupon.id).in_([row[0] for row in held]), col(Coupon.reminded_at).is_(None))
        .values(reminded_at=now)
    )
    ending: dict[int, list[tuple[int, EndingCoupon]]] = {}
    for coupon_id, member_id, code, claimed_at, title, shared, closes in held:
        if coupon_id is None or closes is None or claimed_at > reminds_at(closes, place.timezone, policy):
            continue  # who claimed it within its last day has just read when it ends
        ending.setdefault(member_id, []).append((coupon_id, EndingCoupon(title, code or shared or "", closes)))
    for member_id, reader in readers_among(tx, list(ending), place.language, wanted=True, inside=True).items():
        coupons = ending[member_id]
        notice = CouponsEnd(tuple(coupon for _, coupon in coupons[: policy.shown]), len(coupons))
        until = min(coupon.closes for _, coupon in coupons)
        terms = Terms(now=now, key=f"coupon:ends:{coupons[0][0]}", not_after=until, lane=Lane.REMINDER)
        tell_in_private(tx, community_id, reader, pack(notice), terms)
    return True
