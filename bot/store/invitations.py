"""Who brought whom, where more than one feature ends it: a friend leaves, or somebody has their data deleted."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import ColumnElement, and_, or_, select, update
from sqlmodel import col

from bot.rules.coupons.coupons import CampaignState, CouponPolicy
from bot.rules.gift_states import OfferState, RewardState
from bot.rules.place import Place
from bot.store.coupons import hand_out as coupons
from bot.store.engine.db import Tx
from bot.store.places import place_of
from bot.store.tables import Account, Campaign, Gift, GiftOffer, GiftReward, Invitation, Member

PENDING = (RewardState.WAITING, RewardState.DUE, RewardState.HELD)


def lock_accounts(tx: Tx, members: Iterable[int]) -> None:
    """Lock members' accounts in one order, before what hangs on them."""
    tx.execute(
        select(col(Account.id))
        .where(col(Account.member_id).in_(sorted(members)))
        .order_by(col(Account.id))
        .with_for_update()
    ).all()


def unwatch(tx: Tx, member_id: int) -> None:
    """A member's check-ins don't matter for an invitation any more."""
    tx.execute(update(Member).where(col(Member.id) == member_id).values(invitation_id=None))


def cancel(tx: Tx, invitation_id: int, friend_id: int, at: datetime) -> None:
    """Nothing more is paid for this friend."""
    lock_accounts(tx, [friend_id])
    tx.execute(
        update(Invitation)
        .where(col(Invitation.id) == invitation_id, col(Invitation.left_at).is_(None))
        .values(left_at=at, watched_until=None)
    )
    drop_rewards(tx, col(GiftReward.invitation_id) == invitation_id, at=at)
    unwatch(tx, friend_id)


def offered_at(now: datetime) -> ColumnElement[bool]:
    """Offers of which a fan can make a card at `now`: open, in time, and of a campaign that runs if it is a coupon."""
    runs = (
        select(col(Campaign.id))
        .where(
            col(Campaign.id) == col(GiftOffer.campaign_id),
            col(Campaign.state) == CampaignState.OPEN,
            or_(col(Campaign.closes).is_(None), col(Campaign.closes) > now),
        )
        .exists()
    )
    return and_(
        col(GiftOffer.state) == OfferState.OPEN,
        or_(col(GiftOffer.closes).is_(None), col(GiftOffer.closes) > now),
        or_(col(GiftOffer.campaign_id).is_(None), runs),
    )


def keep(tx: Tx, place: Place, offer: GiftOffer, at: datetime) -> bool:
    """Keep one of an offer's stock, and a coupon of its campaign, for a card; False if none is left."""
    kept = tx.execute(
        update(GiftOffer)
        .where(
            col(GiftOffer.id) == offer.id,
            col(GiftOffer.state) == OfferState.OPEN,
            (col(GiftOffer.stock).is_(None)) | (col(GiftOffer.taken) < col(GiftOffer.stock)),
        )
        .values(taken=col(GiftOffer.taken) + 1)
        .returning(col(GiftOffer.id))
    ).first()
    if kept is None:
        return False
    if offer.campaign_id is None or coupons.set_aside(tx, place, offer.campaign_id, at, CouponPolicy()):
        return True
    _one_back(tx, offer.id)
    return False


def give_back(tx: Tx, gift: Gift, at: datetime) -> None:
    """What was kept for a card goes back to the offer and its campaign."""
    gift.reserved = False
    tx.flush()
    _one_back(tx, gift.offer_id)
    if gift.campaign_id is not None:
        coupons.put_back(tx, place_of(tx, gift.community_id), gift.campaign_id, at, CouponPolicy())


def _one_back(tx: Tx, offer_id: int | None) -> None:
    tx.execute(update(GiftOffer).where(col(GiftOffer.id) == offer_id).values(taken=col(GiftOffer.taken) - 1))


def drop_rewards(tx: Tx, *which: ColumnElement[bool], at: datetime) -> None:
    """Rewards that are pending aren't paid any more."""
    tx.execute(
        update(GiftReward)
        .where(*which, col(GiftReward.state).in_(PENDING))
        .values(state=RewardState.CANCELLED, due_at=None, settled_at=at)
    )
