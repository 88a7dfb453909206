"""What the buyer of a favour wishes: staff do it by hand."""

from dataclasses import dataclass

from bot.rules.outcome import Outcome


@dataclass(frozen=True, slots=True)
class FavourDone(Outcome, name="shop.FavourDone"):
    """Told to the buyer: staff have done it."""

    title: str


@dataclass(frozen=True, slots=True)
class WishAsked(Outcome, name="shop.WishAsked"):
    """The buyer of a favour is asked what they wish. What they write next is the answer."""

    purchase_id: int
    title: str
    wish: str | None
    """What they said before."""
    most: int


@dataclass(frozen=True, slots=True)
class WishDoor(Outcome, name="shop.WishDoor"):
    """The same was pressed in a group: a button leads to the private chat."""

    community_id: int
    purchase_id: int


@dataclass(frozen=True, slots=True)
class WishTooLong(Outcome, name="shop.WishTooLong"):
    """They wrote too much, or nothing that can be read. The question stays open."""

    most: int


@dataclass(frozen=True, slots=True)
class WishNoted(Outcome, name="shop.WishNoted"):
    """What they wish stands beside their purchase, and the shop hears of it."""

    purchase_id: int
    title: str
    wish: str


@dataclass(frozen=True, slots=True)
class WishLeft(Outcome, name="shop.WishLeft"):
    """They said nothing, or it is too late to say something: the purchase stays as it is."""


WishOutcome = WishNoted | WishTooLong | WishLeft
