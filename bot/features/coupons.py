"""Claiming coupons and looking at them. What staff do with campaigns stands in `campaigns.py`."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, func, select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.rules.calendar import day_of
from bot.rules.codes import new_code
from bot.rules.communities import Place
from bot.rules.coupons import (
    AlreadyClaimed,
    CampaignFacts,
    CampaignState,
    Cancelled,
    Claimed,
    ClaimOutcome,
    CouponPolicy,
    CouponState,
    HeldCoupon,
    MyCoupons,
    NoSuchCoupon,
    SoldOut,
    may_claim,
)
from bot.store import causes, ledger
from bot.store.campaigns import CARD, find_campaign
from bot.store.cards import touch_cards
from bot.store.db import Database, Tx
from bot.store.hot import Hot
from bot.store.members import Sender, Standing, note, standing
from bot.store.tables import Campaign, Coupon, Member
from bot.store.tables.base import Id

Choice = Callable[[str], str]
"""Picks one character of a string: `secrets.choice`."""

SHOWN = 20
"""Coupons that one message lists."""

_HELD = Hot(
    select(
        col(Coupon.nth),
        col(Coupon.code),
        col(Coupon.state),
        col(Coupon.cause),
        col(Coupon.answer),
        col(Coupon.claimed_at),
    )
    .where(
        and_(
            col(Coupon.campaign_id) == bindparam("campaign_id", type_=Id),
            col(Coupon.member_id) == bindparam("member_id", type_=Id),
        )
    )
    .order_by(col(Coupon.nth))
)
_TAKE = Hot(
    update(Campaign)
    .where(
        and_(
            col(Campaign.id) == bindparam("campaign_id", type_=Id),
            col(Campaign.taken) < col(Campaign.stock),
            col(Campaign.state) == CampaignState.OPEN.value,
        )
    )
    .values(taken=col(Campaign.taken) + 1)
    .returning(col(Campaign.taken))
)
_CLAIM = Hot.upsert(
    lambda insert_: (
        insert_(Coupon)
        .values(
            community_id=bindparam("community_id"),
            campaign_id=bindparam("campaign_id"),
            member_id=bindparam("member_id"),
            nth=bindparam("nth"),
            code=bindparam("code"),
            paid=bindparam("paid"),
            state=bindparam("state"),
            claimed_at=bindparam("claimed_at"),
            cause=bindparam("cause"),
            answer=bindparam("answer"),
        )
        .on_conflict_do_nothing(index_elements=[col(Coupon.community_id), col(Coupon.code)])
        .returning(col(Coupon.id))
    )
)


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
    """Decide, take one from the stock, charge, hand out the code."""
    member = standing(tx, place.community_id, sender, at)
    campaign = find_campaign(tx, place.community_id, campaign_id)
    if campaign is None:
        return NoSuchCoupon()
    held = tx.rows(_HELD, campaign_id=campaign_id, member_id=member.member_id)
    for row in held:
        if row[3] == cause and at - row[5] < causes.KEPT:
            return causes.from_json(Claimed, row[4])
    if len(held) >= campaign.limit and campaign.state is CampaignState.OPEN:
        return _again(campaign, held[-1])
    refusal = may_claim(campaign, member.balance, at, member.back_since)
    if refusal is not None:
        # Who holds one already is told of theirs, not of a stock that no longer concerns them.
        return _again(campaign, held[-1]) if held and isinstance(refusal, SoldOut) else refusal
    if tx.row(_TAKE, campaign_id=campaign_id) is None:
        now = find_campaign(tx, place.community_id, campaign_id)
        gone = now is not None and now.state is CampaignState.CANCELLED
        return Cancelled(campaign.title) if gone else SoldOut(campaign.title)
    outcome = _hand_out(tx, place, member, campaign, len(held) + 1, at, cause, policy, choice)
    note(tx, member.member_id, day_of(at, place.timezone), "claim")
    touch_cards(tx, place.community_id, CARD, campaign.id, at, every=policy.card_every)
    return outcome


def _again(campaign: CampaignFacts, row: tuple[Any, ...]) -> AlreadyClaimed:
    code = row[1] or campaign.shared_code or ""
    return AlreadyClaimed(campaign.title, code, campaign.closes, redeemed=row[2] == CouponState.REDEEMED)


def _hand_out(
    tx: Tx,
    place: Place,
    member: Standing,
    campaign: CampaignFacts,
    nth: int,
    at: datetime,
    cause: str,
    policy: CouponPolicy,
    choice: Choice,
) -> Claimed:
    for _ in range(policy.retry_codes):
        code = None if campaign.shared_code else new_code(choice)
        outcome = Claimed(
            title=campaign.title,
            code=code or campaign.shared_code or "",
            price=campaign.price,
            balance=member.balance - campaign.price,
            closes=campaign.closes,
        )
        made = tx.row(
            _CLAIM,
            community_id=place.community_id,
            campaign_id=campaign.id,
            member_id=member.member_id,
            nth=nth,
            code=code,
            paid=campaign.price,
            state=CouponState.HELD.value,
            claimed_at=at,
            cause=cause,
            answer=causes.to_json(outcome),
        )
        if made is not None:
            if campaign.price:
                ledger.charge(
                    tx,
                    community_id=place.community_id,
                    key=f"claim:{made[0]}",
                    member_account=member.account_id,
                    shop=place.shop_account,
                    amount=campaign.price,
                    reason="claim",
                    at=at,
                )
            return outcome
    raise RuntimeError(f"{policy.retry_codes} fresh codes were all taken: the random source is broken")


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
