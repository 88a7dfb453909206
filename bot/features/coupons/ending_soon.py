"""Held coupons that end soon: the clock tells each fan once, a day before, in private."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.logs import get_logger, logging_failures
from bot.rules.coupon_states import CampaignState, CouponState
from bot.rules.coupons.ending_soon import CouponsEnd, EndingCoupon, EndingPolicy, reminds_at, reminds_next
from bot.store.engine.db import Database
from bot.store.engine.sessions import Tx
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
            with logging_failures(log, "reminding_failed", community=community_id):
                while await self._db.write(remind_some, community_id, until, now, self._policy):
                    pass
        return next_at


def look_ahead(
    session: Session, now: datetime, policy: EndingPolicy
) -> tuple[list[tuple[int, datetime]], datetime | None]:
    """Communities with coupons to be reminded of now, each with the latest end that is told of; when more are due."""
    rows: Any = session.execute(
        select(col(Campaign.community_id), col(Community.timezone), col(Campaign.closes))
        .join(Community, col(Campaign.community_id) == col(Community.id))
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
    for row in rows:
        at = reminds_next(row.closes, row.timezone, now, policy)
        if at is not None and at > now:
            later.append(at)
        elif at is not None:
            due[row.community_id] = max(row.closes, due.get(row.community_id, row.closes))
    return list(due.items()), min(later, default=None)


def remind_some(tx: Tx, community_id: int, until: datetime, now: datetime, policy: EndingPolicy) -> bool:
    """Tell the next few hundred fans; False when there are none left. A coupon is marked once, told of or not."""
    place = place_of(tx, community_id)
    held = _not_reminded(tx, community_id, until, now, policy)
    if not held:
        return False
    tx.execute(
        update(Coupon)
        .where(col(Coupon.id).in_([row.id for row in held]), col(Coupon.reminded_at).is_(None))
        .values(reminded_at=now)
    )
    ending: dict[int, list[Any]] = {}
    for row in held:
        # Who claimed it within its last day has just read when it ends.
        if row.claimed_at <= reminds_at(row.closes, place.timezone, policy):
            ending.setdefault(row.member_id, []).append(row)
    # It is promotion: the budget lets it leave to who said yes to that, and notes of the others that it didn't.
    for member_id, reader in readers_among(tx, list(ending), place.language, wanted=False, inside=True).items():
        theirs = ending[member_id]
        coupons = tuple(EndingCoupon(row.title, row.code, row.closes) for row in theirs[: policy.shown])
        until = min(row.closes for row in theirs)
        terms = Terms(now=now, key=f"coupon:ends:{theirs[0].id}", not_after=until, lane=Lane.REMINDER)
        tell_in_private(tx, community_id, reader, pack(CouponsEnd(coupons, len(theirs))), terms)
    return True


def _not_reminded(tx: Tx, community_id: int, until: datetime, now: datetime, policy: EndingPolicy) -> Sequence[Any]:
    """The next chunk of held coupons that end by `until`, locked, ordered by fan and then by end."""
    query: Any = (
        select(col(Coupon.id), col(Coupon.member_id), col(Coupon.claimed_at), col(Campaign.title), col(Campaign.closes))
        .add_columns(func.coalesce(col(Coupon.code), col(Campaign.shared_code), "").label("code"))
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
    )
    return tx.execute(query).all()
