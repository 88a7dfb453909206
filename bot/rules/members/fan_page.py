"""What staff see of one fan."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from bot.rules.lots import Lapse
from bot.rules.members.lists import TagCount
from bot.rules.outcome import Outcome
from bot.rules.tiers_ahead import TierSums

NOTES_SHOWN = 3
"""Notes on the fan's page. The others stand on a page of their own."""


@dataclass(frozen=True, slots=True)
class OrdersOf:
    """What a fan ordered. It is money: who may not see money gets None in its place."""

    count: int
    spent: int
    """In minor units of the shop's currency, less what was paid back."""
    currency: str
    last_on: date | None


@dataclass(frozen=True, slots=True)
class NoteLine:
    """A note of staff on a fan."""

    note_id: int
    text: str
    by: str | None
    """Who wrote it; None for an anonymous administrator, and for who had their data deleted."""
    at: datetime


@dataclass(frozen=True, slots=True)
class FanShown(Outcome, name="members.FanShown"):
    """One fan, as staff see them."""

    community_id: int
    member_id: int
    name: str
    username: str | None
    here: bool
    """Whether they are in a room of the shop."""
    sums: TierSums
    balance: int
    lapses: tuple[Lapse, ...]
    length: int
    """Days of the streak."""
    streams: int
    """Streams attended in a row."""
    held: int
    """Coupons that they can use."""
    redeemed: int
    orders: OrdersOf | None
    source: str | None
    inviter: str | None
    invited: int
    joined: date
    seen: int | None
    """Days since the last sign of life; None: there was none."""
    can_write: bool
    """Whether the bot may write to them in private."""
    promotion: bool
    """Whether they said yes to promotion in private."""
    tags: tuple[str, ...]
    notes: tuple[NoteLine, ...]
    """The newest."""
    more_notes: int
    which: str | None = None
    """The list from which they were opened: the next fan of it is one tap away."""


@dataclass(frozen=True, slots=True)
class FanTags(Outcome, name="members.FanTags"):
    """A fan's tags, each to be taken off by a tap, and the shop's most used ones to be added."""

    community_id: int
    member_id: int
    name: str
    tags: tuple[str, ...]
    offered: tuple[TagCount, ...]


@dataclass(frozen=True, slots=True)
class FanNotes(Outcome, name="members.FanNotes"):
    """All notes of staff on a fan, the newest first. A tap shows one whole."""

    community_id: int
    member_id: int
    name: str
    notes: tuple[NoteLine, ...]


@dataclass(frozen=True, slots=True)
class FanNoteShown(Outcome, name="members.FanNoteShown"):
    """One note of staff on a fan. It can be deleted."""

    community_id: int
    member_id: int
    name: str
    note: NoteLine


class Asked(StrEnum):
    """What staff write next about a fan. The values stand in rows and buttons."""

    TAG = "tag"
    NOTE = "note"
    GRANT = "grant"


@dataclass(frozen=True, slots=True)
class FanAsked(Outcome, name="members.FanAsked"):
    """Staff are asked to write a note, tags, or coins with a reason."""

    community_id: int
    member_id: int
    name: str
    what: Asked


@dataclass(frozen=True, slots=True)
class FanAskedNoMore(Outcome, name="members.FanAskedNoMore"):
    """What was asked of staff is given up, or was before."""
