"""What domains tell the staff's panel: things of the shop, by section, and whom an act reaches."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

LISTED = 8
"""Things that one list holds: each is a button."""
RUNNING = frozenset({"soon", "open", "sold_out"})
"""States of a drop or an item that is offered, or will be."""


class Section(StrEnum):
    """Parts of the panel, in its order."""

    COUPONS = "coupons"
    ORDERS = "orders"
    STREAMS = "streams"
    PACKETS = "packets"
    RAFFLES = "raffles"
    GIFTS = "gifts"
    ITEMS = "items"
    HEARTS = "hearts"
    FANS = "fans"


@dataclass(frozen=True, slots=True)
class AdminLine:
    """One thing of a list: a campaign, a stream, a raffle, …"""

    section: str
    number: int
    """What staff call it; 0: it has no number, so nothing more can be done with it than is told."""
    title: str
    state: str
    done: int = 0
    """Claimed, opened, entered, sold, …: what of it has happened."""
    of: int | None = None
    """Out of how many."""
    at: datetime | None = None
    """When it opens, starts, closes: whatever comes next."""
    coins: int = 0
    """What it is called by where it has no title."""


@dataclass(frozen=True, slots=True)
class Reach:
    """Whom an act reaches and what it can cost, counted before it is done. None: doesn't apply."""

    groups: int | None = None
    """Groups and channels in which it is seen."""
    fans: int | None = None
    """Members whom it concerns."""
    private: int | None = None
    """Fans who hear of it in private."""
    coins: int | None = None
    """Coins that it can cost the shop, at most."""
    left: int | None = None
    """Coins that an operator can still give away today."""
    back: int | None = None
    """Coins that go back to those who paid them."""
    void: int | None = None
    """Things in fans' hands that lose their worth."""
    at: datetime | None = None
    """When it is seen; None: at once."""
