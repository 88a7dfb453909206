"""What domains give the staff's panel: the shop's things by section, and whom an act reaches."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

LISTED = 8
"""The most things in one list. Each is a button."""
RUNNING = frozenset({"soon", "open", "sold_out"})
"""States of a drop or an item that is offered now or will be."""


class Section(StrEnum):
    """The sections of the panel, in its order."""

    POSTS = "posts"
    COUPONS = "coupons"
    ORDERS = "orders"
    STREAMS = "streams"
    PACKETS = "packets"
    RAFFLES = "raffles"
    GIFTS = "gifts"
    ITEMS = "items"
    HEARTS = "hearts"
    ATTENTION = "attention"
    FANS = "fans"
    HOOK = "hook"
    """The secret by which the shop's platform tells of orders. It stands apart from the till."""


@dataclass(frozen=True, slots=True)
class AdminPerson:
    """A person of the shop, for staff: a name that leads to them."""

    name: str
    user_id: int
    username: str | None = None
    number: int = 0
    """Their number in the draw; 0 where there is none."""
    coins: int = 0
    """What they got; 0 where that doesn't apply."""


@dataclass(frozen=True, slots=True)
class AdminLine:
    """One thing of a list: a campaign, a stream, a raffle, …"""

    section: str
    number: int
    """The number by which staff call it. 0: it has no number, and the list shows it without a button."""
    title: str
    state: str
    done: int = 0
    """How many were claimed, opened, entered, sold, …"""
    of: int | None = None
    """How many there are in all; None if there is no limit."""
    at: datetime | None = None
    """When it opens, starts or closes, whichever comes next."""
    coins: int = 0
    """Its coins, by which staff know it if it has no title."""
    key: int = 0
    """What the button of an ended thing without a number of its own carries: the id of its row."""
    marks: tuple[str, ...] = ()
    """What holds of it besides its state, as acts ask for it: `cancellable`, `for_hearts`, …"""
    people: tuple[AdminPerson, ...] = ()
    """Who won it. Only the page of the thing itself has them."""
    more_people: int = 0
    """Winners who aren't in `people`."""

    @property
    def pressed(self) -> int:
        """What its button among ended things carries."""
        return self.key or self.number


@dataclass(frozen=True, slots=True)
class Ended:
    """Which ended things are asked for: a page of them, the newest first, or one."""

    before: int = 0
    """The page goes on behind the thing with this key; 0: it begins with the newest."""
    key: int | None = None
    """Only the thing with this key."""


@dataclass(frozen=True, slots=True)
class Reach:
    """Whom an act reaches and what it can cost, counted before it is done. None where a number doesn't apply."""

    groups: int | None = None
    """Groups and channels in which it is seen."""
    fans: int | None = None
    """Members whom the act concerns."""
    private: int | None = None
    """Fans who get a private message."""
    coins: int | None = None
    """The most coins that it can cost the shop."""
    least: int | None = None
    """Coins that one of what is offered costs, where nobody has said yet how many there are."""
    left: int | None = None
    """Coins that an operator can still give away today."""
    back: int | None = None
    """Coins that go back to those who paid them."""
    void: int | None = None
    """Things of fans, such as coupons, that become worthless."""
    at: datetime | None = None
    """When fans see it; None if at once."""
    may: int | None = None
    """Fans who may claim, enter or buy, by the act's own conditions."""
    aimed: int | None = None
    """Fans who may have it, where it is for some only."""

    def without_coins(self) -> "Reach":
        """The same for somebody who sees no money."""
        return replace(self, coins=None, least=None, left=None, back=None)
