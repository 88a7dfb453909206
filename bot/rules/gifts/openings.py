"""Openings: what a friend sees who opens a card, and how they are welcomed when they come by it."""

from dataclasses import dataclass

from bot.rules.fans import Door
from bot.rules.outcome import Outcome


@dataclass(frozen=True, slots=True)
class GiftOpened(Outcome, name="gifts.GiftOpened"):
    """Someone from outside opened a card: what it is, from whom, and the way in."""

    giver: str
    title: str
    kind: str
    coins: int
    joined_pays: int
    stayed_pays: int
    doors: tuple[Door, ...]


@dataclass(frozen=True, slots=True)
class GiftOpenedOutside(Outcome, name="gifts.GiftOpenedOutside"):
    """The same while no group can be opened: it waits."""

    giver: str
    days: int


@dataclass(frozen=True, slots=True)
class GiftGone(Outcome, name="gifts.GiftGone"):
    """No such gift, or none any more: one answer for whatever the reason is."""


@dataclass(frozen=True, slots=True)
class OwnGift(Outcome, name="gifts.OwnGift"):
    """The giver opened their own card."""


@dataclass(frozen=True, slots=True)
class InsideWithGift(Outcome, name="gifts.InsideWithGift"):
    """A member opened a friend's card: gifts are for those who aren't here yet."""

    giver: str


@dataclass(frozen=True, slots=True)
class BackWithGift(Outcome, name="gifts.BackWithGift"):
    """Someone who was a member before opened a card: it isn't for them, the door is open all the same."""

    giver: str
    doors: tuple[Door, ...]


@dataclass(frozen=True, slots=True)
class GiftWelcome(Outcome, name="gifts.GiftWelcome"):
    """To a friend who came by a card: a welcome, and what waits for them."""

    name: str
    giver: str
    title: str
    kind: str
    waiting: int
    """Coins that the first check-in sets free."""
    code: str | None
    """Of the coupon in the gift."""
    missed: bool
    """Whether the gift itself went to another friend who was quicker."""
    first_coins: int
    """Coins of today's check-in."""
    asks: int | None = None
    """The shop, if it has questions for newcomers; None: it asks nothing."""
