"""What an offer still has to give: which can be chosen now, and what is kept of it for cards."""

from datetime import datetime

from sqlalchemy import ColumnElement, and_, or_, select, update
from sqlmodel import col

from bot.rules.coupon_states import CampaignState
from bot.rules.gift_states import OfferState
from bot.rules.place import Place
from bot.rules.policies import Policies
from bot.store.coupons import for_gifts
from bot.store.engine.db import Tx
from bot.store.places import place_of
from bot.store.tables import Campaign, Gift, GiftOffer


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


def keep(tx: Tx, place: Place, offer: GiftOffer, at: datetime, policies: Policies) -> bool:
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
    if offer.campaign_id is None or for_gifts.set_aside(tx, place, offer.campaign_id, at, policies):
        return True
    _one_back(tx, offer.id)
    return False


def give_back(tx: Tx, gift: Gift, at: datetime, policies: Policies) -> None:
    """What was kept for a card goes back to the offer and its campaign."""
    gift.reserved = False
    tx.flush()
    _one_back(tx, gift.offer_id)
    if gift.campaign_id is not None:
        for_gifts.put_back(tx, place_of(tx, gift.community_id), gift.campaign_id, at, policies)


def _one_back(tx: Tx, offer_id: int | None) -> None:
    tx.execute(update(GiftOffer).where(col(GiftOffer.id) == offer_id).values(taken=col(GiftOffer.taken) - 1))
