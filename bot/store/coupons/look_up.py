"""Finding a coupon by what was typed or scanned, and what redeeming counts."""

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.rules.act import Occasion
from bot.rules.coupon_states import CampaignState, CouponState, Unusable, why_unusable
from bot.rules.coupons.codes import code_key, read_code
from bot.rules.notes import About, Did, Thing
from bot.rules.place import Place
from bot.store.engine.sessions import Tx
from bot.store.notes import note, take_back
from bot.store.tables import Campaign, CampaignCode, Coupon
from bot.store.tables.base import id_of


def coupon_with(tx: Tx, place: Place, code: str) -> Coupon | None:
    """The coupon with this code, locked.

    It is looked for as it was typed, as a generated code that was typed freely, and among the codes of the shop's own
    files whatever its case, width and blanks.
    """
    for candidate in dict.fromkeys((code, read_code(code))):
        found = None if candidate is None else _with(tx, place, candidate)
        if found is not None:
            return found
    written = tx.execute(
        select(col(CampaignCode.code)).where(
            col(CampaignCode.community_id) == place.community_id, col(CampaignCode.code_key) == code_key(code)
        )
    ).scalar_one_or_none()
    return _with(tx, place, written) if written is not None else None


def _with(tx: Tx, place: Place, code: str) -> Coupon | None:
    return tx.execute(
        select(Coupon)
        .where(col(Coupon.community_id) == place.community_id, col(Coupon.code) == code)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).scalar_one_or_none()


def campaign_sharing(session: Session, place: Place, code: str) -> Campaign | None:
    """The campaign of a shared code: the open one first, else the latest."""
    return (
        session.execute(
            select(Campaign)
            .where(col(Campaign.community_id) == place.community_id, col(Campaign.shared_code) == code_key(code))
            .order_by((col(Campaign.state) == CampaignState.OPEN).desc(), col(Campaign.id).desc())
        )
        .scalars()
        .first()
    )


def has_own_codes(tx: Tx, place: Place) -> bool:
    """Whether the shop ever brought codes of its own, whose look nobody knows."""
    query = select(col(CampaignCode.id)).where(col(CampaignCode.community_id) == place.community_id).limit(1)
    return tx.execute(query).first() is not None


def why_not_redeemable(tx: Tx, coupon: Coupon, at: datetime) -> Unusable | None:
    """Why a coupon that wasn't redeemed can't be honoured at `at`, or None."""
    campaign = tx.get_one(Campaign, coupon.campaign_id)
    return why_unusable(CouponState(coupon.state), CampaignState(campaign.state), campaign.closes, at)


def mark_redeemed(tx: Tx, coupon: Coupon, at: datetime, by: int | None, day: date) -> None:
    """Mark a locked coupon as used, and count it for its fan's tier on this day."""
    coupon.state, coupon.redeemed_at, coupon.redeemed_by = CouponState.REDEEMED, at, by
    count_redeemed(tx, coupon, at, day)


def mark_held(tx: Tx, coupon: Coupon) -> None:
    """Let a locked coupon be used again, and count it no more."""
    uncount_redeemed(tx, coupon)
    coupon.state, coupon.redeemed_at, coupon.redeemed_by = CouponState.HELD, None, None
    tx.flush()


def count_redeemed(tx: Tx, coupon: Coupon, at: datetime, day: date) -> None:
    """Count one more redeemed coupon for its fan's tier. The coupon keeps the day, as the zone may change later."""
    coupon.redeemed_on = day
    tx.flush()
    note(tx, coupon.member_id, Did.REDEEM, Occasion(at, day), About(Thing.COUPON, id_of(coupon)))


def uncount_redeemed(tx: Tx, coupon: Coupon) -> None:
    """Take a coupon back off the day on which it was counted. Nothing changes if it wasn't counted."""
    day, coupon.redeemed_on = coupon.redeemed_on, None
    tx.flush()
    if day is not None:
        take_back(tx, coupon.member_id, Did.REDEEM, day, About(Thing.COUPON, id_of(coupon)))
