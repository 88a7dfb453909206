"""Coupons that travel with gifts: set aside for a card, given to the friend who came by it, or put back."""

from datetime import datetime

from bot.rules.coupon_states import KeptFor
from bot.rules.coupons.campaigns import CouponPolicy
from bot.rules.coupons.claims import Claimed
from bot.rules.place import Place
from bot.rules.policies import Policies
from bot.store.coupons import hand_out
from bot.store.coupons.hand_out import Choice
from bot.store.engine.sessions import Tx
from bot.store.members import Standing
from bot.store.tables import Gift


def set_aside(tx: Tx, place: Place, campaign_id: int, at: datetime, policies: Policies) -> bool:
    """Take one from the stock for a friend who isn't known yet; False if none is left or it was cancelled."""
    return hand_out.set_aside(tx, place, campaign_id, at, policies[CouponPolicy])


def put_back(tx: Tx, place: Place, campaign_id: int, at: datetime, policies: Policies) -> None:
    """Give what was set aside back to the stock."""
    hand_out.put_back(tx, place, campaign_id, at, policies[CouponPolicy])


class GiftCoupons:
    """Gives the coupons that are in gifts."""

    def __init__(self, policies: Policies, choice: Choice) -> None:
        """`choice` picks the characters of a code."""
        self._tools = hand_out.ClaimTools.of(policies, choice)

    def give(self, tx: Tx, place: Place, friend: Standing, gift: Gift, cause: str, at: datetime) -> str | None:
        """The coupon in a gift, free of charge; its code, or None if its campaign is over meanwhile."""
        if gift.campaign_id is None:
            return None
        wanted = hand_out.Claim(
            place, gift.campaign_id, at, cause, way=KeptFor.GIFT, price=0, was_set_aside=gift.reserved
        )
        claimed = hand_out.hand_out(tx, friend, wanted, self._tools)
        if isinstance(claimed, Claimed):
            return claimed.code
        if gift.reserved:
            hand_out.put_back(tx, place, gift.campaign_id, at, self._tools.policy)
        return None
