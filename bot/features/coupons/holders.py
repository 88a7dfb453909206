"""Whose coupon with a shared code staff can mean."""

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.rules.coupon_states import CouponState
from bot.rules.coupons.redemption import WhoseCode
from bot.rules.naming import WhichFan
from bot.rules.place import Place
from bot.store.choices import which_fan
from bot.store.coupons.look_up import campaign_sharing
from bot.store.tables import Coupon, Member, Person


def find_holders(session: Session, place: Place, code: str, said: str) -> WhichFan | WhoseCode:
    """Fans whose held coupon can be meant; who claimed last comes first."""
    campaign = campaign_sharing(session, place, code)
    if campaign is None:
        return WhoseCode(code)
    query = (
        select(col(Coupon.id), col(Person.user_id), col(Person.name), col(Coupon.claimed_at))
        .join(Member, col(Member.id) == col(Coupon.member_id))
        .join(Person, col(Person.user_id) == col(Member.user_id))
        .where(col(Coupon.campaign_id) == campaign.id, col(Coupon.state) == CouponState.HELD)
        .order_by(col(Coupon.id).desc())
    )
    found = which_fan(session, query, "redeem", f"/redeem {campaign.shared_code}", said)
    return found if found.choices else WhoseCode(code)
