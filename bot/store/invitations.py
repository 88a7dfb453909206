"""Who brought whom, where more than one feature ends it: a friend leaves, or somebody has their data deleted."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import ColumnElement, and_, delete, or_, select, update
from sqlmodel import col

from bot.rules.coupon_states import CampaignState
from bot.rules.coupons.campaigns import CouponPolicy
from bot.rules.gifts.gifts import GiftState, OfferState, RewardState, Who
from bot.rules.place import Place
from bot.store.coupons import hand_out as coupons
from bot.store.engine.db import Tx
from bot.store.places import place_of
from bot.store.tables import Account, Campaign, Gift, GiftOffer, GiftReward, GiftSending, Invitation, Member

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
    _drop(tx, col(GiftReward.invitation_id) == invitation_id, at=at)
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


def cut_off(tx: Tx, member_id: int, at: datetime) -> None:
    """Somebody has their data deleted: as a friend they count as gone, as a giver their cards are void."""
    mine = tx.execute(select(col(Invitation.id)).where(col(Invitation.friend_id) == member_id)).scalar_one_or_none()
    if mine is not None:
        cancel(tx, mine, member_id, at)
    brought = select(col(Invitation.id)).where(col(Invitation.inviter_id) == member_id)
    _drop(tx, col(GiftReward.invitation_id).in_(brought), col(GiftReward.who) == Who.INVITER, at=at)
    cards = tx.execute(
        select(Gift).where(col(Gift.giver_id) == member_id, col(Gift.state) == GiftState.OPEN).with_for_update()
    ).scalars()
    for gift in cards.all():
        gift.state = GiftState.VOID
        tx.flush()
        if gift.reserved:
            give_back(tx, gift, at)
    tx.execute(update(Gift).where(col(Gift.giver_id) == member_id).values(cause=None))
    tx.execute(delete(GiftSending).where(col(GiftSending.giver_id) == member_id))


def _drop(tx: Tx, *which: ColumnElement[bool], at: datetime) -> None:
    tx.execute(
        update(GiftReward)
        .where(*which, col(GiftReward.state).in_(PENDING))
        .values(state=RewardState.CANCELLED, due_at=None, settled_at=at)
    )
