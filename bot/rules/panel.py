"""What domains give the staff's panel: the shop's things by section, and whom an act reaches."""

from dataclasses import dataclass
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
    left: int | None = None
    """Coins that an operator can still give away today."""
    back: int | None = None
    """Coins that go back to those who paid them."""
    void: int | None = None
    """Things of fans, such as coupons, that become worthless."""
    at: datetime | None = None
    """When fans see it; None if at once."""
    aimed: int | None = None
    """Fans who may have it, where it is for some only."""
