"""Whose an order is, by what is known of it."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from enum import StrEnum

from bot.rules.orders.told import Belongs


class ClaimState(StrEnum):
    """How far a claim is."""

    OPEN = "open"
    CONFIRMED = "confirmed"
    DECLINED = "declined"


class ClaimedBy(StrEnum):
    """Why an order may be a fan's."""

    FAN = "fan"
    """The fan told its number."""
    SHOP_CODE = "shop_code"
    """The fan's shop code stands in its note, beside another fan's code or coupon."""
    COUPON = "coupon"
    """It used the fan's coupon, and another fan's too."""


@dataclass(frozen=True, slots=True)
class Whose:
    """Whose an order is, and whose it may be."""

    member_id: int | None = None
    belongs: Belongs = Belongs.NOBODY
    asked: tuple[tuple[int, ClaimedBy], ...] = ()
    """Members about whom staff are asked, and why."""


def whose(by_coupon: AbstractSet[int], by_code: AbstractSet[int]) -> Whose:
    """Whose an order is: its one coupon says it first, then the one shop code in its note.

    Whoever else is named is somebody whom staff decide on: nothing is guessed.
    """
    if len(by_coupon) == 1:
        return _theirs(next(iter(by_coupon)), Belongs.COUPON, by_coupon, by_code)
    if len(by_code) == 1:
        return _theirs(next(iter(by_code)), Belongs.SHOP_CODE, by_coupon, by_code)
    return Whose(asked=_others(None, by_coupon, by_code))


def _theirs(member_id: int, belongs: Belongs, by_coupon: AbstractSet[int], by_code: AbstractSet[int]) -> Whose:
    return Whose(member_id, belongs, _others(member_id, by_coupon, by_code))


def _others(
    owner: int | None, by_coupon: AbstractSet[int], by_code: AbstractSet[int]
) -> tuple[tuple[int, ClaimedBy], ...]:
    reasons = dict.fromkeys(sorted(by_code), ClaimedBy.SHOP_CODE) | dict.fromkeys(sorted(by_coupon), ClaimedBy.COUPON)
    return tuple((member_id, why) for member_id, why in reasons.items() if member_id != owner)
